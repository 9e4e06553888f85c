package dev.assay.agent.recorded;

import dev.assay.agent.AgentRequest;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;

/**
 * What a recording leaves open: the workspace, the home, the target's URL and anon key, the port, and the time of each
 * line. One that the request does not know stays as it is.
 */
final class Placeholders {
    private static final String NOW = "${NOW}";

    private final Map<String, String> values;
    private final JsonMapper json = new JsonMapper();
    private final Clock clock;

    private Placeholders(Map<String, String> values, Clock clock) {
        this.values = values;
        this.clock = clock;
    }

    static Placeholders of(AgentRequest request, Clock clock) {
        Map<String, String> values = new LinkedHashMap<>();
        values.put("${WORKSPACE}", request.workspace().toString());
        values.put("${HOME}", request.home().toString());
        Map<String, String> environment = request.environment();
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
        List<Map.Entry<String, String>> longestFirst = values.entrySet().stream()
                .filter(entry -> spokenOf.contains(entry.getKey()))
                .sorted(Comparator.comparing(entry -> -entry.getValue().length()))
                .toList();
        // One character a byte, so that files that are no text keep theirs.
        String text = new String(content, StandardCharsets.ISO_8859_1);
        for (Map.Entry<String, String> entry : longestFirst) {
            String value = new String(entry.getValue().getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1);
            text = Pattern.compile("(?<![0-9])" + Pattern.quote(value) + "(?![0-9])")
                    .matcher(text)
                    .replaceAll(Matcher.quoteReplacement(entry.getKey()));
        }
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }
}
