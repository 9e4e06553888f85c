package dev.assay.agent.recorded;

import dev.assay.agent.Agent;
import dev.assay.agent.AgentTool;
import dev.assay.experiment.Experiment;
import dev.assay.experiment.Variant;
import dev.assay.process.Supervisor;
import java.time.Clock;
import java.util.Set;
import java.util.stream.Stream;

/** Answers from the recording that an experiment ships with. */
public final class RecordedTool implements AgentTool {
    private final Supervisor supervisor;

    public RecordedTool(Supervisor supervisor) {
        this.supervisor = supervisor;
    }

    @Override
    public String name() {
        return "recorded";
    }

    @Override
    public Set<Capability> capabilities() {
        return Set.of(Capability.SCHEMA_OUTPUT, Capability.COST);
    }

    @Override
    public Agent agentFor(Experiment experiment) {
        // Where a part of the work is left undone, all that follows it differs, and says nothing.
        boolean compare = experiment.variants().stream().noneMatch(RecordedTool::namesNop);
        return new RecordedAgent(new Recording(experiment.recording()), compare, supervisor, Clock.systemUTC());
    }

    private static boolean namesNop(Variant variant) {
        return Stream.of(variant.planner(), variant.implementer(), variant.verifier())
                .anyMatch(role -> role.tool().equals("nop"));
    }
}
