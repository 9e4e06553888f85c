package dev.assay.agent.recorded;

import static org.assertj.core.api.Assertions.assertThat;

import dev.assay.agent.AgentEvent;
import dev.assay.agent.AgentRequest;
import dev.assay.agent.AgentResult;
import dev.assay.agent.Ending;
import dev.assay.agent.Phase;
import dev.assay.agent.RecordingSink;
import dev.assay.process.Command.Timers;
import dev.assay.process.Exit;
import dev.assay.process.Supervisor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

class RecordedAgentTest {
    private static final String RESULT = "{\"type\":\"result\",\"subtype\":\"success\",\"is_error\":false,"
            + "\"terminal_reason\":\"completed\",\"result\":\"done\",\"total_cost_usd\":0.5}";
    private static final String EMPTY_TREE = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

    @TempDir
    Path temp;

    private final JsonMapper json = new JsonMapper();
    private final RecordingSink sink = new RecordingSink();
    private final Map<String, String> trees = new LinkedHashMap<>();
    private final List<String> calls = new ArrayList<>();
    private final Supervisor supervisor = Supervisor.open();
    private Path recording;
    private Path workspace;
    private Timers timers = Timers.NONE;

    @BeforeEach
    void makeFolders() throws IOException {
        recording = Files.createDirectory(temp.resolve("recording"));
        workspace = Files.createDirectory(temp.resolve("workspace"));
        Files.createDirectory(temp.resolve("home"));
    }

    @AfterEach
    void stopProcesses() {
        supervisor.close();
    }

    @Test
    void should_name_the_file_where_there_is_no_recording() throws Exception {
        AgentResult result = perform(Phase.PLAN, null, 1, true);

        assertThat(result.ending()).isEqualTo(Ending.CLI_USAGE);
        assertThat(result.message())
                .contains(recording.resolve("recording.json").toString());
    }

    @Test
    void should_name_the_file_where_it_is_no_json() throws Exception {
        record("plan-1", RESULT);
        Files.writeString(recording.resolve("recording.json"), "{");

        assertThat(perform(Phase.PLAN, null, 1, true).message()).contains("recording.json", "is no JSON");
    }

    @Test
    void should_name_the_plan_where_it_is_missing() throws Exception {
        record("steps/a/verify-1", RESULT);

        AgentResult result = perform(Phase.PLAN, null, 1, true);

        assertThat(result.ending()).isEqualTo(Ending.CLI_USAGE);
        assertThat(result.message()).contains("plan-1.jsonl");
    }

    @Test
    void should_refuse_another_form() throws Exception {
        record("plan-1", RESULT);
        Files.writeString(recording.resolve("recording.json"), "{\"form\":\"codex\"}");

        assertThat(perform(Phase.PLAN, null, 1, true).message()).contains("\"codex\"", "claude-stream-json");
    }

    @Test
    void should_write_and_edit_files_and_run_commands() throws Exception {
        record(
                "steps/a/implement-1",
                call("c1", "Write", Map.of("file_path", "${WORKSPACE}/src/a.txt", "content", "one two two\n")),
                result("c1", false, "written"),
                call(
                        "c2",
                        "Edit",
                        Map.of("file_path", "${WORKSPACE}/src/a.txt", "old_string", "one", "new_string", "1")),
                result("c2", false, "edited"),
                call(
                        "c3",
                        "MultiEdit",
                        Map.of(
                                "file_path",
                                "${WORKSPACE}/src/a.txt",
                                "edits",
                                List.of(Map.of("old_string", "two", "new_string", "2", "replace_all", true)))),
                result("c3", false, "edited"),
                call("c4", "Bash", Map.of("command", "cp src/a.txt b.txt && rm src/a.txt && echo copied")),
                result("c4", false, "as recorded"),
                RESULT);

        AgentResult result = perform(Phase.IMPLEMENT, "a", 1, true);

        assertThat(result.ending()).isEqualTo(Ending.COMPLETED);
        assertThat(result.text()).isEqualTo("done");
        assertThat(result.warnings()).isEmpty();
        assertThat(workspace.resolve("b.txt")).hasContent("1 2 2");
        assertThat(workspace.resolve("src/a.txt")).doesNotExist();
        assertThat(sink.events(AgentEvent.ToolFinished.class).get(3).output()).isEqualTo("copied");
        assertThat(sink.events(AgentEvent.ToolFinished.class).get(3).exitCode()).isZero();
        assertThat(sink.notices(AgentEvent.RunFinished.class))
                .extracting(AgentEvent.RunFinished::ending)
                .containsExactly(Ending.COMPLETED);
    }

