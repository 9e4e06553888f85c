package dev.assay.agent.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.assay.agent.Agent;
import dev.assay.agent.AgentEvent;
import dev.assay.agent.AgentRequest;
import dev.assay.agent.AgentResult;
import dev.assay.agent.Ending;
import dev.assay.agent.Phase;
import dev.assay.agent.RecordingSink;
import dev.assay.agent.codex.Codex;
import dev.assay.agent.cursor.Cursor;
import dev.assay.agent.gemini.Gemini;
import dev.assay.agent.opencode.OpenCode;
import dev.assay.process.Command.Timers;
import dev.assay.process.Exit;
import dev.assay.process.RunningProcess;
import dev.assay.process.Supervisor;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.assertj.core.api.SoftAssertions;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every captured run of Codex, OpenCode and Gemini CLI once more through the whole driver, and Cursor's as it is told. */
class CliRunsIT {
    /** Prints what was captured, and ends as the captured process did. */
    private static final String REPLAY = """
            if [ -f "$FAKE/$RUN.stderr.txt" ]; then cat "$FAKE/$RUN.stderr.txt" >&2; fi
            cat "$FAKE/$RUN.jsonl"
            case "$END" in
                hangs) exec sleep 600 ;;
                SIG*) kill -"${END#SIG}" $$ ;;
                *) exit "$END" ;;
            esac
            """;

    private static final Optional<Duration> LONG = Optional.of(Duration.ofMinutes(2));
    /** Longer than a busy machine needs to start a program. */
    private static final Optional<Duration> SHORT = Optional.of(Duration.ofSeconds(3));

    private static final Run NOTHING = new Run("", "", Ending.COMPLETED, 0, 0);

    @TempDir
    private Path folder;

    private final Supervisor supervisor = Supervisor.open();
    private FakeProgram fake;

    /** A line of {@code runs.csv}. */
    private record Run(String name, String end, Ending ending, long input, long output) {
        static Run of(String line) {
            String[] field = line.split(",", -1);
            return new Run(
                    field[0], field[1], Ending.valueOf(field[2]), Long.parseLong(field[3]), Long.parseLong(field[4]));
        }

        boolean hangs() {
            return end.equals("hangs");
        }
    }

    @BeforeEach
    void makeFolders() throws IOException {
        fake = new FakeProgram(folder.resolve("fake"));
        Files.createDirectory(folder.resolve("workspace"));
    }

    @AfterEach
    void stopAll() {
        supervisor.close();
    }

    static Stream<Cli> clis() {
        return Stream.of(new Codex(), new Cursor(), new OpenCode(), new Gemini());
    }

    @ParameterizedTest
    @MethodSource("clis")
    void should_end_every_run_as_its_case_says_and_count_it_once(Cli cli) throws Exception {
        fake.program(cli.programs().get(0), "9.9.9", REPLAY);
        Agent agent = new CliTool(cli, fake.account(Map.of()), supervisor).agent();
        SoftAssertions softly = new SoftAssertions();
        for (Run run : runs(cli)) {
            String what = cli.name() + " " + run.name() + " " + run.end();
            byte[] captured = resource(cli, run.name() + ".jsonl");
            fake.file(run.name() + ".jsonl", captured);
            fake.file(run.name() + ".stderr.txt", resource(cli, run.name() + ".stderr.txt"));
            RecordingSink sink = new RecordingSink();

            AgentResult result = agent.perform(request(run, timers(run, captured.length == 0)), sink);

            softly.assertThat(result.ending()).as(what).isEqualTo(run.ending());
            softly.assertThat(result.usage().input() + result.usage().cacheRead())
                    .as(what)
                    .isEqualTo(run.input());
            softly.assertThat(result.usage().output()).as(what).isEqualTo(run.output());
            softly.assertThat(result.fired() == Exit.Limit.NONE)
                    .as("%s: stopped only where it hangs", what)
                    .isEqualTo(!run.hangs());
            softly.assertThat(result.cliVersion()).as(what).contains("9.9.9");
            softly.assertThat(sink.notices(AgentEvent.RunFinished.class))
                    .as(what)
                    .extracting(AgentEvent.RunFinished::ending)
                    .containsExactly(run.ending());
            softly.assertThat(sink.lines())
                    .as("%s: no line is lost", what)
                    .containsAll(new String(captured, UTF_8).lines().toList());
        }
        softly.assertAll();
    }

