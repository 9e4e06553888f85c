package dev.assay.tools;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.assay.process.Supervisor;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** With a PATH of its own, on which node and npm are small scripts. */
@Timeout(60)
class ToolsTest {
    private static final String OLD = "v18.19.0";

    @TempDir
    Path folder;

    private final Supervisor supervisor = Supervisor.open();
    private final ByteArrayOutputStream said = new ByteArrayOutputStream();
    private Path bin;
    private Path cache;
    private Path calls;

    @BeforeEach
    void prepare() throws IOException {
        bin = Files.createDirectory(folder.resolve("bin"));
        cache = folder.resolve("cache");
        calls = folder.resolve("calls");
    }

    @AfterEach
    void close() {
        supervisor.close();
    }

    @Test
    void should_say_what_to_do_when_there_is_neither_node_nor_npm() {
        assertThatThrownBy(() -> tools(false).node())
                .isInstanceOf(ToolMissing.class)
                .hasMessageContaining("Node is missing: there is no node on the PATH")
                .hasMessageContaining("no npm to install it with")
                .hasMessageContaining("nvm install 22");
    }

    @Test
    void should_say_that_the_npm_is_missing_when_the_node_is_too_old() throws IOException {
        node(OLD);

        assertThatThrownBy(() -> tools(false).node())
                .isInstanceOf(ToolMissing.class)
                .hasMessageContaining("Node 18.19.0 at " + bin.resolve("node"))
                .hasMessageContaining("22 is needed")
                .hasMessageContaining("no npm");
    }

    @Test
    void should_say_that_a_node_without_npm_will_not_do() throws IOException {
        node("v22.1.0");

        assertThatThrownBy(() -> tools(false).node())
                .isInstanceOf(ToolMissing.class)
                .hasMessageContaining("Node 22.1.0 at " + bin.resolve("node") + " has no npm");
    }

    @Test
    void should_not_install_when_offline() throws IOException {
        node(OLD);
        npm(WORKING);

        assertThatThrownBy(() -> tools(true).node())
                .isInstanceOf(ToolMissing.class)
                .hasMessageContaining("this is offline")
                .hasMessageContaining("nvm install 22");
        assertThat(calls).doesNotExist();
        assertThat(cache).doesNotExist();
    }

    @Test
    void should_hand_on_what_npm_says_when_it_fails_and_leave_nothing_behind() throws IOException {
        node(OLD);
        npm("""
                echo 'npm error code ENOTFOUND' >&2
                echo 'npm error network request to a registry failed, reason: getaddrinfo ENOTFOUND' >&2
                echo 'npm error A complete log of this run can be found in: x.log' >&2
                exit 1
                """);

        assertThatThrownBy(() -> tools(false).node())
                .isInstanceOf(ToolMissing.class)
                .hasMessageContaining("code ENOTFOUND; network request to a registry failed")
                .hasMessageNotContaining("complete log");
        assertThat(files()).containsExactly("node-22.23.3.lock");
    }

    @Test
    void should_not_keep_an_installation_that_does_not_run() throws IOException {
        node(OLD);
        npm(WORKING.replace("v22.23.3", "v22.0.0"));

        assertThatThrownBy(() -> tools(false).node())
                .isInstanceOf(ToolMissing.class)
                .hasMessageContaining("v22.0.0 in place of v22.23.3");
        assertThat(files()).containsExactly("node-22.23.3.lock");
    }

    @Test
    void should_take_the_node_of_the_machine_when_it_is_new_enough() throws Exception {
        node("v24.3.1");
        npm("exit 1");

        Tool node = tools(true).node();

        assertThat(node).isEqualTo(new Tool("Node", "24.3.1", bin, bin.resolve("node"), false));
        assertThat(said()).isEqualTo("Node 24.3.1: found at " + bin.resolve("node") + "\n");
    }

    @Test
    void should_take_the_deno_of_the_machine_only_where_it_is_new_enough() throws Exception {
        script(bin.resolve("deno"), "echo 'deno 2.8.9 (stable, release)'");
        assertThat(tools(true).lookForDeno()).isEmpty();
        assertThatThrownBy(() -> tools(true).deno())
                .isInstanceOf(ToolMissing.class)
                .hasMessageContaining(
                        "there is none on the PATH of version 2.9 or newer. It is not installed, as this is"
                                + " offline");

        script(bin.resolve("deno"), "echo 'deno 2.11.0 (stable, release)'");

        assertThat(tools(true).deno()).isEqualTo(new Tool("Deno", "2.11.0", bin, bin.resolve("deno"), false));
    }

    @Test
    void should_take_a_newer_node_further_down_the_path() throws Exception {
        node(OLD);
        npm(WORKING);
        Path later = Files.createDirectory(folder.resolve("later"));
        script(later.resolve("node"), answer("v22.9.0", later.resolve("node")));
        Tools tools = new Tools(
                cache, supervisor, true, new PrintStream(said, true, UTF_8), Map.of("PATH", bin + ":" + later));

        assertThat(tools.node().program()).isEqualTo(later.resolve("node"));
    }

