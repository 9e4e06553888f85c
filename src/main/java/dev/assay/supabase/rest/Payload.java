package dev.assay.supabase.rest;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * The body of a write or a call: JSON, or CSV and forms turned into it.
 *
 * @param json the text that PostgreSQL reads
 * @param kind what stands at its top
 * @param keys of its objects, in the order they first came
 * @param uniform whether all its objects have the same keys
 * @param size how many objects
 */
record Payload(String json, Kind kind, List<String> keys, boolean uniform, int size) {
    private static final JsonMapper MAPPER = new JsonMapper();

    enum Kind {
        OBJECT,
        ARRAY,
        /** A scalar, or an array with members that are no objects: only a function can take it. */
        OTHER
    }

    static Payload of(byte[] body, Optional<String> contentType) {
        String type = contentType
                .map(t -> t.split(";", 2)[0].strip().toLowerCase(Locale.ROOT))
                .orElse("application/json");
        String text = text(body);
        return switch (type) {
            case "text/csv" -> json(csv(text));
            case "application/x-www-form-urlencoded" -> json(form(text));
            case "application/json",
                    "",
                    "application/vnd.pgrst.object+json",
                    "application/vnd.pgrst.array+json",
                    "application/geo+json",
                    // fetch() sends a string with this type unless told otherwise
                    "text/plain" -> json(text);
            default -> throw Refusal.invalidBody("Content-Type not acceptable: " + type);
        };
    }

    static String text(byte[] body) {
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(body))
                    .toString();
        } catch (CharacterCodingException e) {
            throw Refusal.invalidBody("The body is not UTF-8");
        }
    }

    static Payload json(String text) {
        Set<String> keys = new LinkedHashSet<>();
        try (JsonParser parser = MAPPER.createParser(text)) {
            JsonToken first = parser.nextToken();
            if (first == null) {
                throw Refusal.invalidBody("Empty or invalid json");
            }
            Kind kind = Kind.OTHER;
            boolean uniform = true;
            int size = 0;
            if (first == JsonToken.START_OBJECT) {
                kind = Kind.OBJECT;
                addKeys(parser, keys);
                size = 1;
            } else if (first == JsonToken.START_ARRAY) {
                kind = Kind.ARRAY;
                Set<String> previous = null;
                boolean mixed = false;
                for (JsonToken next = parser.nextToken(); next != JsonToken.END_ARRAY; next = parser.nextToken()) {
                    if (next == JsonToken.START_OBJECT) {
                        Set<String> own = new LinkedHashSet<>();
                        addKeys(parser, own);
                        uniform = uniform && (previous == null || previous.equals(own));
                        previous = own;
                        keys.addAll(own);
                        size++;
                    } else {
                        mixed = true;
                        parser.skipChildren();
                    }
                }
                if (mixed && size > 0) {
                    // an object among what are none has other keys than they
                    uniform = false;
                } else if (mixed) {
                    kind = Kind.OTHER;
                }
            } else {
                parser.skipChildren();
            }
            if (parser.nextToken() != null) {
                throw Refusal.invalidBody("Empty or invalid json");
            }
            return new Payload(text, kind, List.copyOf(keys), uniform, size);
        } catch (JacksonException e) {
            throw Refusal.invalidBody("Empty or invalid json");
        }
    }

    private static void addKeys(JsonParser parser, Set<String> keys) {
        for (JsonToken next = parser.nextToken(); next != JsonToken.END_OBJECT; next = parser.nextToken()) {
            keys.add(parser.currentName());
            parser.nextToken();
            parser.skipChildren();
        }
    }

    private static String form(String text) {
        ObjectNode object = MAPPER.createObjectNode();
        pairs(text).forEach(pair -> object.put(pair.getKey(), pair.getValue()));
        return object.toString();
    }

    /** The pairs of a form, decoded. */
    static List<Map.Entry<String, String>> pairs(String form) {
        List<Map.Entry<String, String>> pairs = new ArrayList<>();
        for (String pair : form.split("&", -1)) {
            if (!pair.isEmpty()) {
                int equals = pair.indexOf('=');
                pairs.add(Map.entry(
                        QueryParser.decoded(equals < 0 ? pair : pair.substring(0, equals)),
                        equals < 0 ? "" : QueryParser.decoded(pair.substring(equals + 1))));
            }
        }
        return pairs;
    }

    /** The same with no other keys. */
    Payload only(Set<String> some) {
        return new Payload(json, kind, keys.stream().filter(some::contains).toList(), uniform, size);
    }

    /** CSV by RFC 4180 with a header line; the unquoted word NULL is null. */
    private static String csv(String text) {
        List<List<@Nullable String>> lines = lines(text);
        ArrayNode rows = MAPPER.createArrayNode();
        for (int i = 1; i < lines.size(); i++) {
            if (lines.get(i).size() != lines.get(0).size()) {
                throw Refusal.invalidBody("All lines must have same number of fields");
            }
            ObjectNode row = rows.addObject();
            for (int j = 0; j < lines.get(i).size(); j++) {
                row.put(String.valueOf(lines.get(0).get(j)), lines.get(i).get(j));
            }
        }
        return rows.toString();
    }

    private static List<List<@Nullable String>> lines(String text) {
        List<List<@Nullable String>> lines = new ArrayList<>();
        List<@Nullable String> line = new ArrayList<>();
        StringBuilder cell = new StringBuilder();
        boolean quoted = false;
        boolean wasQuoted = false;
        for (int i = 0; i <= text.length(); i++) {
            char c = i < text.length() ? text.charAt(i) : '\n';
            if (quoted && i < text.length()) {
                if (c != '"') {
                    cell.append(c);
                } else if (i + 1 < text.length() && text.charAt(i + 1) == '"') {
                    cell.append(c);
                    i++;
                } else {
                    quoted = false;
                }
            } else if (c == '"' && cell.isEmpty()) {
                quoted = true;
                wasQuoted = true;
            } else if (c == ',' || c == '\n') {
                String value = cell.toString();
                line.add(!wasQuoted && value.equals("NULL") ? null : value);
                cell.setLength(0);
                boolean blank = line.size() == 1 && value.isEmpty() && !wasQuoted;
                wasQuoted = false;
                if (c == '\n') {
                    if (!blank) {
                        lines.add(line);
                    }
                    line = new ArrayList<>();
                }
            } else if (c != '\r') {
                cell.append(c);
            }
        }
        return lines;
    }
}