    @Test
    void should_show_a_command_that_fails_now() throws Exception {
        record(
                "steps/a/implement-1",
                call("c1", "Bash", Map.of("command", "echo out; echo err >&2; exit 3")),
                result("c1", false, "fine"),
                RESULT);

        AgentResult result = perform(Phase.IMPLEMENT, "a", 1, true);

        assertThat(result.ending()).isEqualTo(Ending.COMPLETED);
        assertThat(sink.events(AgentEvent.ToolFinished.class)).singleElement().satisfies(finished -> {
            assertThat(finished.ok()).isFalse();
            assertThat(finished.exitCode()).isEqualTo(3);
            assertThat(finished.output()).isEqualTo("Exit code 3\nout\nerr");
        });
        assertThat(result.warnings())
                .singleElement()
                .asString()
                .startsWith("recording-diverged: ")
                .contains("exited with 3, recorded 0");
        assertThat(sink.notices(AgentEvent.Warning.class))
                .extracting(AgentEvent.Warning::code)
                .containsExactly("recording-diverged");
    }

    @Test
    void should_accept_a_failure_that_was_recorded() throws Exception {
        record(
                "steps/a/implement-1",
                call("c1", "Bash", Map.of("command", "exit 2")),
                result("c1", true, "Exit code 2\nother words"),
                RESULT);

        assertThat(perform(Phase.IMPLEMENT, "a", 1, true).warnings()).isEmpty();
    }

    @Test
    void should_not_run_what_was_denied_when_recorded() throws Exception {
        record(
                "steps/a/implement-1",
                call("c1", "Bash", Map.of("command", "touch ran")),
                result("c1", true, "Permission to use Bash was denied."),
                RESULT);

        assertThat(perform(Phase.IMPLEMENT, "a", 1, true).warnings()).isEmpty();
        assertThat(workspace.resolve("ran")).doesNotExist();
    }

    @Test
    void should_compare_nothing_beside_a_tool_that_does_nothing() throws Exception {
        trees.put("steps/a/implement-1", "0000");
        record(
                "steps/a/implement-1",
                call("c1", "Bash", Map.of("command", "exit 3")),
                result("c1", false, "fine"),
                RESULT);

        assertThat(perform(Phase.IMPLEMENT, "a", 1, false).warnings()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/etc/assay-escape",
                "${WORKSPACE}/../escape.txt",
                "link/escape.txt",
                "dangling",
                "../workspace2/x",
                "${WORKSPACE}",
                ""
            })
    void should_refuse_files_outside_the_workspace(String file) throws Exception {
        Path outside = Files.createDirectory(temp.resolve("outside"));
        Files.createSymbolicLink(workspace.resolve("link"), outside);
        Files.createSymbolicLink(workspace.resolve("dangling"), outside.resolve("made"));
        record(
                "steps/a/implement-1",
                call("c1", "Write", Map.of("file_path", file, "content", "x")),
                result("c1", false, "written"),
                RESULT);

        AgentResult result = perform(Phase.IMPLEMENT, "a", 1, true);

        assertThat(outside).isEmptyDirectory();
        assertThat(temp.resolve("escape.txt")).doesNotExist();
        assertThat(sink.events(AgentEvent.ToolFinished.class))
                .singleElement()
                .satisfies(finished -> assertThat(finished.ok()).isFalse());
        assertThat(result.warnings()).singleElement().asString().startsWith("recording-diverged: Write of ");
    }

    @Test
    void should_say_when_there_is_nothing_to_edit() throws Exception {
        record(
                "steps/a/implement-1",
                call("c1", "Edit", Map.of("file_path", "a.txt", "old_string", "x", "new_string", "y")),
                result("c1", false, "edited"),
                RESULT);

        assertThat(perform(Phase.IMPLEMENT, "a", 1, true).warnings())
                .singleElement()
                .asString()
                .contains("not found");
    }

