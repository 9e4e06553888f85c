package dev.assay.agent.recorded;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.assay.agent.AgentEvent;
import dev.assay.agent.AgentRequest;
import dev.assay.agent.AgentResult;
import dev.assay.agent.CanonicalTool;
import dev.assay.agent.Ending;
import dev.assay.agent.Phase;
import dev.assay.agent.RecordingSink;
import dev.assay.agent.Usage;
import dev.assay.agent.claude.ClaudeStream;
import dev.assay.agent.cli.CliStream;
import dev.assay.agent.codex.CodexStream;
import dev.assay.agent.gemini.GeminiStream;
import dev.assay.process.Command.Timers;
import dev.assay.process.Exit;
import dev.assay.process.Supervisor;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.EnumSource.Mode;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** A recording is made in one folder with one set of values, and replayed in another with others. */
class NewRecordingTest {
    private static final JsonMapper JSON = JsonMapper.shared();
    private static final Map<String, String> THEN =
            Map.of("SUPABASE_URL", "http://127.0.0.1:41234", "SUPABASE_ANON_KEY", "anon-key-of-then", "PORT", "45678");
    private static final Map<String, String> NOW =
            Map.of("SUPABASE_URL", "http://127.0.0.1:54999", "SUPABASE_ANON_KEY", "anon.\"key\"", "PORT", "4173");

    @TempDir
    private Path folder;

    private final Supervisor supervisor = Supervisor.open();
    private final RecordingSink sink = new RecordingSink();
    private final List<String> lines = new ArrayList<>();
    private Path then;
    private Path now;
    private Path left;
    private NewRecording recording;

    @BeforeEach
    void makeFolders() throws IOException {
        then = Files.createDirectories(folder.resolve("then/workspace"));
        now = Files.createDirectories(folder.resolve("now/workspace"));
        left = Files.createDirectory(folder.resolve("left"));
        Files.createDirectory(folder.resolve("now/home"));
        recording = new NewRecording(folder.resolve("recording"), supervisor, System.getenv("PATH"));
    }

    @AfterEach
    void stopProcesses() {
        supervisor.close();
    }

    @Test
    void should_leave_open_what_is_a_runs_own_and_keep_what_only_looks_so() throws Exception {
        String content = "url " + THEN.get("SUPABASE_URL") + " key anon-key-of-then port 45678 in " + then
                + " and 145678, `${PORT}` and ${HOME} of a script\n";
        claude("Write", Map.of("file_path", then + "/a.txt", "content", content), "written", false);
        claude("Bash", Map.of("command", "echo $PORT-45678 > b.txt; echo ${PORT}"), "45678", false);
        write("a.txt", content);
        write("b.txt", "45678-45678\n");
        add(Phase.IMPLEMENT, ClaudeStream::new, completed("done"));

        AgentResult result = replay(Phase.IMPLEMENT);

        assertThat(result.warnings()).isEmpty();
        assertThat(now.resolve("a.txt"))
                .hasContent("url http://127.0.0.1:54999 key anon.\"key\" port 4173 in " + now
                        + " and 145678, `${PORT}` and ${HOME} of a script\n");
        assertThat(now.resolve("b.txt")).hasContent("4173-4173\n");
        assertThat(Files.readString(folder.resolve("recording/steps/s1/implement-1.jsonl")))
                .contains("${WORKSPACE}/a.txt", "\"timestamp\":\"${NOW}\"", "\\u0024{PORT}")
                .doesNotContain(then.toString(), "anon-key-of-then");
    }

    @Test
    void should_bring_what_the_streams_own_calls_leave_open() throws Exception {
        write("gone.txt", "gone");
        write("tool.sh", "#!/bin/sh\n");
        claude("Write", Map.of("file_path", "gone.txt", "content", "gone"), "written", false);
        claude("Write", Map.of("file_path", "tool.sh", "content", "#!/bin/sh\n"), "written", false);
        claude("Write", Map.of("file_path", ".gitignore", "content", "out/\n"), "written", false);
        claude("Write", Map.of("file_path", "out/kept.txt", "content", "kept"), "written", false);
        write(".gitignore", "out/\n");
        add(Phase.IMPLEMENT, ClaudeStream::new, completed("first"));
        claude("Bash", Map.of("command", "a command that made it all then"), "fine", false);
        Files.delete(left.resolve("gone.txt"));
        Files.write(left.resolve("logo.bin"), HexFormat.of().parseHex("00ff80fe0a"));
        write("it's here/made.txt", "made by a command: ünï\n");
        Files.createSymbolicLink(left.resolve("link"), Path.of("tool.sh"));
        assertThat(left.resolve("tool.sh").toFile().setExecutable(true)).isTrue();
        add(Phase.IMPLEMENT, ClaudeStream::new, completed("second"));

        AgentResult first = replay(Phase.IMPLEMENT);
        assertThat(now.resolve("gone.txt")).exists();
        AgentResult second = replay(Phase.IMPLEMENT, 2);

        assertThat(first.warnings()).isEmpty();
        assertThat(second.warnings())
                .as("the tree is the same")
                .singleElement()
                .asString()
                .contains("exited with 127");
        assertThat(now.resolve("gone.txt")).doesNotExist();
        assertThat(now.resolve("logo.bin")).hasBinaryContent(HexFormat.of().parseHex("00ff80fe0a"));
        assertThat(now.resolve("it's here/made.txt")).hasContent("made by a command: ünï\n");
        assertThat(now.resolve("link")).isSymbolicLink();
        assertThat(now.resolve("tool.sh")).isExecutable();
        assertThat(now.resolve("out/kept.txt")).as("what git ignores stays").hasContent("kept");
    }

