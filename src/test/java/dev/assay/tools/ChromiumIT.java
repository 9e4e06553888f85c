package dev.assay.tools;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.assay.process.Supervisor;
import java.io.ByteArrayOutputStream;
import java.io.File;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** With programs that only say that they are Chromium; the last test installs the real one with the real npm. */
@Timeout(600)
class ChromiumIT {
    @TempDir
    Path folder;

    private final Supervisor supervisor = Supervisor.open();
    private final ByteArrayOutputStream said = new ByteArrayOutputStream();

    @AfterEach
    void close() {
        supervisor.close();
    }

    @Test
    void should_refuse_a_given_program_that_is_no_chromium() {
        assertThatThrownBy(() -> tools(true, "").chromium(Optional.of(folder.resolve("nothing"))))
                .isInstanceOf(ToolMissing.class)
                .hasMessageContaining("nothing, which the option chromium names, is not a Chromium that runs")
                .hasMessageContaining("leave the option out");
    }

    @Test
    void should_say_how_to_get_one_when_there_is_none_and_nothing_may_be_installed() {
        assertThatThrownBy(() -> tools(true, "").chromium(Optional.empty()))
                .isInstanceOf(ToolMissing.class)
                .hasMessageContaining("as this is offline")
                .hasMessageContaining("apt-get install chromium-headless-shell");
    }

    @Test
    void should_take_the_given_one_before_all_others() throws Exception {
        program("bin/chromium-headless-shell", "156.0.1");
        Path given = program("elsewhere/chrome", "100.0.1");

        Tool tool = tools(true, "").chromium(Optional.of(given));

        assertThat(tool.program()).isEqualTo(given);
        assertThat(tool.version()).isEqualTo("100.0.1");
    }

    @Test
    void should_take_the_headless_shell_before_a_chromium_that_stands_first_on_the_path() throws Exception {
        program("first/chromium", "157.0.1");
        Path shell = program("bin/chromium-headless-shell", "156.0.1");

        Tool tool = tools(true, folder.resolve("first") + File.pathSeparator).chromium(Optional.empty());

        assertThat(tool.program()).isEqualTo(shell);
        assertThat(said.toString(UTF_8)).contains("Chromium 156.0.1: found at " + shell);
    }

    @Test
    void should_take_the_newest_of_playwrights_cache_where_the_path_has_none() throws Exception {
        program("home/.cache/ms-playwright/chromium_headless_shell-999/chrome-linux/headless_shell", "140.0.1");
        Path newest = program(
                "home/.cache/ms-playwright/chromium_headless_shell-1234/chrome-headless-shell-linux64/chrome-headless-shell",
                "151.0.1");
        program("home/.cache/ms-playwright/chromium-1300/chrome-linux64/chrome", "152.0.1");

        assertThat(tools(true, "").chromium(Optional.empty()).program()).isEqualTo(newest);
    }

    @Test
    void should_unpack_playwrights_driver_once() throws Exception {
        Path driver = tools(true, "").playwrightDriver();

        assertThat(driver.resolve("package/cli.js")).isNotEmptyFile();
        Path mark = Files.writeString(driver.resolve("mark"), "");
        assertThat(tools(true, "").playwrightDriver()).isEqualTo(driver);
        assertThat(mark).exists();
    }

    @Test
    void should_record_video_only_with_the_ffmpeg_that_the_driver_asks_for() throws Exception {
        program("bin/ffmpeg", "without encoders");
        assertThat(tools(true, "").videoRecorder()).isEmpty();

        program("home/.cache/ms-playwright/ffmpeg-1011/ffmpeg-linux", "");

        assertThat(tools(true, "").videoRecorder()).contains(folder.resolve("home/.cache/ms-playwright"));
    }

