package dev.assay.run;

import dev.assay.agent.AgentEvent;
import dev.assay.agent.AgentSink;
import dev.assay.agent.CanonicalTool;
import dev.assay.process.Output;
import java.util.LinkedHashSet;
import java.util.Set;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** Passes an agent's output on, and notes what it searched for and which pages it read. */
final class Lookups implements AgentSink {
    private final AgentSink sink;
    private final Set<String> searches = new LinkedHashSet<>();
    private final Set<String> pages = new LinkedHashSet<>();

    Lookups(AgentSink sink) {
        this.sink = sink;
    }

    @Override
    public long line(Output.Stream stream, byte[] line) {
        return sink.line(stream, line);
    }

    @Override
    public void event(long seq, int part, AgentEvent event) {
        sink.event(seq, part, event);
        note(event);
    }

    @Override
    public void notice(AgentEvent event) {
        sink.notice(event);
        note(event);
    }

    private synchronized void note(AgentEvent event) {
        if (event instanceof AgentEvent.ToolStarted call) {
            if (call.url() != null) {
                pages.add(call.url());
            } else if (call.canonical() == CanonicalTool.WEB_SEARCH) {
                String query = call.input().path("query").asString("");
                searches.add(query.isBlank() ? call.input().toString() : query);
            }
        }
    }

    /**
     * What was looked up, as it is stored.
     *
     * @param asked what the verifier wanted to be looked up
     */
    synchronized JsonNode json(String asked) {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        json.put("query", asked);
        searches.forEach(json.putArray("searches")::add);
        pages.forEach(json.putArray("pages")::add);
        return json;
    }
}