    @Test
    void should_fill_placeholders_in_and_turn_them_back_for_the_tree() throws Exception {
        record(
                "steps/a/implement-1",
                call(
                        "c1",
                        "Write",
                        Map.of("file_path", "env", "content", "${SUPABASE_URL} ${ANON_KEY} ${HOME} 4173\n")),
                result("c1", false, "written"),
                RESULT);
        trees.put("steps/a/implement-1", "?");
        writeIndex();

        String tree = perform(Phase.IMPLEMENT, "a", 1, true).warnings().get(0);

        assertThat(workspace.resolve("env"))
                .hasContent("http://127.0.0.1:54999 anon.\"key\" " + temp.resolve("home") + " 4173");
        assertThat(sink.lines().get(0)).contains("anon.\\\"key\\\"").doesNotContain("${");
        // The file with its placeholders. The recording does not speak of the port, so its digits stay.
        assertThat(tree).contains("tree 10660440afca2cf6bacd4d89282f1a4a275e90de0011cea46c4395d4593d9b92");
    }

    @Test
    void should_find_the_recorded_tree_whatever_is_ignored() throws Exception {
        record(
                "steps/a/implement-1",
                call("c1", "Write", Map.of("file_path", ".gitignore", "content", ".gitignore\nout/\n")),
                result("c1", false, "written"),
                call("c2", "Write", Map.of("file_path", "out/x", "content", "x")),
                result("c2", false, "written"),
                RESULT);
        trees.put("steps/a/implement-1", EMPTY_TREE);
        writeIndex();

        assertThat(perform(Phase.IMPLEMENT, "a", 1, true).warnings()).isEmpty();
    }

    @Test
    void should_warn_where_the_tree_is_another_one() throws Exception {
        Files.writeString(workspace.resolve("foreign"), "x");
        trees.put("plan-1", EMPTY_TREE);
        record("plan-1", RESULT);

        assertThat(perform(Phase.PLAN, null, 1, true).warnings())
                .singleElement()
                .asString()
                .contains("after plan-1", "not the recorded ones", EMPTY_TREE);
    }

    @Test
    void should_pass_on_what_is_no_json_as_it_came() throws Exception {
        record("plan-1", "{\"type\":\"sys", "warning: not JSON", RESULT);

        AgentResult result = perform(Phase.PLAN, null, 1, true);

        assertThat(sink.lines()).containsExactly("{\"type\":\"sys", "warning: not JSON", RESULT);
        assertThat(sink.events(AgentEvent.Unparsed.class)).hasSize(2);
        assertThat(result.ending()).isEqualTo(Ending.COMPLETED);
    }

    @Test
    void should_say_an_ending_that_was_recorded() throws Exception {
        record(
                "plan-1",
                "{\"type\":\"system\",\"subtype\":\"init\",\"model\":\"m\"}",
                "{\"subtype\":\"error_max_turns\","
                        + "\"is_error\":true,\"type\":\"result\",\"errors\":[\"Reached maximum number of turns (2)\"]}");

        assertThat(perform(Phase.PLAN, null, 1, true).ending()).isEqualTo(Ending.LIMIT_TURNS);
    }

    @Test
    void should_repeat_the_last_plan_and_verdict() throws Exception {
        record("plan-1", RESULT.replace("done", "the plan"));
        record("steps/a/verify-1", RESULT.replace("done", "a1"));
        record("steps/a/verify-2", RESULT.replace("done", "a2"));
        record("steps/b/verify-1", RESULT.replace("done", "b1"));

        assertThat(perform(Phase.PLAN, null, 2, true).text()).isEqualTo("the plan");
        assertThat(perform(Phase.VERIFY, "a", 1, true).text()).isEqualTo("a1");
        assertThat(perform(Phase.VERIFY, "a", 7, true).text()).isEqualTo("a2");
        assertThat(perform(Phase.VERIFY, "other", 1, true).text()).isEqualTo("b1");
        assertThat(perform(Phase.IMPLEMENT, "../steps/a", 1, true).text()).isEqualTo("recording used up");
    }

