package dev.assay.agent.claude;

import static org.assertj.core.api.Assertions.assertThat;

import dev.assay.agent.AgentEvent;
import dev.assay.agent.AgentRequest;
import dev.assay.agent.AgentResult;
import dev.assay.agent.CanonicalTool;
import dev.assay.agent.Ending;
import dev.assay.agent.Phase;
import dev.assay.agent.RecordingSink;
import dev.assay.agent.RetryPolicy;
import dev.assay.agent.RetryingAgent;
import dev.assay.agent.cli.Account;
import dev.assay.agent.cli.CliTool;
import dev.assay.agent.cli.PriceTable;
import dev.assay.agent.scripted.NpmCli;
import dev.assay.agent.scripted.ScriptedModel;
import dev.assay.agent.scripted.Turn;
import dev.assay.process.Command.Timers;
import dev.assay.process.Exit;
import dev.assay.process.Supervisor;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The real Claude Code, at a pinned version from npm, with a model that plays a script on loopback. */
class ClaudeCodeIT {
    private static final Duration LONG = Duration.ofMinutes(2);
    private static final String MODEL = "claude-sonnet-4-5";

    @TempDir
    private Path folder;

    private final Supervisor supervisor = Supervisor.open();
    private final RecordingSink sink = new RecordingSink();
    private final Deque<Turn> turns = new ArrayDeque<>();
    private ScriptedModel model;
    private CliTool claude;
    private Path workspace;

    @BeforeEach
    void installAndListen() throws Exception {
        Path bin = NpmCli.CLAUDE_CODE.bin(supervisor);
        workspace = Files.createDirectory(folder.resolve("workspace"));
        Files.createDirectory(folder.resolve("user"));
        model = ScriptedModel.answering(this::turn);
        Map<String, String> environment = new HashMap<>();
        environment.put("PATH", bin + ":/usr/local/bin:/usr/bin:/bin");
        environment.put("HOME", folder.resolve("user").toString());
        environment.put("ANTHROPIC_API_KEY", "dummy-key-of-a-test");
        claude = new CliTool(
                new ClaudeCode(),
                new Account(environment, Optional.of(model.endpoint(""))),
                PriceTable.shipped(),
                supervisor);
    }

    @AfterEach
    void stopAll() {
        if (model != null) {
            model.close();
        }
        supervisor.close();
    }

    @Test
    void should_say_its_version_and_whether_it_is_signed_in() throws Exception {
        assertThat(claude.installation().orElseThrow().version()).contains("2.1.197");
        assertThat(claude.signedIn()).isTrue();
        CliTool stranger = new CliTool(
                new ClaudeCode(),
                new Account(
                        Map.of(
                                "PATH",
                                claude.installation().orElseThrow().program().getParent() + ":/usr/bin:/bin",
                                "HOME",
                                folder.resolve("user").toString()),
                        Optional.empty()),
                PriceTable.shipped(),
                supervisor);
        assertThat(stranger.signedIn()).isFalse();
        assertThat(model.asked()).isEmpty();
    }

    @Test
    void should_plan_by_the_schema_with_nothing_but_reading_tools() throws Exception {
        Files.writeString(workspace.resolve("README.md"), "empty so far");
        Map<String, Object> plan = Map.of(
                "steps",
                List.of(Map.of(
                        "id", "s1",
                        "title", "Schema",
                        "description", "Make the tables.",
                        "phase", "schema",
                        "acceptance_criteria", List.of("there is a table"))));
        turns.add(
                calls("Read", Map.of("file_path", workspace.resolve("README.md").toString())));
        turns.add(calls("StructuredOutput", plan));

        AgentResult result = perform(Phase.PLAN, Optional.of(schema("plan")), timers());

        assertThat(result.ending()).as(result.message()).isEqualTo(Ending.COMPLETED);
        assertThat(result.structured().orElseThrow())
                .isEqualTo(JsonMapper.shared().valueToTree(plan));
        assertThat(result.usage().input()).isEqualTo(2000);
        assertThat(result.usage().costUsd().orElseThrow()).isEqualByComparingTo("0.0075");
        assertThat(offered()).containsExactlyInAnyOrder("Read", "Glob", "Grep", "StructuredOutput");
    }

