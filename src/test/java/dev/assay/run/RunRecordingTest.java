package dev.assay.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.assay.agent.Agent;
import dev.assay.agent.RetryPolicy;
import dev.assay.agent.RetryingAgent;
import dev.assay.agent.claude.ClaudeStream;
import dev.assay.agent.cli.CliStream;
import dev.assay.agent.cli.CliTool;
import dev.assay.agent.cli.FakeProgram;
import dev.assay.agent.codex.Codex;
import dev.assay.agent.codex.CodexStream;
import dev.assay.agent.recorded.NewRecording;
import dev.assay.agent.recorded.RecordedTool;
import dev.assay.experiment.AppInterface;
import dev.assay.experiment.Contract;
import dev.assay.experiment.Experiment;
import dev.assay.experiment.Limits;
import dev.assay.postgres.PostgresCluster;
import dev.assay.process.Supervisor;
import dev.assay.settings.UsageError;
import dev.assay.store.LogDatabase;
import dev.assay.store.RunRecording;
import dev.assay.store.RunRecording.Written;
import dev.assay.store.RunStore;
import dev.assay.store.StoredResults;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** A run by a CLI of another tool, in which the world fails and the agent too, becomes a recording that is replayed. */
class RunRecordingTest {
    private static final String SECRET = "a-secret-value"; // which every scripted run knows for one
    private static final Map<String, Supplier<CliStream>> READERS =
            Map.of("codex", CodexStream::new, "recorded", ClaudeStream::new);

    private static PostgresCluster cluster;

    @TempDir
    private Path folder;

    private final Supervisor supervisor = Supervisor.open();
    private int calls;

    @BeforeAll
    static void start() throws InterruptedException {
        Path cache = Path.of(System.getProperty("user.home"), ".cache", "assay");
        cluster = PostgresCluster.start(PostgresCluster.Options.empty(cache));
    }

    @AfterAll
    static void stop() {
        cluster.close();
    }

    @AfterEach
    void stopProcesses() {
        supervisor.close();
    }

    @Test
    void should_record_a_run_with_its_failures_and_without_its_secrets_so_that_it_goes_the_same_way_again()
            throws Exception {
        FakeProgram fake = new FakeProgram(folder.resolve("fake")).program("codex", "9.9.9", """
                here=$(dirname "$0")/..
                n=$(($(cat "$here/n" 2>/dev/null || echo 0) + 1))
                echo $n > "$here/n"
                . "$here/call-$n"
                """);
        call(fake, "", message(ScriptedRun.ONE_STEP) + DONE);
        call(
                fake,
                "echo half > half.txt",
                command("echo half > half.txt") + failed("last status: 429 Too Many Requests"));
        call(
                fake,
                "echo first > work.txt; echo 'key=" + SECRET + "' > .env",
                patch("work.txt")
                        + command("echo " + SECRET)
                        + failed("Codex ran out of room in the model's context window."));
        call(fake, "echo second > work.txt", patch("work.txt") + message("It is done.") + DONE);
        call(fake, "", message(ScriptedRun.PROCEED) + DONE);
        Agent codex = new CliTool(new Codex(), fake.account(Map.of("OPENAI_API_KEY", SECRET)), supervisor).agent();

        Path first = folder.resolve("first");
        RunResult ran = run(
                first, "codex", new RetryingAgent(codex, RetryPolicy.DEFAULT, Clock.systemUTC(), time -> {}, () -> 0));
        Path recording = folder.resolve("second/scripted/recording");
        Written written = record(first, recording);
        Experiment replayed = experiment(folder.resolve("second"));
        RunResult again = run(folder.resolve("second"), "recorded", new RecordedTool(supervisor).agentFor(replayed));

        assertThat(ran.outcome()).as(ran.message()).isEqualTo(Outcome.PASSED);
        assertThat(written.notes()).isEmpty();
        assertThat(written.calls())
                .containsExactly(
                        "plan-1", "steps/schema/implement-1", "steps/schema/implement-2", "steps/schema/verify-1");
        assertThat(again.outcome()).as(again.message()).isEqualTo(Outcome.PASSED);
        assertThat(again.warnings()).isEmpty();
        assertThat(again.usage().input()).isEqualTo(300);
        assertThat(attempts(folder.resolve("second")))
                .isEqualTo(attempts(first))
                .contains("implement 1 failed context-full", "implement 2 passed null");
        assertThat(folder.resolve("second/run/workspace/work.txt")).hasContent("second");
        assertThat(folder.resolve("second/run/workspace/.env")).hasContent("key=[redacted]");
        try (Stream<Path> files = Files.walk(recording)) {
            assertThat(files.filter(Files::isRegularFile).map(RunRecordingTest::read))
                    .as("no secret, and nothing of the try that the world made fail")
                    .noneMatch(text -> text.contains(SECRET))
                    .noneMatch(text -> text.contains("half.txt"))
                    .anyMatch(text -> text.contains("echo [redacted]"));
        }
        JsonNode about = JsonMapper.shared().readTree(recording.resolve("recording.json"));
        assertThat(about.path("of").path("run").stringValue("")).isEqualTo("run-1");
        assertThat(about.path("agents").path(0).path("cli_version").stringValue(""))
                .isEqualTo("9.9.9");

        // a recording of the replay is the same again, but for who it is of
        Path third = folder.resolve("third");
        assertThat(record(folder.resolve("second"), third).notes()).isEmpty();
        for (String file : List.of("trees.json", "steps/schema/implement-2.jsonl", "plan-1.jsonl")) {
            assertThat(third.resolve(file)).hasSameTextualContentAs(recording.resolve(file));
        }
    }