    @Test
    void should_write_down_the_stream_of_another_tool_with_files_whose_text_it_does_not_hold() throws Exception {
        write("a.txt", "patched\n");
        codex(
                "file_change",
                "\"changes\":[{\"path\":\"" + then + "/a.txt\",\"kind\":\"add\"}],\"status\":\"completed\"");
        codex(
                "file_change",
                "\"changes\":[{\"path\":\"" + then + "/b.txt\",\"kind\":\"delete\"}],\"status\":\"completed\"");
        codex(
                "command_execution",
                "\"command\":\"/bin/bash -lc 'cat a.txt; exit 3'\",\"aggregated_output\":\"patched\\n\",\"exit_code\":3,"
                        + "\"status\":\"failed\"");
        Files.writeString(now.resolve("b.txt"), "to be removed");
        add(Phase.IMPLEMENT, CodexStream::new, completed("all done"));

        AgentResult result = replay(Phase.IMPLEMENT);

        assertThat(result.warnings()).isEmpty();
        assertThat(result.ending()).isEqualTo(Ending.COMPLETED);
        assertThat(result.text()).isEqualTo("all done");
        assertThat(result.usage().input()).isEqualTo(10);
        assertThat(result.usage().costUsd()).contains(new BigDecimal("0.25"));
        assertThat(now.resolve("a.txt")).hasContent("patched\n");
        assertThat(now.resolve("b.txt")).doesNotExist();
        assertThat(sink.events(AgentEvent.ToolStarted.class))
                .extracting(AgentEvent.ToolStarted::canonical)
                .containsExactly(CanonicalTool.FILE_WRITE, CanonicalTool.SHELL, CanonicalTool.SHELL);
        assertThat(sink.events(AgentEvent.ToolFinished.class))
                .extracting(AgentEvent.ToolFinished::exitCode)
                .containsExactly(null, 0, 3);
    }

    @Test
    void should_take_what_another_tool_wrote_and_replaced_from_its_own_words() throws Exception {
        gemini("write_file", Map.of("file_path", then + "/a.txt", "content", "one two\n"), "success");
        gemini("replace", Map.of("file_path", then + "/a.txt", "old_string", "two", "new_string", "2"), "success");
        gemini("replace", Map.of("file_path", then + "/a.txt", "old_string", "nowhere", "new_string", "x"), "error");
        gemini("run_shell_command", Map.of("command", "rm -f never"), "error");
        write("a.txt", "one 2\n");
        add(Phase.IMPLEMENT, GeminiStream::new, completed("done"));

        AgentResult result = replay(Phase.IMPLEMENT);

        assertThat(result.warnings()).isEmpty();
        assertThat(now.resolve("a.txt")).hasContent("one 2\n");
        assertThat(sink.events(AgentEvent.ToolStarted.class))
                .extracting(AgentEvent.ToolStarted::canonical)
                .startsWith(CanonicalTool.FILE_WRITE, CanonicalTool.FILE_EDIT);
        assertThat(sink.events(AgentEvent.ToolFinished.class))
                .extracting(AgentEvent.ToolFinished::ok)
                .containsExactly(true, true, false, false);
    }

    @Test
    void should_give_a_plan_again_whose_tool_has_no_stream_of_its_own() throws Exception {
        JsonNode plan = JSON.readTree("{\"steps\":[]}");
        AgentResult planned = AgentResult.said(Ending.COMPLETED, "", plan.toString(), Optional.of(plan));
        recording.add(call(Phase.PLAN, null, planned));
        recording.finish("by a test", Map.of());

        AgentResult result = replay(Phase.PLAN);

        assertThat(result.structured()).contains(plan);
        assertThat(result.ending()).isEqualTo(Ending.COMPLETED);
    }