    @Test
    void should_not_give_an_answer_that_the_model_did_not_give() throws Exception {
        turns.addAll(List.of(Turn.says("It looks fine to me."), Turn.says("As I said."), Turn.says("As I said.")));

        AgentResult result = perform(Phase.VERIFY, Optional.of(schema("verdict")), timers());

        assertThat(result.ending()).as(result.message()).isEqualTo(Ending.COMPLETED);
        assertThat(result.structured()).isEmpty();
    }

    @Test
    void should_write_files_and_run_commands_in_the_workspace() throws Exception {
        turns.add(Turn.calls(
                new Turn.Call.Write(workspace.resolve("hello.txt").toString(), "hello"),
                new Turn.Call.Shell("env; exit 3")));
        turns.add(Turn.calls(new Turn.Call.Shell("cat hello.txt")));
        turns.add(Turn.says("Done."));

        AgentResult result = perform(Phase.IMPLEMENT, Optional.empty(), timers());

        assertThat(result.ending()).as(result.message()).isEqualTo(Ending.COMPLETED);
        assertThat(result.text()).isEqualTo("Done.");
        assertThat(result.cliVersion()).contains("2.1.197");
        assertThat(result.model()).contains(MODEL);
        assertThat(workspace.resolve("hello.txt")).hasContent("hello");
        assertThat(sink.events(AgentEvent.ToolStarted.class))
                .extracting(AgentEvent.ToolStarted::canonical)
                .containsExactly(CanonicalTool.FILE_WRITE, CanonicalTool.SHELL, CanonicalTool.SHELL);
        assertThat(sink.events(AgentEvent.ToolFinished.class))
                .extracting(AgentEvent.ToolFinished::exitCode)
                .containsExactlyInAnyOrder(null, 3, 0);
        assertThat(sink.events(AgentEvent.ToolFinished.class).stream()
                        .map(AgentEvent.ToolFinished::output)
                        .filter(output -> output.startsWith("Exit code 3"))
                        .findFirst()
                        .orElseThrow())
                .contains("GIVEN=to-the-agent")
                .doesNotContain("JAVA_HOME", "MAVEN");
        assertThat(turns).isEmpty();
        assertThat(model.asked())
                .allMatch(asked -> asked.path().startsWith("/v1/messages")
                        || asked.method().equals("HEAD"));
        assertThat(prompt()).contains("Build it, all of it.").contains("You are careful.");
    }

    @Test
    void should_ask_again_by_itself_when_it_is_told_to_wait() throws Exception {
        turns.add(
                Turn.fails(new Turn.Failure.Status(429, "rate_limit_error", "slow down", Map.of("retry-after", "1"))));
        turns.add(Turn.says("Done."));

        AgentResult result = perform(Phase.IMPLEMENT, Optional.empty(), timers());

        assertThat(result.ending()).as(result.message()).isEqualTo(Ending.COMPLETED);
        assertThat(sink.events(AgentEvent.ApiRetry.class))
                .singleElement()
                .satisfies(retry -> assertThat(retry.status()).isEqualTo(429));
    }

    @Test
    void should_try_again_for_it_when_its_own_tries_are_used_up() throws Exception {
        for (int i = 0; i < 3; i++) {
            turns.add(Turn.fails(529, "overloaded_error", "Overloaded"));
        }
        turns.add(Turn.says("Done."));
        List<Duration> waits = new ArrayList<>();

        AgentResult result = new RetryingAgent(
                        claude.agent(), RetryPolicy.DEFAULT, Clock.systemUTC(), waits::add, () -> 0.0)
                .perform(request(Phase.IMPLEMENT, Optional.empty(), timers()), sink);

        assertThat(result.ending()).as(result.message()).isEqualTo(Ending.COMPLETED);
        assertThat(waits).hasSize(1);
        assertThat(result.warnings()).singleElement().asString().startsWith("tried-again: OVERLOADED");
        assertThat(sink.notices(AgentEvent.RunFinished.class))
                .extracting(AgentEvent.RunFinished::ending)
                .containsExactly(Ending.OVERLOADED, Ending.COMPLETED);
    }