    @Test
    void should_never_fail_beyond_the_recording() throws Exception {
        record("plan-1", RESULT);

        AgentResult replan = perform(Phase.REPLAN, null, 1, true);
        AgentResult research = perform(Phase.RESEARCH, "a", 1, true);
        AgentResult work = perform(Phase.IMPLEMENT, "a", 1, true);
        AgentResult fix = perform(Phase.FIX, null, 1, true);

        assertThat(List.of(replan, research, work, fix))
                .allSatisfy(result -> assertThat(result.ending()).isEqualTo(Ending.COMPLETED));
        assertThat(replan.structured().orElseThrow().path("unchanged").booleanValue())
                .isTrue();
        assertThat(research.text()).contains("nothing was found");
        assertThat(work.text()).isEqualTo("recording used up");
        assertThat(fix.text()).isEqualTo("recording used up");
        assertThat(workspace).isEmptyDirectory();
    }

    @Test
    void should_stop_a_command_at_the_time_limit_of_a_tool() throws Exception {
        timers = new Timers(
                Optional.empty(),
                Optional.empty(),
                Optional.of(Duration.ofMillis(200)),
                Optional.empty(),
                Optional.empty());
        record(
                "steps/a/implement-1",
                call("c1", "Bash", Map.of("command", "sleep 60")),
                result("c1", false, ""),
                RESULT);

        perform(Phase.IMPLEMENT, "a", 1, true);

        assertThat(sink.events(AgentEvent.ToolFinished.class).get(0).output()).contains("timed out");
    }

    @Test
    void should_end_timed_out_where_the_calls_time_is_up() throws Exception {
        timers = Timers.wall(Duration.ofMillis(200));
        record(
                "steps/a/implement-1",
                call("c1", "Bash", Map.of("command", "sleep 60")),
                result("c1", false, ""),
                RESULT);

        AgentResult result = perform(Phase.IMPLEMENT, "a", 1, true);

        assertThat(result.ending()).isEqualTo(Ending.TIMED_OUT);
        assertThat(result.fired()).isEqualTo(Exit.Limit.WALL);
    }

    private AgentResult perform(Phase phase, @Nullable String step, int attempt, boolean compare)
            throws InterruptedException {
        AgentRequest request = new AgentRequest(
                "run",
                phase,
                Optional.ofNullable(step),
                attempt,
                "",
                "",
                Optional.empty(),
                workspace,
                temp.resolve("home"),
                Map.of(
                        "PATH", System.getenv("PATH"),
                        "SUPABASE_URL", "http://127.0.0.1:54999",
                        "SUPABASE_ANON_KEY", "anon.\"key\"",
                        "PORT", "4173"),
                Optional.empty(),
                timers);
        return new RecordedAgent(new Recording(recording), compare, supervisor, Clock.systemUTC())
                .perform(request, sink);
    }

    private void record(String name, String... lines) throws IOException {
        Path file = recording.resolve(name + ".jsonl");
        Files.createDirectories(file.getParent());
        Files.write(file, Arrays.asList(lines));
        calls.add(name);
        writeIndex();
    }

    private void writeIndex() throws IOException {
        Files.writeString(
                recording.resolve("recording.json"),
                json.writeValueAsString(Map.of("form", "claude-stream-json", "calls", calls)));
        Files.writeString(recording.resolve("trees.json"), json.writeValueAsString(trees));
    }

    private String call(String id, String name, Map<String, ?> input) {
        ObjectNode line = json.createObjectNode().put("type", "assistant");
        ObjectNode message = line.putObject("message").put("id", "m-" + id);
        message.putArray("content")
                .addObject()
                .put("type", "tool_use")
                .put("id", id)
                .put("name", name)
                .set("input", (JsonNode) json.valueToTree(input));
        return json.writeValueAsString(line);
    }

    private String result(String id, boolean error, String content) {
        ObjectNode line = json.createObjectNode().put("type", "user");
        line.putObject("message")
                .putArray("content")
                .addObject()
                .put("type", "tool_result")
                .put("tool_use_id", id)
                .put("content", content)
                .put("is_error", error);
        return json.writeValueAsString(line);
    }
}
