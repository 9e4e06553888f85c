package dev.assay.engine;

import static dev.assay.engine.ScriptedRuns.node;
import static dev.assay.engine.ScriptedRuns.passed;
import static dev.assay.engine.ScriptedRuns.result;
import static dev.assay.engine.ScriptedRuns.stage;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectDirectory;

import dev.assay.check.LayerKind;
import dev.assay.experiment.Experiment;
import dev.assay.experiment.Variant;
import dev.assay.run.Cause;
import dev.assay.run.ExperimentRun;
import dev.assay.run.ExperimentRuns;
import dev.assay.run.Outcome;
import dev.assay.run.RunResult;
import dev.assay.run.StageResult;
import dev.assay.run.Stages;
import dev.assay.run.StoredRun;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** How the runs of a matrix follow each other: together up to a limit, and no longer than something is to be learnt. */
@Timeout(value = 2, unit = TimeUnit.MINUTES)
class MatrixOrderTest {
    @TempDir
    Path directory;

    private final Map<String, String> options = new HashMap<>();
    private final ByteArrayOutputStream said = new ByteArrayOutputStream();
    private final Runs runs = new Runs();
    private ExperimentFolder folder;

    /** Runs whose plan does what a test says, each named by variant and repetition. */
    private static final class Runs implements ExperimentRuns {
        final List<String> begun = new CopyOnWriteArrayList<>();
        final Set<String> threads = ConcurrentHashMap.newKeySet();
        final List<Curtailed> curtailed = new CopyOnWriteArrayList<>();
        final AtomicInteger underWay = new AtomicInteger();
        final AtomicInteger most = new AtomicInteger();
        final Map<String, Outcome> outcomes = new HashMap<>();
        boolean firstFails;
        Work work = run -> {};

        interface Work {
            void in(String run) throws InterruptedException;
        }

        @Override
        public ExperimentRun start(Experiment experiment, Variant variant, int repetition, String uniqueId) {
            String name = variant.id() + " #" + repetition;
            begun.add(name);
            most.accumulateAndGet(underWay.incrementAndGet(), Math::max);
            Outcome outcome = firstFails && begun.get(0).equals(name)
                    ? Outcome.FAILED
                    : outcomes.getOrDefault(name, Outcome.PASSED);
            return new ExperimentRun() {
                @Override
                public void run(Stages stages) throws InterruptedException {
                    stages.test(stage("plan"), () -> StageResult.PASSED);
                    stages.container(
                            stage("build"),
                            build -> build.container(node("step", "only", "only"), step -> {
                                threads.add(Thread.currentThread().getName());
                                step.test(node("call", "implement", "implement"), () -> {
                                    work.in(name);
                                    return StageResult.PASSED;
                                });
                            }));
                    stages.container(
                            stage("evaluation"),
                            all -> all.test(
                                    node("check", "works", "works"),
                                    () -> outcome == Outcome.PASSED
                                            ? StageResult.PASSED
                                            : StageResult.of(outcome, Cause.CHECK_FAILED, "no", true)));
                }

                @Override
                public RunResult finish() {
                    underWay.decrementAndGet();
                    return outcome == Outcome.PASSED
                            ? passed()
                            : result(outcome, Optional.of(Cause.CHECK_FAILED), "no");
                }
            };
        }

        @Override
        public ExperimentRun resume(StoredRun run, Experiment experiment, Optional<ResumedStep> from) {
            throw new AssertionError("nothing is resumed");
        }

        @Override
        public ExperimentRun recheck(StoredRun run, Experiment experiment, Set<LayerKind> only) {
            throw new AssertionError("nothing is checked again");
        }

        @Override
        public void curtailed(Curtailed variant) {
            curtailed.add(variant);
        }

        @Override
        public void close() {}
    }

    @BeforeEach
    void writeMatrix() {
        folder = new ExperimentFolder(directory).with("todo");
        matrix(2, "");
        options.put("experiment", "matrix");
    }

    private void matrix(int repetitions, String more) {
        folder.with("matrix", """
                extends: todo
                matrix:
                  planner: recorded
                  implementer: [recorded/a, recorded/b]
                  verifier: recorded
                  skills: [none, passive]
                repetitions: %d
                %s
                """.formatted(repetitions, more));
    }

    private ExitCode launch(Map<String, String> given) {
        return new Launch(
                        new AssayTestEngine(settings -> runs, directory),
                        new PrintStream(said, true, StandardCharsets.UTF_8))
                .run(given);
    }

    private String said() {
        return said.toString(StandardCharsets.UTF_8);
    }

    private Tree run() {
        return Tree.of(
                new AssayTestEngine(settings -> runs, directory),
                options,
                selectDirectory(folder.file("x").getParent().toFile()));
    }

    @Test
    void should_run_one_after_the_other_in_the_files_order_when_nothing_is_said() {
        run();

        assertThat(runs.most).hasValue(1);
        assertThat(runs.threads).hasSize(1);
        assertThat(runs.begun)
                .containsExactly(
                        "recorded+recorded-a #1",
                        "recorded+recorded-a #2",
                        "recorded+recorded-a+passive #1",
                        "recorded+recorded-a+passive #2",
                        "recorded+recorded-b #1",
                        "recorded+recorded-b #2",
                        "recorded+recorded-b+passive #1",
                        "recorded+recorded-b+passive #2");
    }

