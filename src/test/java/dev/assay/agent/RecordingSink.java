package dev.assay.agent;

import dev.assay.process.Output;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** Keeps what an agent passes on, in order. */
public final class RecordingSink implements AgentSink {
    private final List<String> lines = new ArrayList<>();
    private final List<AgentEvent> events = new ArrayList<>();
    private final List<AgentEvent> notices = new ArrayList<>();

    @Override
    public synchronized long line(Output.Stream stream, byte[] line) {
        lines.add(new String(line, StandardCharsets.UTF_8));
        return lines.size();
    }

    @Override
    public synchronized void event(long seq, int part, AgentEvent event) {
        if (seq != lines.size()) {
            throw new AssertionError("an event of line " + seq + " came after line " + lines.size());
        }
        events.add(event);
    }

    @Override
    public synchronized void notice(AgentEvent event) {
        notices.add(event);
    }

    public synchronized List<String> lines() {
        return List.copyOf(lines);
    }

    public synchronized <T extends AgentEvent> List<T> events(Class<T> kind) {
        return events.stream().filter(kind::isInstance).map(kind::cast).toList();
    }

    public synchronized <T extends AgentEvent> List<T> notices(Class<T> kind) {
        return notices.stream().filter(kind::isInstance).map(kind::cast).toList();
    }
}