    @Test
    void should_put_the_paths_ffmpeg_where_the_driver_looks_for_it() throws Exception {
        Path ffmpeg = program("bin/ffmpeg", "V....D libvpx");

        Path browsers = tools(true, "").videoRecorder().orElseThrow();

        assertThat(browsers.resolve("ffmpeg-1011/ffmpeg-linux")).isExecutable();
        assertThat(browsers.resolve("ffmpeg-1011/ffmpeg-linux").toRealPath()).isEqualTo(ffmpeg.toRealPath());
    }

    @Test
    void should_ask_the_package_manager_only_where_that_is_allowed() throws Exception {
        Path bin = Files.createDirectories(folder.resolve("bin"));
        script("bin/id", "echo 0");
        script(
                "bin/apt-get",
                "printf '#!/bin/sh\\necho Chromium 155.0.1\\n' > '" + bin + "/chromium-headless-shell'",
                "/bin/chmod +x '" + bin + "/chromium-headless-shell'");

        assertThatThrownBy(() -> tools(true, true).chromium(Optional.empty())).isInstanceOf(ToolMissing.class);
        Tool tool = tools(false, true).chromium(Optional.empty());

        assertThat(tool.version()).isEqualTo("155.0.1");
        assertThat(said.toString(UTF_8))
                .containsOnlyOnce("apt-get install --yes --no-install-recommends chromium-headless-shell");
    }

    @Test
    void should_install_a_chromium_that_runs_where_the_machine_has_none() throws Exception {
        Path npm = List.of(System.getenv("PATH").split(File.pathSeparator, -1)).stream()
                .map(each -> Path.of(each, "npm"))
                .filter(Files::isExecutable)
                .findFirst()
                .orElse(null);
        assumeTrue(npm != null, "needs npm on the PATH");
        // The machine's own Chromium must not be found, but npm's scripts need the rest of the PATH.
        Path bin = Files.createDirectories(folder.resolve("bin"));
        for (String name : List.of("npm", "node", "npx", "sh", "env", "dirname", "uname")) {
            for (String each : System.getenv("PATH").split(File.pathSeparator, -1)) {
                if (Files.isExecutable(Path.of(each, name)) && Files.notExists(bin.resolve(name))) {
                    Files.createSymbolicLink(
                            bin.resolve(name), Path.of(each, name).toRealPath());
                }
            }
        }
        Tools tools = new Tools(
                Path.of(System.getProperty("user.home"), ".cache", "assay"),
                supervisor,
                false,
                false,
                new PrintStream(said, true, UTF_8),
                environment(""));

        Tool tool = tools.chromium(Optional.empty());

        assertThat(tool.installed()).isTrue();
        assertThat(tool.version()).isEqualTo("153.0.0");
        assertThat(tools.lookForChromium(Optional.of(tool.program())))
                .hasValueSatisfying(answer -> assertThat(answer.version()).startsWith("153."));
        assertThat(tool.program().getParent().getParent().resolve("node_modules"))
                .doesNotExist();
    }

    private Tools tools(boolean offline, boolean system) {
        return new Tools(
                folder.resolve("cache"),
                supervisor,
                offline,
                system,
                new PrintStream(said, true, UTF_8),
                environment(""));
    }

    private Tools tools(boolean offline, String pathBefore) {
        return new Tools(
                folder.resolve("cache"),
                supervisor,
                offline,
                false,
                new PrintStream(said, true, UTF_8),
                environment(pathBefore));
    }

    private Map<String, String> environment(String pathBefore) {
        Map<String, String> environment = new HashMap<>(System.getenv());
        environment.put("PATH", pathBefore + folder.resolve("bin"));
        environment.put("HOME", folder.resolve("home").toString());
        environment.remove("PLAYWRIGHT_BROWSERS_PATH");
        return environment;
    }

    private Path program(String place, String version) throws IOException {
        return script(place, "echo \"Chromium " + version + "\"");
    }

    private Path script(String place, String... lines) throws IOException {
        Path program = folder.resolve(place);
        Files.createDirectories(program.getParent());
        Files.writeString(program, "#!/bin/sh\n" + String.join("\n", lines) + "\n");
        assertThat(program.toFile().setExecutable(true)).isTrue();
        return program;
    }
}
