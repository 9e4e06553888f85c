package dev.assay.agent.codex;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * A schema as OpenAI's structured outputs accept it: each property is required, one that may be left out may be null
 * instead, nothing else may be there, each value has a type, and some bounds are not known. An answer by it meets the
 * schema that it came from once {@link #withoutNulls nulls} are left out, but for the bounds.
 */
final class StrictSchema {
    private static final List<String> UNKNOWN = List.of("$schema", "$id", "minLength", "maxLength", "default");

    private StrictSchema() {}

    static JsonNode of(JsonNode schema) {
        JsonNode strict = schema.deepCopy();
        tighten(strict);
        return strict;
    }

    private static void tighten(JsonNode schema) {
        if (schema instanceof ArrayNode alternatives) {
            alternatives.forEach(StrictSchema::tighten);
        }
        if (!(schema instanceof ObjectNode object)) {
            return;
        }
        object.remove(UNKNOWN);
        if (object.path("enum").isArray() && !object.has("type")) {
            object.put("type", "string");
        }
        if (object.path("properties") instanceof ObjectNode properties) {
            Set<String> required = new TreeSet<>();
            object.path("required").forEach(name -> required.add(name.asString("")));
            ArrayNode all = JsonNodeFactory.instance.arrayNode();
            for (Map.Entry<String, JsonNode> property : properties.properties()) {
                all.add(property.getKey());
                tighten(property.getValue());
                if (!required.contains(property.getKey()) && property.getValue() instanceof ObjectNode optional) {
                    orNull(optional);
                }
            }
            object.set("required", all);
            object.put("additionalProperties", false);
        }
        tighten(object.path("items"));
        tighten(object.path("anyOf"));
        for (String definitions : List.of("$defs", "definitions")) {
            object.path(definitions).forEach(StrictSchema::tighten);
        }
    }

    private static void orNull(ObjectNode property) {
        JsonNode type = property.path("type");
        if (type.isString()) {
            property.putArray("type").add(type.stringValue()).add("null");
            if (property.path("enum") instanceof ArrayNode values) {
                values.addNull();
            }
        }
    }

    /** What a property that may be left out is where it was left out. */
    static JsonNode withoutNulls(JsonNode answer) {
        JsonNode copy = answer.deepCopy();
        strip(copy);
        return copy;
    }

    private static void strip(JsonNode node) {
        if (node instanceof ObjectNode object) {
            object.removeIf(JsonNode::isNull);
        }
        node.forEach(StrictSchema::strip);
    }
}
