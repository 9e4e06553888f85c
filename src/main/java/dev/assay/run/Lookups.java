package dev.assay.run;

import dev.assay.agent.AgentEvent;
import dev.assay.agent.CanonicalTool;
import java.util.LinkedHashSet;
import java.util.Set;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** What an agent searched for and which pages it read, from its tool calls. */
final class Lookups {
    private final Set<String> searches = new LinkedHashSet<>();
    private final Set<String> pages = new LinkedHashSet<>();

    synchronized void hear(AgentEvent.ToolStarted call) {
        if (call.url() != null) {
            pages.add(call.url());
        } else if (call.canonical() == CanonicalTool.WEB_SEARCH) {
            String query = call.input().path("query").asString("");
            searches.add(query.isBlank() ? call.input().toString() : query);
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