    @Test
    void should_leave_no_process_of_a_command_that_it_was_stopped_in() throws Exception {
        Path pids = folder.resolve("pids");
        turns.add(Turn.calls(new Turn.Call.Shell(
                "(setsid sleep 900 & echo $! > " + pids + "); echo $$ >> " + pids + "; sleep 900")));
        Timers timers = new Timers(
                Optional.of(LONG),
                Optional.of(LONG),
                Optional.of(Duration.ofSeconds(4)),
                Optional.of(LONG),
                Optional.of(LONG));

        AgentResult result = perform(Phase.IMPLEMENT, Optional.empty(), timers);

        assertThat(result.ending()).isEqualTo(Ending.TIMED_OUT);
        assertThat(result.fired()).isEqualTo(Exit.Limit.TOOL);
        assertThat(Files.readAllLines(pids)).hasSize(2);
        for (String pid : Files.readAllLines(pids)) {
            Awaitility.await()
                    .atMost(Duration.ofSeconds(10))
                    .until(() -> ProcessHandle.of(Long.parseLong(pid.strip())).isEmpty());
        }
        assertThat(result.usage().output())
                .as("the session's own log has what the stream does not say")
                .isEqualTo(50);
        assertThat(result.usage().costSource()).startsWith("price-table:");
    }

    private AgentResult perform(Phase phase, Optional<JsonNode> schema, Timers timers) throws InterruptedException {
        return claude.agent().perform(request(phase, schema, timers), sink);
    }

    private AgentRequest request(Phase phase, Optional<JsonNode> schema, Timers timers) {
        Path home = folder.resolve("home");
        return new AgentRequest(
                "run-1",
                phase,
                Optional.of("s1"),
                1,
                "You are careful.",
                "Build it, all of it.",
                schema,
                workspace,
                home,
                Map.of(
                        "PATH", "/usr/local/bin:/usr/bin:/bin",
                        "HOME", home.toString(),
                        "LANG", "C.UTF-8",
                        "GIVEN", "to-the-agent"),
                Optional.of(MODEL),
                timers);
    }

    private static Timers timers() {
        return new Timers(
                Optional.of(LONG), Optional.of(LONG), Optional.of(LONG), Optional.of(LONG), Optional.of(LONG));
    }

    private static JsonNode schema(String name) throws IOException {
        try (InputStream in = ClaudeCodeIT.class.getResourceAsStream("/schemas/" + name + ".schema.json")) {
            return JsonMapper.shared().readTree(in);
        }
    }

    /** The next turn of the script; one that is asked for beyond it is refused. */
    private Turn turn(JsonNode request) {
        Turn next = turns.poll();
        return next != null ? next : Turn.fails(400, "invalid_request_error", "the script is used up");
    }

    private static Turn calls(String tool, Map<String, ?> input) {
        return Turn.calls(new Turn.Call.Other(tool, input));
    }

    /** The tools that the model was offered in the last request. */
    private List<String> offered() {
        List<ScriptedModel.Asked> asked = model.asked();
        List<String> names = new ArrayList<>();
        asked.get(asked.size() - 1)
                .body()
                .path("tools")
                .forEach(tool -> names.add(tool.path("name").asString("")));
        return names;
    }

    /** All that the model was told in the first request that offered tools. */
    private String prompt() {
        return model.asked().stream()
                .map(ScriptedModel.Asked::body)
                .filter(body -> !body.path("tools").isEmpty())
                .findFirst()
                .orElseThrow()
                .toString();
    }
}
