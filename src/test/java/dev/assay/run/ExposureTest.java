package dev.assay.run;

import static org.assertj.core.api.Assertions.assertThat;

import dev.assay.agent.AgentEvent;
import dev.assay.agent.AgentSink;
import dev.assay.agent.CanonicalTool;
import dev.assay.process.Fence;
import dev.assay.process.Output;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.node.JsonNodeFactory;

class ExposureTest {
    @TempDir
    Path folder;

    private final List<AgentEvent> passedOn = new ArrayList<>();
    private Exposure exposure;

    @BeforeEach
    void makeARun() throws IOException {
        Path workspace = Files.createDirectories(folder.resolve("run/workspace"));
        Path home = Files.createDirectories(folder.resolve("run/home"));
        Path tools = Files.createDirectories(folder.resolve("tools"));
        Files.writeString(workspace.resolve("package.json"), "{}");
        Files.writeString(tools.resolve("node"), "");
        Files.writeString(Files.createDirectories(folder.resolve("experiments")).resolve("todo.yaml"), "contract");
        exposure = new Exposure(
                new AgentSink() {
                    @Override
                    public long line(Output.Stream stream, byte[] line) {
                        return 1;
                    }

                    @Override
                    public void event(long seq, int part, AgentEvent event) {
                        passedOn.add(event);
                    }

                    @Override
                    public void notice(AgentEvent event) {
                        passedOn.add(event);
                    }
                },
                workspace,
                home,
                new Environment(tools + ":/usr/bin", Map.of(), new PackageCache(folder), Fence.NONE));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "cat FOLDER/experiments/todo.yaml",
                "cd /; grep -r access FOLDER/experiments",
                "cat ../../experiments/todo.yaml",
                "f=\"FOLDER/experiments/todo.yaml\"; head $f",
                "ls FOLDER/experiments/*.yaml",
                "cat ~/../../experiments/todo.yaml",
                "tr '\\0' '\\n' < /proc/1/environ"
            })
    void should_flag_a_command_that_names_something_outside(String command) {
        run(command);

        assertThat(exposure.seen()).singleElement().asString().startsWith("contract-exposed: Bash of /");
        assertThat(passedOn)
                .last()
                .isInstanceOfSatisfying(
                        AgentEvent.Warning.class,
                        warning -> assertThat(warning.code()).isEqualTo("contract-exposed"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "npm ci && npm run build",
                "cat package.json ./package.json FOLDER/run/workspace/package.json",
                "curl -s http://127.0.0.1:5432/rest/v1/todos",
                "grep -n '/api/todos' src/*.ts",
                "ls ~ /usr/bin && FOLDER/tools/node -e '1'",
                "cat FOLDER/experiments/no-such-file",
                "sed 's/a/b/' package.json > /dev/null 2>&1",
                "cd src/.. && ls"
            })
    void should_not_flag_what_stays_inside_or_is_no_file(String command) {
        run(command);

        assertThat(exposure.seen()).isEmpty();
        assertThat(passedOn).hasSize(1);
    }

    @Test
    void should_flag_a_file_that_a_tool_reads() {
        event(
                "Read",
                CanonicalTool.FILE_READ,
                folder.resolve("experiments/todo.yaml").toString(),
                null);
        event("Read", CanonicalTool.FILE_READ, "package.json", null);

        assertThat(exposure.seen())
                .containsExactly("contract-exposed: Read of " + folder.resolve("experiments/todo.yaml")
                        + ", which is outside of the workspace");
    }

    @Test
    void should_flag_the_same_thing_once() {
        run("cat ../../experiments/todo.yaml");
        run("cat ../../experiments/todo.yaml");

        assertThat(exposure.seen()).hasSize(1);
    }

    private void run(String command) {
        event("Bash", CanonicalTool.SHELL, null, command.replace("FOLDER", folder.toString()));
    }

    private void event(String name, CanonicalTool tool, @Nullable String path, @Nullable String command) {
        exposure.event(
                1,
                0,
                new AgentEvent.ToolStarted(
                        "1", name, tool, JsonNodeFactory.instance.objectNode(), path, command, null, null, null));
    }
}
