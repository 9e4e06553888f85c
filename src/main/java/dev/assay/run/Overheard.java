package dev.assay.run;

import dev.assay.agent.AgentEvent;
import dev.assay.agent.AgentSink;
import dev.assay.process.Output;
import java.util.function.Consumer;

/** Passes an agent's output on, and lets somebody hear of its tool calls. */
record Overheard(AgentSink sink, Consumer<AgentEvent.ToolStarted> calls) implements AgentSink {
    @Override
    public long line(Output.Stream stream, byte[] line) {
        return sink.line(stream, line);
    }

    @Override
    public void event(long seq, int part, AgentEvent event) {
        sink.event(seq, part, event);
        hear(event);
    }

    @Override
    public void notice(AgentEvent event) {
        sink.notice(event);
        hear(event);
    }

    private void hear(AgentEvent event) {
        if (event instanceof AgentEvent.ToolStarted call) {
            calls.accept(call);
        }
    }
}
