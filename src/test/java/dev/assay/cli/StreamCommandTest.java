package dev.assay.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.assay.Assay;
import dev.assay.agent.codex.Codex;
import dev.assay.settings.UsageError;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class StreamCommandTest {
    private final StringWriter out = new StringWriter();

    @ParameterizedTest
    @CsvSource({
        "api-401, 1, AUTH, true",
        "api-failed-event-context, 1, CONTEXT_FULL, false",
        "signal-sigterm-in-shell, 143, INTERRUPTED, true",
        "success-patch-and-shell, 0, COMPLETED, false",
        "prompt-none, 1, CLI_USAGE, true",
    })
    void should_tell_the_ending_as_one_object(String capture, int exit, String ending, boolean infrastructure)
            throws IOException {
        execute(capture(capture), "--tool", "codex", "--exit", String.valueOf(exit), "--json", "-");

        JsonNode object = JsonMapper.shared().readTree(out.toString());
        assertThat(object.path("ending").asString("")).isEqualTo(ending);
        assertThat(object.path("infrastructure").asBoolean(!infrastructure)).isEqualTo(infrastructure);
    }

    @Test
    void should_print_each_event_and_then_the_ending(@TempDir Path folder) throws IOException {
        Path file = Files.write(folder.resolve("captured.jsonl"), capture("success-patch-and-shell"));

        execute(new byte[0], "--tool", "codex", file.toString());

        assertThat(out.toString().lines())
                .hasSize(12)
                .anySatisfy(line -> assertThat(line).contains("\"tool_call\"").contains("ls -1"))
                .last()
                .isEqualTo("ending: COMPLETED");
    }

    @Test
    void should_read_a_last_line_that_was_cut_off() {
        execute("{\"type\":\"turn.started\"}\n{\"type\":\"turn.com".getBytes(UTF_8), "--tool", "codex", "-");

        assertThat(out.toString()).contains("unparsed").contains("ending: INTERRUPTED");
    }

    @Test
    void should_name_the_agents_where_one_is_not_known() {
        assertThat(failure("--tool", "codecs", "-"))
                .isInstanceOf(UsageError.class)
                .hasMessageContaining("codecs")
                .hasMessageContaining("claude, cursor, codex, opencode, gemini");
    }

    @Test
    void should_say_that_a_file_is_missing() {
        assertThat(failure("--tool", "codex", "/nowhere/captured.jsonl"))
                .isInstanceOf(UsageError.class)
                .hasMessageContaining("/nowhere/captured.jsonl");
    }

    private Exception failure(String... arguments) {
        Exception[] thrown = new Exception[1];
        CommandLine line = command(new byte[0]).setExecutionExceptionHandler((problem, command, parsed) -> {
            thrown[0] = problem;
            return 1;
        });
        line.execute(arguments);
        return thrown[0];
    }

    private void execute(byte[] input, String... arguments) {
        assertThat(command(input).execute(arguments)).isZero();
    }

    private CommandLine command(byte[] input) {
        return new CommandLine(new StreamCommand(Assay.clis(), new ByteArrayInputStream(input)))
                .setOut(new PrintWriter(out, true));
    }

    private static byte[] capture(String name) throws IOException {
        try (InputStream in = Codex.class.getResourceAsStream(name + ".jsonl")) {
            return Objects.requireNonNull(in, name).readAllBytes();
        }
    }
}
