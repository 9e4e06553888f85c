package dev.assay.agent.scripted;

import static dev.assay.agent.scripted.Turn.calls;
import static dev.assay.agent.scripted.Turn.fails;
import static dev.assay.agent.scripted.Turn.says;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.assay.agent.AgentEvent;
import dev.assay.agent.AgentRequest;
import dev.assay.agent.AgentResult;
import dev.assay.agent.CanonicalTool;
import dev.assay.agent.Ending;
import dev.assay.agent.Phase;
import dev.assay.agent.RecordingSink;
import dev.assay.agent.claude.ClaudeCode;
import dev.assay.agent.cli.Account;
import dev.assay.agent.cli.Cli;
import dev.assay.agent.cli.CliTool;
import dev.assay.agent.codex.Codex;
import dev.assay.agent.gemini.Gemini;
import dev.assay.agent.opencode.OpenCode;
import dev.assay.agent.recorded.NewRecording;
import dev.assay.agent.recorded.RecordedTool;
import dev.assay.agent.recorded.RunCall;
import dev.assay.experiment.AppInterface;
import dev.assay.experiment.Contract;
import dev.assay.experiment.Experiment;
import dev.assay.experiment.Limits;
import dev.assay.process.Command.Timers;
import dev.assay.process.Exit;
import dev.assay.process.RunningProcess;
import dev.assay.process.Supervisor;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Real CLIs from npm, behind a scripted model on loopback, with a HOME of their own, a dummy key and no account. OpenCode
 * and Gemini CLI need many seconds for each call: they are tried with {@code -Pclis} only.
 */
class RealClisIT {
    private static final Optional<Duration> LONG = Optional.of(Duration.ofMinutes(4));

    @TempDir
    private Path folder;

    private final Supervisor supervisor = Supervisor.open();
    private final RecordingSink sink = new RecordingSink();

    /**
     * A CLI, and what is special about its service.
     *
     * @param path of the endpoint
     * @param slow whether it is tried with {@code -Pclis} only
     */
    record Real(Cli cli, NpmCli npm, String model, String path, boolean slow) {
        @Override
        public String toString() {
            return cli.name();
        }
    }

    private static final Real CLAUDE = new Real(new ClaudeCode(), NpmCli.CLAUDE_CODE, "claude-sonnet-4-5", "", false);
    private static final Real CODEX = new Real(new Codex(), NpmCli.CODEX, "gpt-5.5", "/v1", false);
    private static final Real OPENCODE = new Real(new OpenCode(), NpmCli.OPENCODE, "m1", "/v1", true);
    private static final Real GEMINI = new Real(new Gemini(), NpmCli.GEMINI, "gemini-2.5-pro", "", true);

    static Stream<Real> all() {
        return Stream.of(CLAUDE, CODEX, OPENCODE, GEMINI);
    }

    /** Those that say that they were refused; OpenCode asks again for ever without a word. */
    static Stream<Real> refused() {
        return Stream.of(CLAUDE, CODEX, GEMINI);
    }

    static Stream<Real> fast() {
        return Stream.of(CLAUDE, CODEX);
    }

    @BeforeEach
    void makeFolders() throws IOException {
        Files.createDirectory(folder.resolve("workspace"));
        Files.createDirectory(folder.resolve("tmp"));
    }

    @AfterEach
    void stopAll() {
        supervisor.close();
    }

    /** The same script gives the same calls, whichever CLI plays it, and again as a recording of what that CLI printed. */
    @ParameterizedTest
    @MethodSource("all")
    void should_write_a_file_run_a_command_and_report_what_it_used(Real real) throws Exception {
        Path file = folder.resolve("workspace/hello.txt");
        try (ScriptedModel model = ScriptedModel.playing(
                calls(new Turn.Call.Write(file.toString(), "hello\n")).saying("I will create the file."),
                calls(new Turn.Call.Shell("ls -1")),
                says("Done: hello.txt exists."))) {

            AgentResult result = perform(real, model, Phase.IMPLEMENT, Optional.empty());

            assertThat(result.ending()).as(result.message()).isEqualTo(Ending.COMPLETED);
            assertThat(file).hasContent("hello");
            assertThat(result.text()).isEqualTo("Done: hello.txt exists.");
            assertSameCalls(sink);
            assertSameCalls(replayed(real, result));
            assertThat(file).hasContent("hello");
            assertThat(result.usage().input()).isEqualTo(3 * Turn.INPUT);
            assertThat(result.usage().output()).isEqualTo(3 * Turn.OUTPUT);
            assertThat(result.cliVersion()).contains(real.npm().version());
            assertThat(result.model()).contains(real.model());
            assertThat(result.sessionId()).isPresent();
            assertThat(model.asked())
                    .anySatisfy(request -> assertThat(request.body().toString())
                            .contains("Create hello.txt")
                            .contains("Speak plainly."));
        }
    }

