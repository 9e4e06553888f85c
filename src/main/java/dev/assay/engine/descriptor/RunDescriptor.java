package dev.assay.engine.descriptor;

import dev.assay.engine.execution.EngineContext;
import dev.assay.engine.execution.RunExecution;
import dev.assay.engine.execution.RunExecution.Beginning;
import dev.assay.engine.execution.Turns.Turn;
import dev.assay.experiment.Experiment;
import dev.assay.experiment.Variant;
import dev.assay.run.StoredRun;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.platform.engine.UniqueId;

/** One repetition of a variant, with its stages. Fails itself only where no leaf can say what happened. */
public final class RunDescriptor extends ExperimentNode {
    public static final String SEGMENT = "run";

    /** The stages of every run, in order. */
    private static final Map<String, Type> STAGES = stages();

    private final Turn turn;
    private final Beginning beginning;

    /** A run that begins anew. */
    public RunDescriptor(UniqueId parent, Experiment experiment, Variant variant, int repetition, Naming naming) {
        super(
                parent.append(SEGMENT, Integer.toString(repetition)),
                naming.leaf(List.of(experiment.name(), variant.id()), "#" + repetition), // it may fail like a leaf
                null,
                Type.CONTAINER);
        String uniqueId = getUniqueId().toString();
        this.turn = turn(parent, experiment, variant.id(), repetition);
        this.beginning = runs -> runs.start(experiment, variant, repetition, uniqueId);
        addStages(experiment, variant, repetition, naming);
    }

    /**
     * A run of which something is stored.
     *
     * @param beginning goes on from there
     */
    public RunDescriptor(UniqueId parent, Experiment experiment, StoredRun run, Beginning beginning, Naming naming) {
        super(
                parent.append(SEGMENT, Integer.toString(run.repetition())),
                naming.leaf(List.of(experiment.name(), run.variant().id()), "#" + run.repetition()),
                null,
                Type.CONTAINER);
        this.turn = turn(parent, experiment, run.variantInTree(), run.repetition());
        this.beginning = beginning;
        addStages(experiment, run.variant(), run.repetition(), naming);
    }

    private static Turn turn(UniqueId variantNode, Experiment experiment, String variant, int repetition) {
        return new Turn(variantNode.removeLastSegment().toString(), experiment, variant, repetition);
    }

    /** Its place among the runs of a launch. */
    public Turn turn() {
        return turn;
    }

    private void addStages(Experiment experiment, Variant variant, int repetition, Naming naming) {
        List<String> path = List.of(experiment.name(), variant.id(), "#" + repetition);
        STAGES.forEach((id, type) -> addChild(new StageDescriptor(getUniqueId(), id, type, path, naming)));
    }

    @Override
    public EngineContext prepare(EngineContext context) {
        RunExecution run = new RunExecution(context.session(), turn, beginning);
        run.awaitTurn();
        return context.with(run);
    }

    @Override
    public SkipResult shouldBeSkipped(EngineContext context) {
        return context.run().leftOut().map(SkipResult::skip).orElseGet(SkipResult::doNotSkip);
    }

    @Override
    public EngineContext before(EngineContext context) {
        context.run().start(Set.copyOf(STAGES.keySet()));
        return context;
    }

    /** Called in every case, also where the run did not begin. */
    @Override
    public void after(EngineContext context) {
        context.run().finish();
    }

    /** Called in every case, after all else. */
    @Override
    public void cleanUp(EngineContext context) {
        context.run().giveTurnBack();
    }

    private static Map<String, Type> stages() {
        Map<String, Type> stages = new LinkedHashMap<>();
        stages.put("plan", Type.TEST);
        stages.put("build", Type.CONTAINER);
        stages.put("smoke", Type.CONTAINER);
        stages.put("browser", Type.CONTAINER);
        stages.put("evaluation", Type.CONTAINER);
        return stages;
    }
}
