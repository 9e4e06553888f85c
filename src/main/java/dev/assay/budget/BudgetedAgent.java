package dev.assay.budget;

import dev.assay.agent.Agent;
import dev.assay.agent.AgentEvent;
import dev.assay.agent.AgentRequest;
import dev.assay.agent.AgentResult;
import dev.assay.agent.AgentSink;
import dev.assay.agent.Ending;
import dev.assay.agent.Usage;
import java.util.Optional;

/** Makes no call that the ledger does not allow: what may be spent is spent, which is nobody's failure in the run. */
public final class BudgetedAgent implements Agent {
    private final Agent agent;
    private final Ledger ledger;

    public BudgetedAgent(Agent agent, Ledger ledger) {
        this.agent = agent;
        this.ledger = ledger;
    }

    @Override
    public AgentResult perform(AgentRequest request, AgentSink sink) throws InterruptedException {
        Optional<String> refusal = ledger.reserve();
        if (refusal.isPresent()) {
            sink.notice(new AgentEvent.RunFinished(Ending.BUDGET, null, "budget", 0, ""));
            return AgentResult.notMade(Ending.BUDGET, refusal.get());
        }
        Usage usage = Usage.NONE;
        try {
            AgentResult result = agent.perform(request, sink);
            usage = result.usage();
            return result;
        } finally {
            ledger.settle(usage);
        }
    }
}
