package dev.assay.experiment;

import com.networknt.schema.Error;
import com.networknt.schema.InputFormat;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.dialect.Dialect;
import com.networknt.schema.dialect.Dialects;
import com.networknt.schema.keyword.NonValidationKeyword;
import dev.assay.settings.NearestName;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;
import tools.jackson.databind.JsonNode;

/**
 * The published JSON Schema of experiment files, and its complaints in words: each at the line of the key or value that
 * it is about, with what was found and what was expected.
 */
final class ExperimentSchema {
    private static final String RESOURCE = "/experiment.schema.json";

    /** A keyword of our own: what is expected here, in words. */
    private static final String EXPECTED = "x-expected";

    private final Schema schema;

    ExperimentSchema() {
        try (InputStream in = ExperimentSchema.class.getResourceAsStream(RESOURCE)) {
            if (in == null) {
                throw new IllegalStateException(RESOURCE + " is not on the class path");
            }
            Dialect dialect = Dialect.builder(Dialects.getDraft202012())
                    .keyword(new NonValidationKeyword(EXPECTED))
                    .build();
            schema = SchemaRegistry.withDefaultDialect(dialect).getSchema(in, InputFormat.JSON);
        } catch (IOException e) {
            throw new UncheckedIOException(RESOURCE + " cannot be read", e);
        }
    }

    List<Problem> problems(YamlDocument document) {
        if (!document.root().isObject()) {
            return List.of(document.problem(
                    "", "found " + shown(document.root()) + ", expected a mapping that begins like 'title: …'"));
        }
        Set<Problem> problems = new LinkedHashSet<>();
        for (Error error : schema.validate(document.root())) {
            problems.add(problem(document, error));
        }
        return new ArrayList<>(problems);
    }

    private Problem problem(YamlDocument document, Error error) {
        String pointer = error.getInstanceLocation().toString();
        String keyword = error.getKeyword();
        JsonNode around = schemaAround(error);
        JsonNode found = document.at(pointer);
        return switch (keyword) {
            case "additionalProperties" -> unknownKey(document, pointer, error.getProperty(), around);
            case "required" ->
                document.problem(pointer, place(pointer) + "the key '" + error.getProperty() + "' is missing");
            case "minItems", "minProperties", "maxItems" ->
                document.problem(
                        pointer,
                        place(pointer) + "found " + found.size() + " entries, expected at "
                                + (keyword.equals("maxItems") ? "most " : "least ")
                                + around.path(keyword).asString());
            case "uniqueItems" ->
                document.problem(pointer, place(pointer) + "found an entry twice, expected each once");
            case "propertyNames" ->
                document.problem(
                        pointer + "/" + YamlDocument.escaped(String.valueOf(error.getProperty())),
                        place(pointer) + "found the key '" + error.getProperty()
                                + "', expected letters, digits, '.', '_' and '-'");
            default ->
                document.problem(
                        pointer,
                        place(pointer) + "found " + shown(found) + ", expected " + expected(keyword, around)
                                + guess(found, around));
        };
    }

    /** The part of the schema that holds the keyword that complains. */
    private JsonNode schemaAround(Error error) {
        String pointer = error.getSchemaLocation().getFragment().toString();
        int end = pointer.lastIndexOf('/');
        return schema.getSchemaNode().at(end < 0 ? "" : pointer.substring(0, end));
    }

    private static Problem unknownKey(YamlDocument document, String pointer, String key, JsonNode around) {
        List<String> known = around.path("properties")
                .propertyStream()
                .map(java.util.Map.Entry::getKey)
                .toList();
        String where = pointer + "/" + YamlDocument.escaped(key);
        if (pointer.isEmpty() && document.has("/extends") && !known.contains(key) && EXTENDED.contains(key)) {
            return document.problem(
                    where, "found the key '" + key + "', which a file with 'extends' takes from what it extends");
        }
        return document.problem(
                where,
                place(pointer) + "found the unknown key '" + key + "', expected one of " + String.join(", ", known)
                        + "." + NearestName.hint(key, known));
    }

    private static final Set<String> EXTENDED =
            Set.of("prompt", "requires", "limits", "diagnostics", "interface", "contract");

    private static String expected(String keyword, JsonNode around) {
        if (around.has(EXPECTED)) {
            return around.get(EXPECTED).asString();
        }
        return switch (keyword) {
            case "enum" -> "one of " + values(around.get("enum"));
            case "type" ->
                around.get("type").isArray()
                        ? StreamSupport.stream(around.get("type").spliterator(), false)
                                .map(type -> type(type.asString()))
                                .collect(Collectors.joining(" or "))
                        : type(around.get("type").asString())
                                + (around.has("enum") ? ", one of " + values(around.get("enum")) : "");
            case "minimum" -> "a number from " + around.get("minimum").asString();
            case "maximum" -> "a number up to " + around.get("maximum").asString();
            default -> keyword + " " + around.path(keyword);
        };
    }

    private static String guess(JsonNode found, JsonNode around) {
        if (!found.isString() || !around.has("enum")) {
            return "";
        }
        return NearestName.to(
                        found.asString(),
                        around.get("enum").valueStream().map(JsonNode::asString).toList())
                .map(name -> ". Did you mean '" + name + "'?")
                .orElse("");
    }

    private static String values(JsonNode values) {
        return values.valueStream().map(JsonNode::asString).collect(Collectors.joining(", "));
    }

    private static String type(String type) {
        return switch (type) {
            case "string" -> "a text";
            case "object" -> "a mapping";
            case "array" -> "a list";
            case "integer" -> "a whole number";
            case "boolean" -> "true or false";
            default -> "a " + type;
        };
    }

    /** The place in the file, as {@code matrix.implementer[1]: }; empty for the outermost mapping. */
    static String place(String pointer) {
        if (pointer.isEmpty()) {
            return "";
        }
        StringBuilder place = new StringBuilder();
        for (String part : pointer.substring(1).split("/", -1)) {
            String name = part.replace("~1", "/").replace("~0", "~");
            if (name.matches("[0-9]+")) {
                place.append('[').append(name).append(']');
            } else {
                place.append(place.isEmpty() ? "" : ".").append(name);
            }
        }
        return place + ": ";
    }

    static String shown(JsonNode node) {
        if (node.isMissingNode() || node.isNull()) {
            return "nothing";
        }
        if (node.isObject()) {
            return "a mapping";
        }
        if (node.isArray()) {
            return "a list";
        }
        String text = node.asString();
        String cut = text.length() > 60 ? text.substring(0, 60) + "…" : text;
        return node.isString() ? "'" + cut.replace("\n", "\\n") + "'" : (node.isBoolean() ? "" : "the number ") + cut;
    }
}
