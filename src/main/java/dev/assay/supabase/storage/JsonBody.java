package dev.assay.supabase.storage;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * A JSON object that a caller sent; what does not fit is refused with the words of the service's schema check.
 *
 * @param at where it stands, as {@code body} or {@code body/sortBy}
 */
record JsonBody(ObjectNode json, String at) {

    boolean has(String name) {
        return json.has(name);
    }

    boolean isNull(String name) {
        return json.path(name).isNull();
    }

    private JsonNode required(String name) {
        if (!json.has(name)) {
            throw StorageError.malformed(at + " must have required property '" + name + "'");
        }
        return json.path(name);
    }

    String requiredText(String name) {
        required(name);
        return text(name).orElse("");
    }

    Optional<String> text(String name) {
        JsonNode node = json.path(name);
        if (node.isMissingNode()) {
            return Optional.empty();
        }
        if (node.isString() || node.isNumber() || node.isBoolean()) {
            return Optional.of(node.asString());
        }
        if (node.isNull()) {
            return Optional.of("");
        }
        throw StorageError.malformed(at + "/" + name + " must be string");
    }

    /** One of some words. */
    Optional<String> word(String name, List<String> words) {
        Optional<String> text = text(name);
        if (text.isPresent() && !words.contains(text.get())) {
            throw StorageError.malformed(at + "/" + name + " must be equal to one of the allowed values");
        }
        return text;
    }

    Optional<Boolean> flag(String name) {
        JsonNode node = json.path(name);
        if (node.isMissingNode()) {
            return Optional.empty();
        }
        if (node.isBoolean()) {
            return Optional.of(node.booleanValue());
        }
        if (node.isNull()
                || node.asString("").equals("false")
                || node.asString("").equals("true")) {
            return Optional.of(node.asString("").equals("true"));
        }
        throw StorageError.malformed(at + "/" + name + " must be boolean");
    }

    long requiredWhole(String name, long least) {
        required(name);
        return whole(name, least).orElseThrow();
    }

    Optional<Long> whole(String name, long least) {
        JsonNode node = json.path(name);
        if (node.isMissingNode()) {
            return Optional.empty();
        }
        long value;
        if (node.isIntegralNumber() && node.canConvertToLong()) {
            value = node.longValue();
        } else {
            try {
                value = Long.parseLong(node.asString(""));
            } catch (NumberFormatException e) {
                throw StorageError.malformed(at + "/" + name + " must be integer");
            }
        }
        if (value < least) {
            throw StorageError.malformed(at + "/" + name + " must be >= " + least);
        }
        return Optional.of(value);
    }

    List<String> requiredTexts(String name, int most) {
        JsonNode node = required(name);
        if (!node.isArray()) {
            throw StorageError.malformed(at + "/" + name + " must be array");
        }
        if (node.isEmpty()) {
            throw StorageError.malformed(at + "/" + name + " must NOT have fewer than 1 items");
        }
        if (node.size() > most) {
            throw StorageError.malformed(at + "/" + name + " must NOT have more than " + most + " items");
        }
        return texts(name);
    }

    /** A list of texts; what is missing or null is empty. */
    List<String> texts(String name) {
        List<String> texts = new ArrayList<>();
        int i = 0;
        for (JsonNode element : json.path(name)) {
            if (element.isContainer() || element.isNull()) {
                throw StorageError.malformed(at + "/" + name + "/" + i + " must be string");
            }
            texts.add(element.asString());
            i++;
        }
        return texts;
    }

    Optional<JsonBody> object(String name) {
        JsonNode node = json.path(name);
        if (node.isMissingNode()) {
            return Optional.empty();
        }
        if (node instanceof ObjectNode object) {
            return Optional.of(new JsonBody(object, at + "/" + name));
        }
        throw StorageError.malformed(at + "/" + name + " must be object");
    }
}
