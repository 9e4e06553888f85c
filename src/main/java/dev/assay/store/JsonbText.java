package dev.assay.store;

import java.util.Map;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** JSON that PostgreSQL's {@code jsonb} takes: without NUL and without half surrogate pairs, which JSON itself allows. */
final class JsonbText {
    static final JsonMapper JSON = new JsonMapper();

    private static final char REPLACEMENT = '\uFFFD';

    private JsonbText() {}

    static boolean accepts(JsonNode node) {
        if (node.isString()) {
            return accepts(node.stringValue());
        }
        if (node.isObject()) {
            for (Map.Entry<String, JsonNode> field : node.properties()) {
                if (!accepts(field.getKey()) || !accepts(field.getValue())) {
                    return false;
                }
            }
        } else if (node.isArray()) {
            for (JsonNode element : node) {
                if (!accepts(element)) {
                    return false;
                }
            }
        }
        return true;
    }

    /** A copy with each such character replaced by U+FFFD. */
    static JsonNode cleaned(JsonNode node) {
        if (node.isString()) {
            return JsonNodeFactory.instance.stringNode(cleaned(node.stringValue()));
        }
        if (node.isObject()) {
            ObjectNode copy = JsonNodeFactory.instance.objectNode();
            for (Map.Entry<String, JsonNode> field : node.properties()) {
                copy.set(cleaned(field.getKey()), cleaned(field.getValue()));
            }
            return copy;
        }
        if (node.isArray()) {
            ArrayNode copy = JsonNodeFactory.instance.arrayNode();
            for (JsonNode element : node) {
                copy.add(cleaned(element));
            }
            return copy;
        }
        return node;
    }

    static boolean accepts(String text) {
        return firstRefused(text, 0) < 0;
    }

    static String cleaned(String text) {
        int bad = firstRefused(text, 0);
        if (bad < 0) {
            return text;
        }
        StringBuilder copy = new StringBuilder(text);
        for (; bad >= 0; bad = firstRefused(text, bad + 1)) {
            copy.setCharAt(bad, REPLACEMENT);
        }
        return copy.toString();
    }

    private static int firstRefused(String text, int from) {
        for (int i = from; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == 0) {
                return i;
            }
            if (Character.isSurrogate(c)) {
                boolean pair = Character.isHighSurrogate(c)
                        && i + 1 < text.length()
                        && Character.isLowSurrogate(text.charAt(i + 1));
                if (!pair) {
                    return i;
                }
                i++;
            }
        }
        return -1;
    }
}
