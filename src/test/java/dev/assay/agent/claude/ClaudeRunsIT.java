package dev.assay.agent.claude;

import dev.assay.agent.Agent;
import dev.assay.agent.AgentEvent;
import dev.assay.agent.AgentRequest;
import dev.assay.agent.AgentResult;
import dev.assay.agent.Ending;
import dev.assay.agent.Phase;
import dev.assay.agent.RecordingSink;
import dev.assay.agent.cli.CliTool;
import dev.assay.agent.cli.FakeProgram;
import dev.assay.agent.cli.PriceTable;
import dev.assay.process.Command.Timers;
import dev.assay.process.Exit;
import dev.assay.process.Supervisor;
import java.io.IOException;
import java.io.InputStream;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.assertj.core.api.SoftAssertions;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Every captured run of the real Claude Code once more, through the whole driver. */
class ClaudeRunsIT {
    /** Prints what was captured and ends as the captured process did. */
    private static final String REPLAY = """
            cat "$FAKE/$RUN.stderr.txt" >&2
            cat "$FAKE/$RUN.jsonl"
            case "$END" in
                hangs) exec sleep 600 ;;
                SIG*) kill -"${END#SIG}" $$ ;;
                *) exit "$END" ;;
            esac
            """;

    @TempDir
    private Path folder;

    private final Supervisor supervisor = Supervisor.open();
    private FakeProgram fake;
    private Agent agent;

    /** A line of {@code runs.csv}. */
    private record Run(
            String version,
            String name,
            String end,
            Ending ending,
            Optional<Long> input,
            Optional<Long> output,
            Optional<BigDecimal> cost) {
        static Run of(String line) {
            String[] field = line.split(",", -1);
            return new Run(
                    field[0],
                    field[1],
                    field[2],
                    Ending.valueOf(field[3]),
                    some(field[4]).map(Long::valueOf),
                    some(field[5]).map(Long::valueOf),
                    some(field[6]).map(BigDecimal::new));
        }

        private static Optional<String> some(String field) {
            return Optional.of(field).filter(text -> !text.isEmpty());
        }
    }

    @BeforeEach
    void makeProgram() throws IOException {
        fake = new FakeProgram(folder.resolve("fake")).program("claude", "2.1.329 (Claude Code)", REPLAY);
        Files.createDirectory(folder.resolve("workspace"));
        agent = new CliTool(new ClaudeCode(), fake.account(Map.of()), PriceTable.shipped(), supervisor).agent();
    }

    @AfterEach
    void stopAll() {
        supervisor.close();
    }

    @Test
    void should_end_every_captured_run_as_its_case_says_and_count_it_once() throws Exception {
        SoftAssertions softly = new SoftAssertions();
        for (Run run : runs()) {
            String what = run.version() + " " + run.name();
            byte[] captured = resource(run.version() + "/" + run.name() + ".jsonl");
            RecordingSink sink = new RecordingSink();

            AgentResult result = perform(run, captured, sink);

            softly.assertThat(result.ending()).as(what).isEqualTo(run.ending());
            softly.assertThat(result.message().isEmpty())
                    .as("%s: only what completed needs no words", what)
                    .isEqualTo(run.ending() == Ending.COMPLETED);
            if (run.cost().isPresent()) {
                softly.assertThat(result.usage().input())
                        .as(what)
                        .isEqualTo(run.input().orElseThrow());
                softly.assertThat(result.usage().output())
                        .as(what)
                        .isEqualTo(run.output().orElseThrow());
                softly.assertThat(result.usage().costUsd().orElse(BigDecimal.ZERO))
                        .as(what)
                        .isEqualByComparingTo(run.cost().get());
            }
            softly.assertThat(result.fired() == Exit.Limit.NONE)
                    .as("%s: stopped only where it hangs", what)
                    .isEqualTo(!run.end().equals("hangs"));
            softly.assertThat(sink.notices(AgentEvent.RunFinished.class))
                    .as(what)
                    .extracting(AgentEvent.RunFinished::ending)
                    .containsExactly(run.ending());
            softly.assertThat(sink.lines().stream()
                            .filter(line -> line.startsWith("{") || line.startsWith("["))
                            .count())
                    .as("%s: no line is lost", what)
                    .isGreaterThanOrEqualTo(new String(captured, StandardCharsets.UTF_8)
                            .lines()
                            .filter(line -> line.startsWith("{") || line.startsWith("["))
                            .count());
        }
        softly.assertAll();
    }

    private AgentResult perform(Run run, byte[] captured, RecordingSink sink) throws Exception {
        fake.file(run.name() + ".jsonl", captured);
        fake.file(run.name() + ".stderr.txt", resource(run.version() + "/" + run.name() + ".stderr.txt"));
        boolean hangs = run.end().equals("hangs");
        Optional<Duration> wall = Optional.of(Duration.ofMinutes(2));
        Timers timers = new Timers(
                wall,
                hangs ? Optional.of(Duration.ofSeconds(2)) : wall,
                wall,
                wall,
                hangs ? Optional.of(Duration.ofMillis(300)) : wall);
        return agent.perform(
                new AgentRequest(
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
                        timers),
                sink);
    }

    private static List<Run> runs() throws IOException {
        List<Run> runs = new ArrayList<>();
        new String(resource("runs.csv"), StandardCharsets.UTF_8)
                .lines()
                .filter(line -> !line.startsWith("#"))
                .forEach(line -> runs.add(Run.of(line)));
        return runs;
    }

    /** A capture; empty where nothing was printed. */
    private static byte[] resource(String name) throws IOException {
        try (InputStream in = ClaudeRunsIT.class.getResourceAsStream(name)) {
            return in == null && name.endsWith(".stderr.txt")
                    ? new byte[0]
                    : Objects.requireNonNull(in, name).readAllBytes();
        }
    }
}
