package dev.assay.analysis;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * Which runs are looked at.
 *
 * @param source {@code real}, {@code recorded}, {@code demo} or {@code all}
 * @param filters by {@link #KEYS}; a value may have {@code *} for anything
 * @param shown as it was asked for
 */
public record Selection(String source, Map<String, String> filters, String shown) {
    public static final List<String> SOURCES = List.of("real", "recorded", "demo", "all");
    /** What can be filtered by. A tool's name alone stands for all its models. */
    public static final List<String> KEYS =
            List.of("experiment", "variant", "planner", "implementer", "verifier", "skills", "run");

    public Selection {
        if (!SOURCES.contains(source)) {
            throw new IllegalArgumentException(
                    "--source is \"" + source + "\". Name one of: " + String.join(", ", SOURCES));
        }
        filters = Map.copyOf(filters);
    }

    public static Selection all(String source) {
        return new Selection(source, Map.of(), "all");
    }

    /**
     * @param text filters with commas between them, such as {@code implementer=claude,experiment=todo-*}; without
     *     {@code =} it is a variant's name
     * @throws IllegalArgumentException where it names something that cannot be filtered by
     */
    public static Selection parse(String source, String text) {
        Map<String, String> filters = new LinkedHashMap<>();
        for (String part : text.split(",")) {
            int equals = part.indexOf('=');
            String key = equals < 0 ? "variant" : part.substring(0, equals).strip();
            String value = part.substring(equals + 1).strip();
            if (!KEYS.contains(key) || value.isEmpty()) {
                throw new IllegalArgumentException("\"" + part + "\" selects no runs. Write KEY=VALUE with one of: "
                        + String.join(", ", KEYS) + "; or a variant's name; or a run's id");
            }
            filters.put(key, value);
        }
        return new Selection(source, filters, text);
    }

    /** Only one run. */
    static Selection run(String source, String id) {
        return new Selection(source, Map.of("run", id), id);
    }

    Selection with(Selection other) {
        Map<String, String> both = new LinkedHashMap<>(filters);
        both.putAll(other.filters);
        return new Selection(source, both, shown);
    }

    /** As the SQL asks: with patterns of LIKE. */
    ObjectNode asked() {
        ObjectNode asked = JsonNodeFactory.instance.objectNode();
        asked.put("source", source);
        filters.forEach((key, value) -> asked.put(
                key,
                value.replace("\\", "\\\\")
                        .replace("%", "\\%")
                        .replace("_", "\\_")
                        .replace('*', '%')));
        return asked;
    }
}
