package dev.assay.agent.cli;

import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** Fields of objects that others wrote: each may be missing, or of any kind. */
public final class Fields {
    private Fields() {}

    /** A field's text; null where it has none. */
    public static @Nullable String text(JsonNode node, String field) {
        JsonNode value = node.path(field);
        return value.isString() ? value.stringValue() : null;
    }

    /** The first of the fields that has a text; null where none has. */
    public static @Nullable String text(JsonNode node, List<String> fields) {
        for (String field : fields) {
            String text = text(node, field);
            if (text != null) {
                return text;
            }
        }
        return null;
    }

    /** A field's whole number; null where it has none. */
    public static @Nullable Integer number(JsonNode node, String field) {
        JsonNode value = node.path(field);
        return value.isIntegralNumber() && value.canConvertToInt() ? Integer.valueOf(value.intValue()) : null;
    }
}