    @Test
    void should_install_when_the_node_of_the_machine_is_too_old() throws Exception {
        node(OLD);
        npm(WORKING);

        Tool node = tools(false).node();

        Path own = cache.resolve("tools/node-22.23.3/node_modules/.bin");
        assertThat(node).isEqualTo(new Tool("Node", "22.23.3", own, own.resolve("node"), true));
        assertThat(said())
                .contains("Node 18.19.0 at " + bin.resolve("node"))
                .contains("downloading npm@11.19.1 and node-")
                .contains("about 55 MB")
                .contains("Node 22.23.3: installed in " + own);
        assertThat(files()).containsExactlyInAnyOrder("node-22.23.3", "node-22.23.3.lock");
    }

    @Test
    void should_install_nothing_the_second_time() throws Exception {
        node(OLD);
        npm(WORKING);
        Tool first = tools(false).node();
        said.reset();

        Tool second = tools(true).node();

        assertThat(second).isEqualTo(first);
        assertThat(Files.readAllLines(calls)).hasSize(1);
        assertThat(said()).isEqualTo("Node 22.23.3: installed in " + first.bin() + "\n");
    }

    @Test
    void should_say_it_once() throws Exception {
        node("v24.3.1");
        npm(WORKING);
        Tools tools = tools(false);

        assertThat(tools.lookForNode()).contains(tools.node());
        assertThat(tools.node()).isSameAs(tools.node());
        assertThat(said().lines()).hasSize(1);
    }

    @Test
    void should_install_once_when_two_want_it_at_once() throws Exception {
        node(OLD);
        npm("/bin/sleep 0.5\n" + WORKING);
        ExecutorService threads = Executors.newFixedThreadPool(2);
        try {
            Future<Tool> one = threads.submit(() -> tools(false).node());
            Future<Tool> other = threads.submit(() -> tools(false).node());

            assertThat(one.get()).isEqualTo(other.get());
        } finally {
            threads.shutdownNow();
        }
        assertThat(Files.readAllLines(calls)).hasSize(1);
    }

    @Test
    void should_replace_what_a_killed_installer_and_a_clumsy_hand_left() throws Exception {
        node(OLD);
        npm(WORKING);
        Path half = Files.createDirectories(cache.resolve("tools/.node-22.23.3-dead/node_modules"));
        Path damaged = Files.createDirectories(cache.resolve("tools/node-22.23.3/node_modules/.bin"));
        Files.writeString(cache.resolve("tools/node-22.23.3/assay-tool.txt"), "node-22.23.3");
        Files.writeString(damaged.resolve("npm"), "no node beside it");

        Tool node = tools(false).node();

        assertThat(node.program()).isExecutable();
        assertThat(half).doesNotExist();
        assertThat(Files.readAllLines(calls)).hasSize(1);
    }

    @Test
    void should_pass_proxy_and_npm_settings_to_npm_and_nothing_else() throws Exception {
        node(OLD);
        npm("/usr/bin/env >> " + folder.resolve("seen") + "\n" + WORKING);
        Map<String, String> environment =
                Map.of("PATH", bin.toString(), "https_proxy", "p", "npm_config_registry", "r", "SECRET_KEY", "s");

        new Tools(cache, supervisor, false, new PrintStream(said, true, UTF_8), environment).node();

        assertThat(Files.readString(folder.resolve("seen")))
                .contains("https_proxy=p", "npm_config_registry=r")
                .doesNotContain("SECRET_KEY");
    }

    /** An npm that "installs" scripts for node, npm and npx. */
    private static final String WORKING = """
            echo "$@" >> CALLS
            /bin/grep -q '"npm":"11.19.1"' package.json && /bin/grep -q sha512 package-lock.json || exit 9
            /bin/mkdir -p node_modules/.bin
            for program in node npm npx; do
                printf '#!/bin/sh\\necho v22.23.3\\n' > node_modules/.bin/$program
                /bin/chmod +x node_modules/.bin/$program
            done
            """;

    private void npm(String script) throws IOException {
        script(bin.resolve("npm"), script.replace("CALLS", calls.toString()));
    }

    private void node(String version) throws IOException {
        script(bin.resolve("node"), answer(version, bin.resolve("node")));
    }

    private static String answer(String version, Path program) {
        return "echo '" + version + " " + program + "'";
    }

    private static void script(Path file, String script) throws IOException {
        Files.writeString(file, "#!/bin/sh\n" + script + "\n");
        assertThat(file.toFile().setExecutable(true)).isTrue();
    }

    private Tools tools(boolean offline) {
        return new Tools(
                cache, supervisor, offline, new PrintStream(said, true, UTF_8), Map.of("PATH", bin.toString()));
    }

    private String said() {
        return said.toString(UTF_8);
    }

    private List<String> files() throws IOException {
        List<String> names = new ArrayList<>();
        try (var list = Files.newDirectoryStream(cache.resolve("tools"))) {
            list.forEach(path -> names.add(path.getFileName().toString()));
        }
        return names;
    }
}