    @Test
    void should_stop_cursor_that_never_ends_with_all_that_it_left() throws Exception {
        fake.file("works.jsonl", resource(new Cursor(), "works.jsonl"));
        fake.program("cursor-agent", "2026.08.11", """
                echo hello > hello.txt
                (trap '' TERM; exec sleep 600) &
                echo $! > "$FAKE/server"
                cat "$FAKE/works.jsonl"
                trap '' TERM
                while :; do sleep 1; done
                """);
        RecordingSink sink = new RecordingSink();

        AgentResult result = new CliTool(new Cursor(), fake.account(Map.of()), supervisor)
                .agent()
                .perform(request(NOTHING, new Timers(LONG, LONG, LONG, LONG, SHORT)), sink);

        assertThat(result.ending()).isEqualTo(Ending.COMPLETED);
        assertThat(result.fired()).isEqualTo(Exit.Limit.LINGER);
        assertThat(folder.resolve("workspace/hello.txt")).hasContent("hello");
        long server =
                Long.parseLong(Files.readString(folder.resolve("fake/server")).strip());
        assertThat(RunningProcess.isRunning(server)).isFalse();
    }

    @Test
    void should_end_cursor_idle_where_it_hangs_without_a_result_though_it_wrote() throws Exception {
        List<String> lines =
                new String(resource(new Cursor(), "works.jsonl"), UTF_8).lines().toList();
        fake.file("half.jsonl", String.join("\n", lines.subList(0, lines.size() - 2)) + "\n");
        fake.program("cursor-agent", "2026.08.11", "echo hello > hello.txt; cat \"$FAKE/half.jsonl\"; exec sleep 600");
        RecordingSink sink = new RecordingSink();

        AgentResult result = new CliTool(new Cursor(), fake.account(Map.of()), supervisor)
                .agent()
                .perform(request(NOTHING, new Timers(LONG, SHORT, LONG, LONG, LONG)), sink);

        assertThat(result.ending()).isEqualTo(Ending.IDLE);
        assertThat(result.ending().infrastructure()).isFalse();
        assertThat(result.fired()).isEqualTo(Exit.Limit.IDLE);
        assertThat(folder.resolve("workspace/hello.txt")).exists();
    }

    private AgentRequest request(Run run, Timers timers) {
        return new AgentRequest(
                "run-1",
                Phase.IMPLEMENT,
                Optional.of("s1"),
                1,
                "",
                "Build it.",
                Optional.empty(),
                folder.resolve("workspace"),
                folder.resolve("home"),
                Map.of(
                        "PATH", "/usr/local/bin:/usr/bin:/bin",
                        "HOME", folder.resolve("home").toString(),
                        "FAKE", folder.resolve("fake").toString(),
                        "RUN", run.name(),
                        "END", run.end()),
                Optional.empty(),
                timers);
    }

    private static Timers timers(Run run, boolean silent) {
        Optional<Duration> limit = run.hangs() ? SHORT : LONG;
        return new Timers(silent ? limit : LONG, limit, limit, LONG, limit);
    }

    private static List<Run> runs(Cli cli) throws IOException {
        return new String(resource(cli, "runs.csv"), UTF_8)
                .lines()
                .filter(line -> !line.startsWith("#"))
                .map(Run::of)
                .toList();
    }

    /** A file beside the CLI's class; empty where there is none. */
    private static byte[] resource(Cli cli, String name) throws IOException {
        try (InputStream in = cli.getClass().getResourceAsStream(name)) {
            return in == null ? new byte[0] : in.readAllBytes();
        }
    }
}