    @Test
    void should_have_as_many_runs_under_way_as_it_was_told_and_never_more_although_they_wait() {
        options.put("parallelism", "3");
        CyclicBarrier three = new CyclicBarrier(3);
        AtomicInteger arrived = new AtomicInteger();
        runs.work = run -> {
            if (arrived.getAndIncrement() < 6) { // of eight, two times three meet
                try {
                    three.await(60, TimeUnit.SECONDS);
                } catch (java.util.concurrent.BrokenBarrierException | java.util.concurrent.TimeoutException e) {
                    throw new AssertionError("three runs were never under way together", e);
                }
            }
        };

        Tree tree = run();

        assertThat(runs.most).hasValue(3);
        assertThat(runs.begun).hasSize(8).doesNotHaveDuplicates();
        assertThat(tree.failed()).isEmpty();
        assertThat(tree.leaves()).hasSize(8 * 3);
    }

    @Test
    void should_begin_no_run_after_one_that_failed_when_it_is_to_fail_fast() {
        matrix(2, "fail-fast: true");
        runs.outcomes.put("recorded+recorded-a #2", Outcome.FAILED);

        Tree tree = run();

        assertThat(runs.begun).containsExactly("recorded+recorded-a #1", "recorded+recorded-a #2");
        assertThat(tree.skipped()).filteredOn(node -> node.startsWith("run:")).hasSize(6);
        assertThat(tree.skipReason("run:1"))
                .isEqualTo("fail-fast: matrix recorded+recorded-a #2 failed, and no further run begins");

        runs.begun.clear();
        options.put("fail-fast", "false"); // an option comes before the file
        run();
        assertThat(runs.begun).hasSize(8);
    }

    @Test
    void should_let_runs_that_are_under_way_go_on_when_it_is_to_fail_fast() {
        options.put("parallelism", "2");
        options.put("fail-fast", "true");
        runs.firstFails = true; // whichever it is: two begin at once
        CountDownLatch both = new CountDownLatch(2);
        AtomicInteger ended = new AtomicInteger();
        runs.work = run -> {
            both.countDown();
            assertThat(both.await(60, TimeUnit.SECONDS)).isTrue();
            if (!run.equals(runs.begun.get(0))) {
                await().atMost(Duration.ofSeconds(60)).until(() -> said().contains("skipped"));
            }
            ended.incrementAndGet();
        };

        assertThat(launch(options)).isEqualTo(ExitCode.FAILED);

        assertThat(runs.begun).hasSize(2);
        assertThat(ended).hasValue(2);
        assertThat(said().lines().filter(line -> line.contains(": skipped, fail-fast: ")))
                .hasSize(6);
    }

    @Test
    void should_leave_out_what_can_no_longer_change_the_answer_and_say_which_runs_are_no_fair_sample() {
        matrix(4, "stop-early: 75%");
        runs.outcomes.put("recorded+recorded-a #1", Outcome.FAILED);
        runs.outcomes.put("recorded+recorded-a #2", Outcome.FAILED);
        options.put("exclude-variants", "*passive");

        Tree tree = run();

        assertThat(runs.begun)
                .containsExactly(
                        "recorded+recorded-a #1",
                        "recorded+recorded-a #2",
                        "recorded+recorded-b #1",
                        "recorded+recorded-b #2",
                        "recorded+recorded-b #3");
        assertThat(runs.curtailed).hasSize(2);
        assertThat(runs.curtailed.get(0).variant()).isEqualTo("recorded+recorded-a");
        assertThat(runs.curtailed.get(0).runs()).hasSize(2);
        assertThat(runs.curtailed.get(0).decision())
                .isEqualTo("75%: it cannot pass 75 % of its runs any more (0 of 2 passed, n = 2 of 4)");
        assertThat(runs.curtailed.get(1).runs()).hasSize(3);
        assertThat(tree.skipReason("run:3")).startsWith("stop-early: 75%: it cannot pass");
        assertThat(tree.skipped()).filteredOn(node -> node.startsWith("run:")).hasSize(3);
    }

    @Test
    void should_end_with_2_when_an_option_of_the_matrix_makes_no_sense() {
        for (Map.Entry<String, String> wrong : Map.of(
                        "parallelism", "0",
                        "fail-fast", "maybe",
                        "stop-early", "soon",
                        "include-variants", "codex*")
                .entrySet()) {
            assertThat(launch(Map.of("experiment", "matrix", wrong.getKey(), wrong.getValue())))
                    .isEqualTo(ExitCode.USAGE);
            assertThat(said()).contains("Option '" + wrong.getKey() + "'").contains(wrong.getValue());
            said.reset();
        }
        assertThat(runs.begun).isEmpty();
    }

    @Test
    void should_name_each_run_that_it_leaves_out() {
        runs.outcomes.put("recorded+recorded-a #1", Outcome.FAILED);

        assertThat(launch(Map.of("experiment", "matrix", "fail-fast", "true", "include-variants", "*-a")))
                .isEqualTo(ExitCode.FAILED);

        assertThat(said())
                .isEqualToNormalizingNewlines("matrix recorded+recorded-a #2: skipped, fail-fast: matrix"
                        + " recorded+recorded-a #1 failed, and no further run begins\n");
    }

    @Test
    void should_interrupt_every_run_under_way_and_begin_no_other() throws Exception {
        options.put("parallelism", "2");
        CountDownLatch both = new CountDownLatch(2);
        runs.work = run -> {
            both.countDown();
            new CountDownLatch(1).await();
        };
        Thread launching = new Thread(this::run);
        launching.start();
        assertThat(both.await(60, TimeUnit.SECONDS)).isTrue();

        launching.interrupt();
        launching.join(TimeUnit.SECONDS.toMillis(60));

        assertThat(launching.isAlive()).isFalse();
        assertThat(runs.begun).hasSize(2);
        assertThat(runs.underWay).hasValue(0);
    }
}