    private void assertSameCalls(RecordingSink heard) {
        assertThat(heard.events(AgentEvent.ToolStarted.class))
                .extracting(
                        AgentEvent.ToolStarted::canonical,
                        call -> call.path() == null
                                ? null
                                : folder.resolve("workspace")
                                        .relativize(Path.of(call.path()))
                                        .toString(),
                        AgentEvent.ToolStarted::command)
                .containsExactly(
                        tuple(CanonicalTool.FILE_WRITE, "hello.txt", null), tuple(CanonicalTool.SHELL, null, "ls -1"));
        assertThat(heard.events(AgentEvent.ToolFinished.class))
                .extracting(AgentEvent.ToolFinished::ok, AgentEvent.ToolFinished::output)
                .satisfiesExactly(
                        written -> assertThat(written.toList().get(0)).isEqualTo(true),
                        listed -> assertThat(listed.toList().get(1).toString().strip())
                                .isEqualTo("hello.txt"));
    }

    /** What comes of it where what was printed is recorded, and replayed in a workspace that is empty again. */
    private RecordingSink replayed(Real real, AgentResult result) throws Exception {
        Path file = folder.resolve("workspace/hello.txt");
        byte[] content = Files.readAllBytes(file);
        NewRecording recording =
                new NewRecording(folder.resolve("replayed/recording"), supervisor, System.getenv("PATH"));
        recording.add(new RunCall(
                Phase.IMPLEMENT,
                Optional.of("s1"),
                folder.resolve("workspace"),
                folder.resolve("home"),
                Map.of(),
                sink.lines().stream()
                        .filter(line -> line.startsWith("{"))
                        .map(line -> new RunCall.Line(Instant.EPOCH, line.getBytes(UTF_8)))
                        .toList(),
                Optional.of(real.cli()::stream),
                into -> Files.write(into.resolve("hello.txt"), content),
                bytes -> bytes,
                false,
                result));
        assertThat(recording.finish("by a test", Map.of())).isEmpty();
        Files.delete(file);
        Experiment experiment = new Experiment(
                "replayed",
                folder.resolve("replayed.yaml"),
                "replayed",
                "Replayed",
                "Create hello.txt and list the files.",
                List.of(),
                List.of(),
                Limits.DEFAULT,
                List.of(),
                new AppInterface("true", "true", "true", List.of(), "a page", "install: true"),
                new Contract("own", Map.of(), List.of(), List.of(), List.of(), Optional.empty()),
                List.of(),
                1,
                false);
        RecordingSink heard = new RecordingSink();
        AgentResult again = new RecordedTool(supervisor)
                .agentFor(experiment)
                .perform(request(real, Phase.IMPLEMENT, Optional.empty(), Timers.wall(Duration.ofMinutes(2))), heard);
        assertThat(again.ending()).as(again.message()).isEqualTo(result.ending());
        assertThat(again.text()).isEqualTo(result.text());
        assertThat(again.warnings()).isEmpty();
        return heard;
    }

    @ParameterizedTest
    @MethodSource("all")
    void should_change_nothing_where_it_may_only_read(Real real) throws Exception {
        Path file = folder.resolve("workspace/hello.txt");
        try (ScriptedModel model = ScriptedModel.playing(
                calls(new Turn.Call.Write(file.toString(), "hello\n")),
                calls(new Turn.Call.Shell("echo hello > " + file)),
                says("{\"status\":\"PASS\"}"))) {

            AgentResult result = perform(real, model, Phase.VERIFY, Optional.empty());

            assertThat(file).doesNotExist();
            assertThat(result.ending()).as(result.message()).isEqualTo(Ending.COMPLETED);
            assertThat(result.text()).isEqualTo("{\"status\":\"PASS\"}");
        }
    }

    @ParameterizedTest
    @MethodSource("refused")
    void should_end_auth_where_the_service_refuses_the_key(Real real) throws Exception {
        try (ScriptedModel model =
                ScriptedModel.playing(fails(401, "authentication_error", "Incorrect API key provided"))) {

            AgentResult result = perform(real, model, Phase.IMPLEMENT, Optional.empty());

            assertThat(result.ending()).as(result.message()).isEqualTo(Ending.AUTH);
            assertThat(result.exitCode().orElse(0)).isNotZero();
        }
    }

    @ParameterizedTest
    @MethodSource("fast")
    void should_give_up_soon_where_the_service_is_overloaded(Real real) throws Exception {
        try (ScriptedModel model = ScriptedModel.playing(fails(503, "overloaded_error", "Overloaded"))) {

            AgentResult result = perform(real, model, Phase.IMPLEMENT, Optional.empty());

            assertThat(result.ending()).as(result.message()).isIn(Ending.OVERLOADED, Ending.API_ERROR);
            assertThat(result.ending().infrastructure()).isTrue();
            assertThat(result.fired()).isEqualTo(Exit.Limit.NONE);
            assertThat(model.asked()).hasSizeLessThan(20);
        }
    }

