package dev.assay.preflight;

import dev.assay.preflight.Item.State;
import dev.assay.settings.Option;
import dev.assay.settings.Settings;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * What a preflight found.
 *
 * @param items what runs use
 * @param agents the agent CLIs that can be named
 * @param auto what the role {@code auto} means now, in a sentence
 */
public record Readiness(List<Item> items, List<AgentItem> agents, String auto) {
    private static final JsonMapper JSON = new JsonMapper();

    public Readiness {
        items = List.copyOf(items);
        agents = List.copyOf(agents);
    }

    /** The worst state that keeps a run from its work; {@link State#READY} where there is none. */
    public State verdict() {
        return items.stream()
                .map(Item::state)
                .filter(state -> state.compareTo(State.MISSING) >= 0)
                .max(Comparator.naturalOrder())
                .orElse(State.READY);
    }

    /** For people: a line for each thing, and what to do below those that need it. */
    public String text() {
        StringBuilder text = new StringBuilder();
        for (Item item : items) {
            line(
                    text,
                    mark(item.state()),
                    item.name(),
                    item.version().orElse(""),
                    words(item.where().orElse(""), item.said()),
                    item.remedy());
        }
        text.append("agents\n");
        for (AgentItem agent : agents) {
            boolean works = agent.works().orElse(true);
            String state = agent.installed()
                    ? words(
                            agent.signedIn() ? "signed in" : "not signed in",
                            agent.works()
                                    .map(yes -> yes ? "works" : "does not work")
                                    .orElse(""),
                            agent.where().orElse(""),
                            agent.said())
                    : "not installed";
            String mark = agent.installed() && agent.signedIn() && works ? "✓" : agent.installed() ? "✗" : "–";
            line(text, mark, agent.tool(), agent.version().orElse(""), state, agent.remedy());
        }
        text.append("auto: ").append(auto).append('\n');
        text.append(
                switch (verdict()) {
                    case WRONG -> "Not ready: what was asked for makes no sense; see ✗ above.";
                    case MISSING -> "Not ready: a run would be aborted; see ✗ above.";
                    default -> "Ready.";
                });
        return text.append('\n').toString();
    }

    /** The same, and each option where settings are given. */
    public ObjectNode json() {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        json.put("ready", verdict() == State.READY).put("verdict", verdict().id());
        ArrayNode found = json.putArray("items");
        for (Item item : items) {
            found.addObject()
                    .put("name", item.name())
                    .put("state", item.state().id())
                    .put("version", item.version().orElse(null))
                    .put("where", item.where().orElse(null))
                    .put("message", item.said())
                    .put("remedy", item.remedy());
        }
        ArrayNode tools = json.putArray("agents");
        for (AgentItem agent : agents) {
            ObjectNode node = tools.addObject()
                    .put("tool", agent.tool())
                    .put("title", agent.title())
                    .put("installed", agent.installed())
                    .put("version", agent.version().orElse(null))
                    .put("where", agent.where().orElse(null))
                    .put("signed_in", agent.signedIn());
            node.put("works", agent.works().orElse(null));
            node.put("message", agent.said()).put("remedy", agent.remedy());
        }
        json.put("auto", auto);
        return json;
    }

    /** Each option with its value and where it came from; secrets are masked. */
    public static ArrayNode options(Settings settings) {
        ArrayNode options = JsonNodeFactory.instance.arrayNode();
        for (Option option : Option.values()) {
            options.addObject()
                    .put("option", option.id())
                    .put(
                            "value",
                            settings.text(option)
                                    .map(text -> option.secret() ? "********" : text)
                                    .orElse(null))
                    .put("origin", settings.origin(option));
        }
        return options;
    }

    /** Writes JSON as the other commands do, over several lines. */
    public static String pretty(ObjectNode json) {
        return JSON.writerWithDefaultPrettyPrinter().writeValueAsString(json);
    }

    private static String mark(State state) {
        return switch (state) {
            case READY -> "✓";
            case LATER -> "…";
            case ABSENT -> "–";
            case MISSING, WRONG -> "✗";
        };
    }

    private static void line(
            StringBuilder text, String mark, String name, String version, String words, String remedy) {
        text.append(String.format(Locale.ROOT, "  %s %-15s %-14s %s", mark, name, version, words)
                        .stripTrailing())
                .append('\n');
        if (!remedy.isEmpty()) {
            text.append("                     → ").append(remedy).append('\n');
        }
    }

    private static String words(String... parts) {
        List<String> said = new ArrayList<>();
        for (String part : parts) {
            if (!part.isEmpty()) {
                said.add(part);
            }
        }
        return String.join(" · ", said);
    }
}
