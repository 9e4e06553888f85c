package dev.assay.agent.nop;

import dev.assay.agent.Agent;
import dev.assay.agent.AgentEvent;
import dev.assay.agent.AgentRequest;
import dev.assay.agent.AgentResult;
import dev.assay.agent.AgentSink;
import dev.assay.agent.AgentTool;
import dev.assay.agent.Ending;
import dev.assay.experiment.Experiment;
import java.util.Optional;
import java.util.Set;

/**
 * Does nothing, says so, and has completed. As an implementer it shows what the checks say of an app that nobody built;
 * as a planner it gives no plan, so the run ends there.
 */
public final class NopTool implements AgentTool {
    private static final String SAID = "nop: nothing was done";

    @Override
    public String name() {
        return "nop";
    }

    @Override
    public Set<Capability> capabilities() {
        return Set.of(Capability.READ_ONLY);
    }

    @Override
    public Agent agentFor(Experiment experiment) {
        return NopTool::perform;
    }

    private static AgentResult perform(AgentRequest request, AgentSink sink) {
        sink.notice(new AgentEvent.Text(SAID, null, null));
        sink.notice(new AgentEvent.RunFinished(Ending.COMPLETED, null, "none", 0, ""));
        return AgentResult.said(Ending.COMPLETED, "", SAID, Optional.empty());
    }
}
