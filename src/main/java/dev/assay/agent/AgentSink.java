package dev.assay.agent;

import dev.assay.process.Output;

/** Where an agent's output goes. Safe for use from several threads. */
public interface AgentSink {
    /**
     * Stores one line as it came, before it is parsed.
     *
     * @return the line's number in the run, to be given to {@link #event}
     */
    long line(Output.Stream stream, byte[] line);

    /**
     * One event that a line gave.
     *
     * @param seq the number of its line
     * @param part 0 for the line's first event, then 1, 2, …
     */
    void event(long seq, int part, AgentEvent event);

    /** An event of Assay's own: it becomes a line and an event at once. */
    void notice(AgentEvent event);
}
