package dev.assay.engine;

import dev.assay.agent.Usage;
import dev.assay.check.LayerKind;
import dev.assay.experiment.Experiment;
import dev.assay.experiment.Variant;
import dev.assay.run.Cause;
import dev.assay.run.ExperimentRun;
import dev.assay.run.ExperimentRuns;
import dev.assay.run.Outcome;
import dev.assay.run.RunResult;
import dev.assay.run.Stage;
import dev.assay.run.StageResult;
import dev.assay.run.Stages;
import dev.assay.run.StoredRun;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;

/** Runs that do what a test says, and remember what was asked of them. */
final class ScriptedRuns implements ExperimentRuns {
    /** Starts of runs: their unique ids, in order. */
    final List<String> started = new CopyOnWriteArrayList<>();

    final AtomicInteger finished = new AtomicInteger();
    final AtomicInteger closed = new AtomicInteger();

    private final Script script;
    private final RunResult result;

    /** What a run does with its stages. */
    @FunctionalInterface
    interface Script {
        void run(Stages stages) throws InterruptedException;
    }

    ScriptedRuns(RunResult result, Script script) {
        this.script = script;
        this.result = result;
    }

    /** A run that passes: a plan, one step with an attempt and a layer of two checks, and an evaluation of one. */
    static ScriptedRuns passing() {
        return new ScriptedRuns(passed(), ScriptedRuns::pass);
    }

    static void pass(Stages stages) throws InterruptedException {
        stages.test(stage("plan"), () -> StageResult.PASSED);
        stages.container(
                stage("build"),
                build -> build.container(node("step", "tables", "Create the tables"), step -> {
                    step.test(node("attempt", "implement-1", "implement"), () -> StageResult.PASSED);
                    step.container(node("layer", "rls", "rls"), layer -> {
                        layer.test(node("check", "owner", "only the owner reads"), () -> StageResult.PASSED);
                        layer.test(node("check", "anon", "anon writes nothing"), () -> StageResult.PASSED);
                    });
                }));
        stages.skipped(stage("browser"), skipped("the contract names no flow"));
        stages.container(
                stage("evaluation"),
                all -> all.test(node("check", "api", "every table answers"), () -> StageResult.PASSED));
    }

    static RunResult passed() {
        return result(Outcome.PASSED, Optional.empty(), "");
    }

    static RunResult result(Outcome outcome, Optional<Cause> cause, String message) {
        return new RunResult(outcome, cause, message, false, List.of(), Usage.NONE, Duration.ZERO);
    }

    static StageResult skipped(String why) {
        return StageResult.of(Outcome.SKIPPED, Cause.SKIPPED, why, false);
    }

    static Stage stage(String id) {
        return node("stage", id, id);
    }

    static Stage node(String type, String id, String name) {
        return new Stage(type, id, name, Map.of());
    }

    @Override
    public ExperimentRun start(Experiment experiment, Variant variant, int repetition, String uniqueId) {
        return scripted(uniqueId);
    }

    @Override
    public ExperimentRun recheck(StoredRun run, Experiment experiment, Set<LayerKind> only) {
        return scripted("recheck " + run.id() + " " + only);
    }

    @Override
    public ExperimentRun resume(StoredRun run, Experiment experiment, Optional<ResumedStep> from) {
        return scripted("resume " + run.id()
                + from.map(step -> " from " + step.id() + step.place()).orElse(""));
    }

    private ExperimentRun scripted(String what) {
        started.add(what);
        return new ExperimentRun() {
            @Override
            public void run(Stages stages) throws InterruptedException {
                script.run(stages);
            }

            @Override
            public RunResult finish() {
                finished.incrementAndGet();
                return result;
            }
        };
    }

    @Override
    public void close() {
        closed.incrementAndGet();
    }
}
