package dev.assay.agent;

/** A tool that does one phase: an adapter for a CLI, or a built-in one. */
@FunctionalInterface
public interface Agent {
    /**
     * Does one call from start to end, in a session of its own. All that the agent prints goes through {@code sink}
     * before it is looked at.
     *
     * @throws InterruptedException when the run is cancelled; nothing of the agent is left running
     */
    AgentResult perform(AgentRequest request, AgentSink sink) throws InterruptedException;
}