    @ParameterizedTest
    // the policy ends the replay of what is forbidden as well, and what the budget refuses is no call
    @EnumSource(
            mode = Mode.EXCLUDE,
            names = {"FORBIDDEN", "BUDGET"})
    void should_end_as_the_call_did_that_was_recorded(Ending ending) throws Exception {
        if (ending != Ending.CLI_USAGE) {
            codex("agent_message", "\"text\":\"I begin\"");
        }
        if (ending == Ending.IDLE || ending == Ending.TIMED_OUT) {
            codex(
                    "command_execution",
                    "\"command\":\"true\",\"aggregated_output\":\"\",\"exit_code\":0,\"status\":\"completed\"");
        }
        add(Phase.IMPLEMENT, CodexStream::new, ended(ending));

        AgentResult result = replay(Phase.IMPLEMENT);

        assertThat(result.ending()).isEqualTo(ending);
        assertThat(JSON.readTree(folder.resolve("recording/recording.json")).has("notes"))
                .isFalse();
    }

    @Test
    void should_leave_out_a_call_that_the_budget_kept_from_being_made() throws Exception {
        add(Phase.IMPLEMENT, CodexStream::new, ended(Ending.BUDGET));

        assertThat(JSON.readTree(folder.resolve("recording/recording.json")).path("calls"))
                .isEmpty();
    }

    @Test
    void should_not_do_again_what_was_never_over() throws Exception {
        claude("Bash", Map.of("command", "echo never > never.txt", "run_in_background", true), "started", false);
        claude(
                "Bash",
                Map.of("command", "echo never > never.txt"),
                "Exit code 143\nCommand timed out after 2m 0.0s",
                true);
        lines.add(assistant("t9", "Bash", Map.of("command", "echo never > never.txt; sleep 600")));
        AgentResult stopped = new AgentResult(
                Ending.TIMED_OUT,
                "",
                "",
                Optional.empty(),
                Usage.NONE,
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                OptionalInt.of(143),
                Exit.Limit.WALL,
                Optional.empty(),
                Optional.empty(),
                Duration.ZERO,
                List.of());
        add(Phase.IMPLEMENT, ClaudeStream::new, stopped);

        AgentResult result = replay(Phase.IMPLEMENT);

        assertThat(result.ending()).isEqualTo(Ending.TIMED_OUT);
        assertThat(now.resolve("never.txt")).doesNotExist();
    }

    @Test
    void should_bring_no_file_that_a_link_leads_out_to_and_remove_none() throws Exception {
        Path outside = Files.createDirectory(folder.resolve("outside"));
        Files.writeString(outside.resolve("secret.txt"), "secret");
        Files.createSymbolicLink(left.resolve("out"), outside);
        Files.createSymbolicLink(then.resolve("out"), outside);
        codex(
                "file_change",
                "\"changes\":[{\"path\":\"" + then
                        + "/out/secret.txt\",\"kind\":\"update\"}],\"status\":\"completed\"");
        add(Phase.IMPLEMENT, CodexStream::new, completed("done"));
        codex(
                "file_change",
                "\"changes\":[{\"path\":\"" + then
                        + "/out/secret.txt\",\"kind\":\"delete\"}],\"status\":\"completed\"");
        add(Phase.IMPLEMENT, CodexStream::new, completed("done"));

        assertThat(outside.resolve("secret.txt")).hasContent("secret");
        try (Stream<Path> files = Files.walk(folder.resolve("recording"))) {
            assertThat(files.filter(Files::isRegularFile))
                    .noneMatch(file -> read(file).contains("\"secret\""));
        }
    }

    @Test
    void should_spell_the_id_of_a_step_that_no_file_can_have() throws Exception {
        recording.add(new RunCall(
                Phase.IMPLEMENT,
                Optional.of("../Set up: a/b"),
                then,
                folder.resolve("then/home"),
                THEN,
                List.of(),
                Optional.empty(),
                into -> {},
                bytes -> bytes,
                false,
                completed("done so")));
        recording.finish("by a test", Map.of());

        AgentResult result = replay(Phase.IMPLEMENT, "../Set up: a/b", 1);

        assertThat(recording.calls()).singleElement().asString().startsWith("steps/_.._2f_Set");
        assertThat(result.text()).isEqualTo("done so");
    }

    private void claude(String tool, Map<String, ?> input, String output, boolean error) {
        String id = "t" + lines.size();
        lines.add(assistant(id, tool, input));
        lines.add(JSON.writeValueAsString(Map.of(
                "type",
                "user",
                "timestamp",
                "2026-01-01T00:00:00Z",
                "message",
                Map.of(
                        "content",
                        List.of(Map.of(
                                "type", "tool_result", "tool_use_id", id, "content", output, "is_error", error))))));
    }

