package dev.assay.tools;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.assay.process.Captured;
import dev.assay.process.Command;
import dev.assay.process.Supervisor;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** With the real npm, which must be on the PATH, and a node before it that says it is an old one. */
@Timeout(600)
class NodeIT {
    @TempDir
    Path folder;

    private final Supervisor supervisor = Supervisor.open();
    private final ByteArrayOutputStream said = new ByteArrayOutputStream();
    private final Map<String, String> environment = new HashMap<>(System.getenv());

    @BeforeEach
    void pretendThatNodeIsOld() throws IOException {
        Path real = null;
        StringBuilder path = new StringBuilder(folder.resolve("old").toString());
        boolean npm = false;
        for (String each : System.getenv("PATH").split(":", -1)) {
            Path node = Path.of(each, "node");
            npm |= Files.isExecutable(Path.of(each, "npm"));
            if (real == null && Files.isExecutable(node)) {
                real = node;
            }
            path.append(':').append(each);
        }
        assumeTrue(real != null && npm, "needs node and npm on the PATH");
        Path old = Files.createDirectory(folder.resolve("old")).resolve("node");
        Files.writeString(old, "#!/bin/sh\n[ \"$1\" = -p ] && echo \"v18.0.0 $0\" && exit\nexec " + real + " \"$@\"\n");
        assertThat(old.toFile().setExecutable(true)).isTrue();
        // Only folders that hold no newer node may follow, but npm's scripts need the rest of the PATH.
        environment.put("PATH", withoutNewNodes(path.toString(), old));
    }

    @AfterEach
    void close() {
        supervisor.close();
    }

    @Test
    void should_hand_on_npms_words_when_there_is_no_network() {
        environment.put("npm_config_registry", "http://127.0.0.1:1/");
        environment.put("npm_config_fetch_retries", "0");
        environment.put("npm_config_cache", folder.resolve("empty").toString());

        assertThatThrownBy(() -> tools(false).node())
                .isInstanceOf(ToolMissing.class)
                .hasMessageContaining("ECONNREFUSED");
    }

    @Test
    void should_install_node_npm_and_npx_that_run_from_their_folder_alone() throws Exception {
        Tool node = tools(false).node();

        assertThat(node.version()).isEqualTo("22.23.3");
        assertThat(node.installed()).isTrue();
        assertThat(answer(node, "node", "-v")).isEqualTo("v22.23.3");
        assertThat(answer(node, "npm", "-v")).isEqualTo("11.19.1");
        assertThat(answer(node, "npx", "-v")).isEqualTo("11.19.1");
        assertThat(answer(node, "node", "-p", "typeof WebSocket")).isEqualTo("function");
        assertThat(said.toString(UTF_8)).contains("downloading").contains("MB on disk");

        said.reset();
        assertThat(tools(true).node()).isEqualTo(node);
        assertThat(said.toString(UTF_8).lines()).containsExactly(node.describe());
    }

    private Tools tools(boolean offline) {
        return new Tools(folder.resolve("cache"), supervisor, offline, new PrintStream(said, true, UTF_8), environment);
    }

    private String answer(Tool node, String... line) throws InterruptedException {
        Captured answer = supervisor.capture(new Command(
                List.of(line),
                folder,
                Map.of("PATH", node.bin().toString()),
                new byte[0],
                Command.Timers.wall(Duration.ofMinutes(1))));
        assertThat(answer.succeeded()).as(answer.err()).isTrue();
        return answer.out().trim();
    }

    /** The PATH, with a link to npm in place of the folders in which there is a node. */
    private static String withoutNewNodes(String path, Path old) throws IOException {
        StringBuilder kept = new StringBuilder();
        for (String each : path.split(":", -1)) {
            boolean holdsNode =
                    Files.isExecutable(Path.of(each, "node")) && !Path.of(each).equals(old.getParent());
            Path npm = Path.of(each, "npm");
            if (holdsNode && Files.isExecutable(npm) && !Files.exists(old.resolveSibling("npm"))) {
                Files.createSymbolicLink(old.resolveSibling("npm"), npm.toRealPath());
            }
            if (!holdsNode) {
                kept.append(kept.isEmpty() ? "" : ":").append(each);
            }
        }
        return kept.toString();
    }
}
