package dev.assay.report;

import static org.assertj.core.api.Assertions.assertThat;

import dev.assay.agent.AgentEvent;
import dev.assay.agent.Phase;
import dev.assay.run.Attempt;
import dev.assay.run.Cause;
import dev.assay.run.Outcome;
import dev.assay.run.RunListener.Node;
import dev.assay.run.RunResult;
import dev.assay.run.Stage;
import dev.assay.run.StageResult;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class ConsoleTreeTest {
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    private final Path folder = Path.of("/data/runs");

    @Test
    void should_show_a_run_that_fails() {
        assertThat(told(false, StandardCharsets.UTF_8)).isEqualTo("""

                todo-auth recorded #1 · RECORDED
                  Todo app with email auth
                  recorded plans, implements and verifies · target embedded
                  run 0198-run-1 · /data/runs/run-1
                  ✓ plan  1 step · recorded · 2 tool calls · 1,200 tokens, $0.05 · 2.0 s
                  build
                    Tables <b>and</b> policies  [schema]
                      attempt 1
                        ✓ implement  recorded · 2 tool calls · 1,200 tokens, $0.05 · 2.0 s
                        rls
                          ~ todos · user B  3 assertions · 0.2 s
                              superseded: user B can read a row of todos that belongs to user A
                              │ expected: 0 rows
                              │ found: 1 row
                      attempt 2
                        ✓ implement  recorded · 2 tool calls · 1,200 tokens, $0.05 · 2.0 s
                        rls
                          ✓ todos · user B  3 assertions · 0.2 s
                              note: a ␛[31mnote
                  browser
                    – not run  not contracted
                  evaluation
                    rls
                      ✗ todos · user B  0.2 s
                          user B can read a row of todos that belongs to user A
                          │ found: ␛[2J␛]0;title␇<script>alert(1)</script>
                          │ : :error::injected
                          │ last
                  3 agent calls · 6 tool calls · 1,200 tokens, $0.05
                  warning: recording-diverged: something
                todo-auth recorded #1: FAILED: rls: user B can read a row of todos that belongs to user A
                """);
    }

    @Test
    void should_end_with_how_an_aborted_or_partial_run_went() {
        ReportedRun run = run(1, StandardCharsets.UTF_8, false);
        run.start();
        run.listener.runFinished(
                run.info,
                new RunResult(
                        Outcome.ABORTED,
                        Optional.of(Cause.TARGET_UNAVAILABLE),
                        "the gateway is gone",
                        false,
                        List.of(),
                        ReportedRun.usage(),
                        Duration.ofSeconds(5)));

        assertThat(text(StandardCharsets.UTF_8))
                .endsWith("todo-auth recorded #1: ABORTED target-unavailable: the gateway is gone\n");
    }

    @Test
    void should_end_an_interrupted_run_with_its_outcome_though_what_was_under_way_winds_up() {
        ReportedRun run = run(1, StandardCharsets.UTF_8, false);
        run.start();
        run.listener.runFinished(
                run.info,
                new RunResult(
                        Outcome.ABORTED,
                        Optional.of(Cause.INTERRUPTED),
                        "",
                        false,
                        List.of(),
                        ReportedRun.usage(),
                        Duration.ofSeconds(5)));
        Node build = new Node("build", "run", new Stage("stage", "build", "build", Map.of()), false, 0);
        Node plan = new Node("plan", "run", new Stage("stage", "plan", "plan", Map.of()), true, 0);
        run.listener.stageFinished(
                run.info, plan, StageResult.of(Outcome.ABORTED, Cause.INTERRUPTED, "it was stopped", true));
        run.listener.stageStarted(run.info, build);

        assertThat(text(StandardCharsets.UTF_8))
                .endsWith("todo-auth recorded #1: ABORTED interrupted: " + Cause.INTERRUPTED.meaning() + "\n");
    }

    @Test
    void should_say_of_a_recheck_what_is_checked_and_no_agent() {
        ReportedRun run = run(1, StandardCharsets.UTF_8, false);
        run.listener.recheckStarted(run.info, "mutant rls-off");
        run.listener.recheckFinished(
                run.info,
                new RunResult(
                        Outcome.FAILED,
                        Optional.of(Cause.CHECK_FAILED),
                        "rls: anon reads",
                        false,
                        List.of(),
                        ReportedRun.usage(),
                        Duration.ofSeconds(5)));

        assertThat(text(StandardCharsets.UTF_8)).isEqualTo("""

                todo-auth · RECHECK of mutant rls-off
                  the evaluation alone, no agent is called · target embedded
                  /data/runs/run-1
                todo-auth recheck of mutant rls-off: FAILED: rls: anon reads
                """);
    }

    @Test
    void should_end_with_the_time_of_a_run_that_passed() {
        assertThat(told(true, StandardCharsets.UTF_8)).endsWith("\ntodo-auth recorded #1: PASSED in 31 s\n");
    }

    @Test
    void should_spell_symbols_where_the_console_has_none() {
        assertThat(told(false, StandardCharsets.US_ASCII))
                .contains("ok plan  1 step - recorded", "FAILED todos - user B", "- not run  not contracted")
                .matches(text -> text.chars().allMatch(c -> c < 128));
    }

    @Test
    void should_colour_marks_on_a_terminal_only() {
        ReportedRun run = run(1, StandardCharsets.UTF_8, true);
        run.tellAll(true);

        assertThat(text(StandardCharsets.UTF_8)).contains("\u001b[32m✓\u001b[0m plan", "\r\u001b[2K");
        bytes.reset();
        assertThat(told(true, StandardCharsets.UTF_8)).doesNotContain("\u001b");
    }

    @Test
    void should_say_now_and_then_what_a_long_call_is_doing() {
        ReportedRun run = run(1, StandardCharsets.UTF_8, false);
        run.start();
        Node implement = run.leaf("call", "implement", "implement", "", 3, Map.of());
        run.listener.stageStarted(run.info, implement);
        Attempt attempt = new Attempt(
                UUID.randomUUID(),
                Phase.IMPLEMENT,
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                1,
                "claude",
                Optional.of("opus"),
                "",
                run.instant());
        run.listener.attemptStarted(run.info, attempt);
        for (int second = 0; second < 95; second++) {
            run.event(attempt, ReportedRun.tool("" + second, "ls"));
            run.pass(Duration.ofSeconds(1));
        }

        assertThat(text(StandardCharsets.UTF_8).lines().filter(line -> line.contains("…")))
                .containsExactly(
                        "        … implement  claude/opus · 20 s · 21 tool calls",
                        "        … implement  claude/opus · 1 min 20 s · 81 tool calls");
    }

    @Test
    void should_show_warnings_of_an_attempt_once() {
        ReportedRun run = run(1, StandardCharsets.UTF_8, false);
        run.start();
        Node implement = run.leaf("call", "implement", "implement", "", 3, Map.of());
        run.listener.stageStarted(run.info, implement);
        Attempt attempt = new Attempt(
                UUID.randomUUID(),
                Phase.IMPLEMENT,
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                1,
                "claude",
                Optional.empty(),
                "",
                run.instant());
        run.listener.attemptStarted(run.info, attempt);
        run.event(attempt, new AgentEvent.Warning("tampered", "changed a file"));
        run.finish(
                implement,
                new StageResult(
                        Outcome.PASSED,
                        Optional.empty(),
                        "",
                        0,
                        false,
                        List.of("tampered: changed a file"),
                        List.of()));

        assertThat(text(StandardCharsets.UTF_8)).containsOnlyOnce("warning: tampered: changed a file");
    }

    @Test
    void should_write_whole_lines_with_the_runs_name_when_runs_are_under_way_together() throws Exception {
        ConsoleTree tree = new ConsoleTree(
                new PrintStream(bytes, true, StandardCharsets.UTF_8), false, StandardCharsets.UTF_8, run(9).clock());
        List<ReportedRun> runs = IntStream.rangeClosed(1, 4).mapToObj(this::run).toList();
        // one more run stays under way throughout, so that none of the others is ever alone
        ReportedRun open = run(5);
        open.listener = tree;
        open.start();
        runs.forEach(run -> run.listener = tree);
        ExecutorService pool = Executors.newFixedThreadPool(4);
        try {
            List<Future<?>> told = runs.stream()
                    .<Future<?>>map(run -> pool.submit(() -> run.tellAll(true)))
                    .toList();
            for (Future<?> one : told) {
                one.get();
            }
        } finally {
            pool.shutdownNow();
        }

        List<String> lines = text(StandardCharsets.UTF_8)
                .lines()
                .filter(line -> !line.isEmpty())
                .toList();
        for (int i = 1; i <= 4; i++) {
            String name = "[todo-auth recorded #" + i + "] ";
            assertThat(lines)
                    .contains(name + "  build")
                    .contains(name + "todo-auth recorded #" + i + ": PASSED in 31 s");
        }
        // all but the first run's first header
        assertThat(lines.subList(4, lines.size())).allMatch(line -> line.startsWith("[todo-auth recorded #"));
    }

    private String told(boolean passes, Charset charset) {
        run(1, charset, false).tellAll(passes);
        return text(charset);
    }

    private ReportedRun run(int repetition) {
        return new ReportedRun(folder, repetition);
    }

    private ReportedRun run(int repetition, Charset charset, boolean terminal) {
        ReportedRun run = run(repetition);
        run.listener = new ConsoleTree(new PrintStream(bytes, true, charset), terminal, charset, run.clock());
        return run;
    }

    private String text(Charset charset) {
        return bytes.toString(charset).replace(System.lineSeparator(), "\n");
    }
}