    @Test
    void should_say_what_is_in_the_way() throws Exception {
        Path empty = Files.createDirectories(folder.resolve("first/run"));
        Path full = Files.createDirectories(folder.resolve("full/x"));

        assertThatThrownBy(() -> record(folder.resolve("first"), folder.resolve("recording")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("Run run-1 has made no call");
        assertThatThrownBy(() -> RunRecording.free(full.getParent()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("is there already");
        try (StoredWork open = new StoredWork(stored(empty), supervisor, System.getenv("PATH"), List.of())) {
            assertThat(open.calls()).isEmpty();
            assertThatThrownBy(() -> record(folder.resolve("first"), folder.resolve("recording")))
                    .isInstanceOf(UsageError.class)
                    .hasMessageContaining("still under way");
        }
    }

    private static final String DONE =
            "{\"type\":\"turn.completed\",\"usage\":{\"input_tokens\":100,\"output_tokens\":5}}\n";

    private static String failed(String why) {
        return "{\"type\":\"turn.failed\",\"error\":{\"message\":\"" + why + "\"}}\n";
    }

    private static String message(String text) {
        return "{\"type\":\"item.completed\",\"item\":{\"id\":\"m\",\"type\":\"agent_message\",\"text\":"
                + JsonMapper.shared().writeValueAsString(text) + "}}\n";
    }

    private static String command(String command) {
        return "{\"type\":\"item.completed\",\"item\":{\"id\":\"c\",\"type\":\"command_execution\",\"command\":\""
                + command + "\",\"aggregated_output\":\"" + command.replaceFirst("^echo ", "")
                + "\\n\",\"exit_code\":0,\"status\":\"completed\"}}\n";
    }

    private static String patch(String file) {
        return "{\"type\":\"item.completed\",\"item\":{\"id\":\"p\",\"type\":\"file_change\",\"changes\":[{\"path\":\""
                + file + "\",\"kind\":\"add\"}],\"status\":\"completed\"}}\n";
    }

    private void call(FakeProgram fake, String script, String prints) throws IOException {
        calls++;
        fake.file("prints-" + calls, "{\"type\":\"thread.started\",\"thread_id\":\"t" + calls + "\"}\n" + prints);
        fake.file(
                "call-" + calls,
                script + "\ncat \"$here/prints-" + calls + "\"\n" + (prints.contains("turn.failed") ? "exit 1\n" : ""));
    }

    private static RunResult run(Path folder, String tool, Agent agent) throws InterruptedException {
        String name = "log_" + UUID.randomUUID().toString().replace("-", "");
        cluster.createDatabase(name, "template0", cluster.superuser());
        String url = cluster.jdbcUrl(name, cluster.superuser(), cluster.superuserPassword());
        try (LogDatabase database = LogDatabase.at(url);
                RunStore store = new RunStore(database, System.err, Clock.systemUTC());
                ScriptedRun run = new ScriptedRun(folder)) {
            run.listeners.add(store);
            run.tool = tool;
            run.performer = Optional.of(agent);
            return run.run();
        }
    }

    private Written record(Path folder, Path into) throws IOException, InterruptedException {
        try (StoredWork work =
                new StoredWork(stored(folder.resolve("run")), supervisor, System.getenv("PATH"), List.of(SECRET))) {
            return new RunRecording(stored(folder.resolve("run")), work, READERS)
                    .into(into, new NewRecording(into, supervisor, System.getenv("PATH")));
        }
    }

    private static StoredRun stored(Path run) {
        Experiment experiment = experiment(run.getParent());
        return StoredRun.of(new RunInfo(
                "run-1",
                experiment,
                new dev.assay.experiment.Variant(
                        "scripted",
                        dev.assay.experiment.Role.parse("codex"),
                        dev.assay.experiment.Role.parse("codex"),
                        dev.assay.experiment.Role.parse("codex"),
                        dev.assay.experiment.SkillsMode.NONE,
                        1),
                1,
                "real",
                "embedded",
                run,
                "[run:1]",
                Map.of(),
                java.util.Set.of(),
                java.time.Instant.EPOCH));
    }

    private static Experiment experiment(Path folder) {
        return new Experiment(
                "scripted",
                folder.resolve("scripted.yaml"),
                "scripted",
                "Scripted",
                "Build something",
                List.of(),
                List.of(),
                Limits.DEFAULT,
                List.of(),
                new AppInterface("true", "true", "true", List.of(), "a page", "install: true"),
                new Contract("own", Map.of(), List.of(), List.of(), List.of(), Optional.empty()),
                List.of(),
                1,
                false);
    }

    private static List<String> attempts(Path folder) {
        return StoredResults.of(folder.resolve("run")).attempts().stream()
                .map(row ->
                        row.path("phase").asString() + " " + row.path("attempt").asInt() + " "
                                + row.path("outcome").asString() + " "
                                + row.path("cause").stringValue("null"))
                .toList();
    }

    private static String read(Path file) {
        try {
            return Files.readString(file, StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }
}
