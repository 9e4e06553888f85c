package dev.assay.agent.recorded;

import dev.assay.agent.AgentRequest;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * What a recording leaves open: the workspace, the home, the target's URL and anon key, the port, and the time of each
 * line. One that the request does not know stays as it is.
 */
final class Placeholders {
    private static final String NOW = "${NOW}";
    /** What each stands for, for people; in the order in which they are looked for. */
    static final Map<String, String> MEANINGS = meanings();

    /** Stands before a brace that is no placeholder's, until the line is JSON and can say so. */
    private static final String LITERAL = "\uE0F0\uE0F1";

    private static final Pattern SPELLED =
            Pattern.compile("\\$(?=\\{(?:WORKSPACE|HOME|SUPABASE_URL|ANON_KEY|PORT|NOW)})");

    private final Map<String, String> values;
    private final JsonMapper json = new JsonMapper();
    private final Clock clock;

    private Placeholders(Map<String, String> values, Clock clock) {
        this.values = values;
        this.clock = clock;
    }

    private static Map<String, String> meanings() {
        Map<String, String> meanings = new LinkedHashMap<>();
        meanings.put("${WORKSPACE}", "the folder that the agent works in");
        meanings.put("${HOME}", "the run's own home");
        meanings.put("${SUPABASE_URL}", "the target's public URL");
        meanings.put("${ANON_KEY}", "the target's anon key");
        meanings.put("${PORT}", "a free port");
        meanings.put(NOW, "the time at which the line is replayed");
        return meanings;
    }

    static Placeholders of(AgentRequest request, Clock clock) {
        return of(request.workspace(), request.home(), request.environment(), clock);
    }

    /** @param environment the variables of the agent's processes */
    static Placeholders of(Path workspace, Path home, Map<String, String> environment, Clock clock) {
        Map<String, String> values = new LinkedHashMap<>();
        values.put("${WORKSPACE}", workspace.toString());
        values.put("${HOME}", home.toString());
        put(values, "${SUPABASE_URL}", environment.get("SUPABASE_URL"));
        put(values, "${ANON_KEY}", environment.get("SUPABASE_ANON_KEY"));
        put(values, "${PORT}", environment.get("PORT"));
        return new Placeholders(values, clock);
    }

    private static void put(Map<String, String> values, String name, @Nullable String value) {
        if (value != null && !value.isEmpty()) {
            values.put(name, value);
        }
    }

    List<String> names() {
        return List.copyOf(values.keySet());
    }

    /** Fills in a line of JSON. */
    String fill(String line) {
        String filled = line.replace(NOW, clock.instant().toString());
        for (Map.Entry<String, String> entry : values.entrySet()) {
            if (filled.contains(entry.getKey())) {
                String quoted = json.writeValueAsString(entry.getValue());
                filled = filled.replace(entry.getKey(), quoted.substring(1, quoted.length() - 1));
            }
        }
        return filled;
    }

    /**
     * Turns values in a file back, longest first as one may hold another. Only those that the recording speaks of: a
     * port's digits may stand in a file for other reasons.
     */
    byte[] restore(byte[] content, List<String> spokenOf) {
        // One character a byte, so that files that are no text keep theirs.
        String text = new String(content, StandardCharsets.ISO_8859_1);
        for (Map.Entry<String, String> entry : longestFirst()) {
            if (spokenOf.contains(entry.getKey())) {
                byte[] value = entry.getValue().getBytes(StandardCharsets.UTF_8);
                text = replaced(text, new String(value, StandardCharsets.ISO_8859_1), entry.getKey());
            }
        }
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }

    /**
     * A line to be recorded: values stand open, in texts and nowhere else, and what looked like a placeholder is spelled
     * so that it stays as it is. {@link #fill} gives the line back.
     */
    String open(ObjectNode line) {
        ObjectNode opened = (ObjectNode) opened(line);
        if (line.path("timestamp").isString()) {
            opened.put("timestamp", NOW);
        }
        return json.writeValueAsString(opened).replace(LITERAL, "\\u0024");
    }

    /** The same for a line that is no JSON, in which nothing can be spelled otherwise. */
    String open(String text) {
        String opened = text;
        for (Map.Entry<String, String> entry : longestFirst()) {
            opened = replaced(opened, entry.getValue(), entry.getKey());
        }
        return opened;
    }

    private JsonNode opened(JsonNode node) {
        if (node.isString()) {
            return json.getNodeFactory()
                    .stringNode(open(SPELLED.matcher(node.stringValue()).replaceAll(LITERAL)));
        } else if (node.isObject()) {
            ObjectNode opened = json.createObjectNode();
            node.properties().forEach(field -> opened.set(field.getKey(), opened(field.getValue())));
            return opened;
        } else if (node.isArray()) {
            ArrayNode opened = json.createArrayNode();
            node.forEach(element -> opened.add(opened(element)));
            return opened;
        }
        return node;
    }

    private List<Map.Entry<String, String>> longestFirst() {
        List<Map.Entry<String, String>> entries = new ArrayList<>(values.entrySet());
        entries.sort(Comparator.comparing(entry -> -entry.getValue().length()));
        return entries;
    }

    /** Digits beside a value would make it another one. */
    private static String replaced(String text, String value, String name) {
        return Pattern.compile("(?<![0-9])" + Pattern.quote(value) + "(?![0-9])")
                .matcher(text)
                .replaceAll(Matcher.quoteReplacement(name));
    }
}