    @ParameterizedTest
    @MethodSource("fast")
    void should_go_on_after_a_failure_that_passes(Real real) throws Exception {
        try (ScriptedModel model = ScriptedModel.playing(fails(500, "api_error", "Internal error"), says("Hello."))) {

            AgentResult result = perform(real, model, Phase.IMPLEMENT, Optional.empty());

            assertThat(result.ending()).as(result.message()).isEqualTo(Ending.COMPLETED);
            assertThat(result.text()).isEqualTo("Hello.");
        }
    }

    @ParameterizedTest
    @MethodSource("all")
    void should_stop_it_where_the_service_never_answers(Real real) throws Exception {
        try (ScriptedModel model = ScriptedModel.playing(fails(new Turn.Failure.Hang()))) {
            Optional<Duration> idle = Optional.of(Duration.ofSeconds(real.slow() ? 30 : 10));

            AgentResult result =
                    perform(real, model, Phase.IMPLEMENT, Optional.empty(), new Timers(idle, idle, LONG, LONG, LONG));

            assertThat(result.ending()).as(result.message()).isEqualTo(Ending.IDLE_AT_START);
            assertThat(result.fired()).isIn(Exit.Limit.STARTUP, Exit.Limit.IDLE);
        }
    }

    @ParameterizedTest
    @MethodSource("all")
    void should_leave_nothing_where_it_is_stopped_within_a_command(Real real) throws Exception {
        Path pid = folder.resolve("workspace/pid");
        String command = "echo $$ > " + pid + "; exec sleep 600";
        try (ScriptedModel model = ScriptedModel.playing(calls(new Turn.Call.Shell(command)), says("Done."))) {
            Optional<Duration> tool = Optional.of(Duration.ofSeconds(8));

            AgentResult result =
                    perform(real, model, Phase.IMPLEMENT, Optional.empty(), new Timers(LONG, LONG, tool, LONG, LONG));

            assertThat(result.ending()).as(result.message()).isEqualTo(Ending.TIMED_OUT);
            assertThat(result.fired()).isEqualTo(Exit.Limit.TOOL);
            assertThat(RunningProcess.isRunning(
                            Long.parseLong(Files.readString(pid).strip())))
                    .isFalse();
        }
    }

    @ParameterizedTest
    @MethodSource("codex")
    void should_answer_by_a_schema(Real real) throws Exception {
        JsonNode schema = JsonMapper.shared()
                .readTree("{\"type\":\"object\",\"required\":[\"status\"],\"properties\":{\"status\":{\"enum\":"
                        + "[\"PASS\"]},\"reason\":{\"type\":\"string\"}}}");
        try (ScriptedModel model = ScriptedModel.playing(says("{\"status\":\"PASS\",\"reason\":null}"))) {

            AgentResult result = perform(real, model, Phase.VERIFY, Optional.of(schema));

            assertThat(result.structured().map(JsonNode::toString)).contains("{\"status\":\"PASS\"}");
            JsonNode format = model.asked()
                    .get(model.asked().size() - 1)
                    .body()
                    .path("text")
                    .path("format");
            assertThat(format.path("type").asString("")).isEqualTo("json_schema");
            assertThat(format.path("schema").path("required")).hasSize(2);
        }
    }

    static Stream<Real> codex() {
        return Stream.of(CODEX);
    }

    private AgentResult perform(Real real, ScriptedModel model, Phase phase, Optional<JsonNode> schema)
            throws Exception {
        return perform(real, model, phase, schema, new Timers(LONG, LONG, LONG, LONG, LONG));
    }

    private AgentResult perform(Real real, ScriptedModel model, Phase phase, Optional<JsonNode> schema, Timers timers)
            throws Exception {
        assumeTrue(
                !real.slow() || Boolean.getBoolean("assay.test.clis"),
                () -> real.cli().title() + " is slow: it is tried with -Pclis only");
        Path bin = real.npm().bin(supervisor);
        Map<String, String> user = new HashMap<>();
        user.put("PATH", bin + ":" + System.getenv("PATH"));
        user.put("HOME", folder.resolve("user").toString());
        user.put(real.cli().keys().get(0), "dummy");
        URI endpoint = model.endpoint(real.path());
        CliTool tool = new CliTool(real.cli(), new Account(user, Optional.of(endpoint)), supervisor);
        return tool.agent().perform(request(real, phase, schema, timers), sink);
    }

    private AgentRequest request(Real real, Phase phase, Optional<JsonNode> schema, Timers timers) {
        Map<String, String> environment = new HashMap<>();
        environment.put("PATH", System.getenv("PATH"));
        environment.put("HOME", folder.resolve("home").toString());
        // Codex sets up no sandbox where its HOME is below the folder for temporary files.
        environment.put("TMPDIR", folder.resolve("tmp").toString());
        environment.put("LANG", "C.UTF-8");
        environment.put("TERM", "dumb");
        return new AgentRequest(
                "run-1",
                phase,
                Optional.of("s1"),
                1,
                "Speak plainly.",
                "Create hello.txt and list the files.",
                schema,
                folder.resolve("workspace"),
                folder.resolve("home"),
                environment,
                Optional.of(real.model()),
                timers);
    }
}
