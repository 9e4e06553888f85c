package dev.assay.supabase.rest;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A type of answer that a client accepts.
 *
 * @param name without parameters, in lower case
 * @param stripsNulls whether nulls are left out of the JSON ({@code nulls=stripped})
 * @param plan asked for instead of the answer, or {@code null}
 */
record MediaType(String name, boolean stripsNulls, @Nullable Plan plan) {
    static final String ANY = "*/*";
    static final String OPEN_API = "application/openapi+json";
    static final MediaType JSON = new MediaType("application/json", false, null);
    static final String OBJECT = "application/vnd.pgrst.object+json";
    static final String ARRAY = "application/vnd.pgrst.array+json";

    private static final String PLAN = "application/vnd.pgrst.plan";
    private static final Set<String> WITH_CHARSET = Set.of(
            "application/json", "application/geo+json", "text/csv", "text/plain", "text/xml", OPEN_API, OBJECT, ARRAY);
    private static final Pattern PARAMETER = Pattern.compile(";\\s*([\\w-]+)\\s*=\\s*(?:\"([^\"]*)\"|([\\w.|-]*))");

    /**
     * How a plan is asked for.
     *
     * @param json else as text
     * @param options of {@code EXPLAIN}, in the order that the answer names them
     */
    record Plan(boolean json, List<String> options) {
        private static final List<String> OPTIONS = List.of("analyze", "verbose", "settings", "buffers", "wal");

        /** What stands before the statement. */
        String explain() {
            StringBuilder sql = new StringBuilder("explain (format ").append(json ? "json" : "text");
            options.forEach(option -> sql.append(", ").append(option));
            return sql.append(") ").toString();
        }
    }

    /** The types of an {@code Accept} header, the most wanted first; any when it is missing. */
    static List<MediaType> accepted(Optional<String> header) {
        record Weighted(MediaType type, double weight) {}
        List<Weighted> types = new ArrayList<>();
        for (String part : split(header.orElse(""))) {
            if (!part.isBlank()) {
                types.add(new Weighted(of(part.strip()), weight(parameters(part))));
            }
        }
        if (types.isEmpty()) {
            return List.of(new MediaType(ANY, false, null));
        }
        return types.stream()
                .sorted(Comparator.comparingDouble(Weighted::weight).reversed())
                .map(Weighted::type)
                .toList();
    }

    /** At the commas outside quotes. */
    private static List<String> split(String header) {
        List<String> parts = new ArrayList<>();
        boolean quoted = false;
        int start = 0;
        for (int i = 0; i < header.length(); i++) {
            quoted ^= header.charAt(i) == '"';
            if (header.charAt(i) == ',' && !quoted) {
                parts.add(header.substring(start, i));
                start = i + 1;
            }
        }
        parts.add(header.substring(start));
        return parts;
    }

    private static double weight(Map<String, String> parameters) {
        String q = parameters.getOrDefault("q", "1");
        return q.matches("[01](\\.\\d{0,9})?") ? Double.parseDouble(q) : 1;
    }

    private static Map<String, String> parameters(String text) {
        Map<String, String> parameters = new TreeMap<>();
        Matcher matcher = PARAMETER.matcher(text);
        while (matcher.find()) {
            String value = matcher.group(2) == null ? matcher.group(3) : matcher.group(2);
            parameters.put(matcher.group(1).toLowerCase(Locale.ROOT), value);
        }
        return parameters;
    }

    private static MediaType of(String text) {
        String name = text.split(";", 2)[0].strip().toLowerCase(Locale.ROOT);
        Map<String, String> parameters = parameters(text);
        boolean strips = "stripped".equals(parameters.get("nulls"));
        return switch (name) {
            case "application/vnd.pgrst.object", OBJECT -> new MediaType(OBJECT, strips, null);
            case "application/vnd.pgrst.array", ARRAY -> strips ? new MediaType(ARRAY, true, null) : JSON;
            case PLAN, PLAN + "+text", PLAN + "+json" -> {
                MediaType of = of(parameters.getOrDefault("for", "application/json"));
                List<String> asked =
                        List.of(parameters.getOrDefault("options", "").split("\\|", -1));
                yield new MediaType(
                        of.name(),
                        of.stripsNulls(),
                        new Plan(
                                name.endsWith("+json"),
                                Plan.OPTIONS.stream().filter(asked::contains).toList()));
            }
            default -> new MediaType(name, false, null);
        };
    }

    /** As it is written in messages. */
    String text() {
        Plan asked = plan;
        String own = name + (stripsNulls ? ";nulls=stripped" : "");
        if (asked == null) {
            return own;
        }
        return PLAN + (asked.json() ? "+json" : "+text") + "; for=\"" + own + "\""
                + (asked.options().isEmpty() ? "" : "; options=" + String.join("|", asked.options()));
    }

    /** As it is written in the answer's header. */
    String contentType() {
        return plan != null || WITH_CHARSET.contains(name) ? text() + "; charset=utf-8" : text();
    }
}