    private static String assistant(String id, String tool, Map<String, ?> input) {
        if (input.isEmpty()) {
            throw new IllegalArgumentException("a call has input");
        }
        return JSON.writeValueAsString(Map.of(
                "type",
                "assistant",
                "message",
                Map.of("content", List.of(Map.of("type", "tool_use", "id", id, "name", tool, "input", input)))));
    }

    private void codex(String type, String fields) {
        if (lines.isEmpty()) {
            lines.add("{\"type\":\"thread.started\",\"thread_id\":\"t\"}");
        }
        lines.add("{\"type\":\"item.completed\",\"item\":{\"id\":\"item_" + lines.size() + "\",\"type\":\"" + type
                + "\"," + fields + "}}");
    }

    private void gemini(String tool, Map<String, String> parameters, String status) {
        String id = "g" + lines.size();
        lines.add(JSON.writeValueAsString(
                Map.of("type", "tool_use", "tool_name", tool, "tool_id", id, "parameters", parameters)));
        lines.add(JSON.writeValueAsString(
                Map.of("type", "tool_result", "tool_id", id, "status", status, "output", "said")));
    }

    /** Adds what the lines say, with the files as they are left now, and writes the recording. */
    private void add(Phase phase, Supplier<CliStream> reader, AgentResult result) throws Exception {
        if (reader.get() instanceof ClaudeStream && result.ending() == Ending.COMPLETED) {
            lines.add("{\"type\":\"result\",\"subtype\":\"success\",\"is_error\":false,\"result\":\"" + result.text()
                    + "\"}");
        }
        recording.add(call(phase, reader, result));
        recording.finish("by a test", Map.of());
        lines.clear();
    }

    private RunCall call(Phase phase, Supplier<CliStream> reader, AgentResult result) throws IOException {
        Path files = Files.createTempDirectory(folder, "files");
        copy(left, files);
        return new RunCall(
                phase,
                phase == Phase.PLAN ? Optional.empty() : Optional.of("s1"),
                then,
                folder.resolve("then/home"),
                THEN,
                lines.stream()
                        .map(line -> new RunCall.Line(Instant.EPOCH, line.getBytes(UTF_8)))
                        .toList(),
                Optional.ofNullable(reader),
                into -> copy(files, into),
                bytes -> bytes,
                false,
                result);
    }

    private static void copy(Path from, Path to) throws IOException {
        try (Stream<Path> files = Files.walk(from)) {
            for (Path file : (Iterable<Path>) files.filter(each -> !each.equals(from))::iterator) {
                Files.copy(
                        file,
                        to.resolve(from.relativize(file).toString()),
                        java.nio.file.LinkOption.NOFOLLOW_LINKS,
                        java.nio.file.StandardCopyOption.COPY_ATTRIBUTES);
            }
        }
    }

    private void write(String file, String content) throws IOException {
        Path path = left.resolve(file);
        Files.createDirectories(path.getParent());
        Files.writeString(path, content);
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    private static AgentResult completed(String text) {
        return result(Ending.COMPLETED, text, "");
    }

    private static AgentResult ended(Ending ending) {
        return result(ending, "", ending == Ending.COMPLETED ? "" : "it ended");
    }

    private static AgentResult result(Ending ending, String text, String message) {
        return new AgentResult(
                ending,
                message,
                text,
                Optional.empty(),
                new Usage(10, 0, 0, 5, 0, Optional.of(new BigDecimal("0.25")), "price-table:p@1"),
                Optional.of("session-1"),
                Optional.of("m1"),
                Optional.of("1.2.3"),
                OptionalInt.empty(),
                Exit.Limit.NONE,
                Optional.empty(),
                Optional.empty(),
                Duration.ZERO,
                List.of());
    }

    private AgentResult replay(Phase phase) throws InterruptedException {
        return replay(phase, 1);
    }

    private AgentResult replay(Phase phase, int attempt) throws InterruptedException {
        return replay(phase, phase == Phase.PLAN ? null : "s1", attempt);
    }

    private AgentResult replay(Phase phase, String step, int attempt) throws InterruptedException {
        Map<String, String> environment = new java.util.HashMap<>(NOW);
        environment.put("PATH", System.getenv("PATH"));
        return new RecordedAgent(new Recording(folder.resolve("recording")), true, supervisor, Clock.systemUTC())
                .perform(
                        new AgentRequest(
                                "run",
                                phase,
                                Optional.ofNullable(step),
                                attempt,
                                "",
                                "",
                                Optional.empty(),
                                now,
                                folder.resolve("now/home"),
                                environment,
                                Optional.empty(),
                                Timers.wall(Duration.ofMinutes(2))),
                        sink);
    }
}
