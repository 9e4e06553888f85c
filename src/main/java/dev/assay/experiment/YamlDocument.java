package dev.assay.experiment;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;
import tools.jackson.dataformat.yaml.YAMLFactory;
import tools.jackson.dataformat.yaml.YAMLParser;

/**
 * A YAML file as a tree, with the line of every key and list item by JSON pointer. Broken text, keys that stand there
 * twice, aliases and further documents are problems; reading goes on where it can.
 */
final class YamlDocument {
    private static final YAMLFactory YAML = new YAMLFactory();
    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

    private final Path file;
    private final String text;
    private final Map<String, Integer> lines = new HashMap<>();
    private final List<Problem> problems = new ArrayList<>();
    private JsonNode root = NODES.objectNode();

    YamlDocument(Path file, String text) {
        this.file = file;
        this.text = text;
        try (JsonParser parser = YAML.createParser(ObjectReadContext.empty(), text)) {
            @Nullable JsonToken first = parser.nextToken();
            if (first == null) {
                problems.add(
                        new Problem(file, 1, "the file is empty; expected an experiment, such as 'prompt: Build …'"));
                return;
            }
            root = value(parser, "");
            if (parser.nextToken() != null) {
                problem(parser, "a second document begins here; expected one experiment in a file");
            }
        } catch (JacksonException e) {
            problems.add(unreadable(e));
            root = NODES.missingNode();
        }
    }

    private JsonNode value(JsonParser parser, String pointer) {
        lines.putIfAbsent(pointer, line(parser));
        return switch (parser.currentToken()) {
            case START_OBJECT -> object(parser, pointer);
            case START_ARRAY -> array(parser, pointer);
            case VALUE_NUMBER_INT -> NODES.numberNode(parser.getBigIntegerValue());
            case VALUE_NUMBER_FLOAT -> NODES.numberNode(parser.getDecimalValue());
            case VALUE_TRUE -> NODES.booleanNode(true);
            case VALUE_FALSE -> NODES.booleanNode(false);
            case VALUE_NULL -> NODES.nullNode();
            default -> {
                if (parser instanceof YAMLParser yaml && yaml.isCurrentAlias()) {
                    problem(parser, "found the alias '*" + parser.getString() + "', expected the value itself");
                }
                yield NODES.stringNode(parser.getString());
            }
        };
    }

    private ObjectNode object(JsonParser parser, String pointer) {
        ObjectNode object = NODES.objectNode();
        while (parser.nextToken() != JsonToken.END_OBJECT) {
            String key = parser.currentName();
            String inside = pointer + "/" + escaped(key);
            if (object.has(key)) {
                problem(parser, "the key '" + key + "' stands here again; it was first in line " + line(inside));
            }
            lines.putIfAbsent(inside, line(parser));
            parser.nextToken();
            object.set(key, value(parser, inside));
        }
        return object;
    }

    private ArrayNode array(JsonParser parser, String pointer) {
        ArrayNode array = NODES.arrayNode();
        while (parser.nextToken() != JsonToken.END_ARRAY) {
            array.add(value(parser, pointer + "/" + array.size()));
        }
        return array;
    }

    private void problem(JsonParser parser, String message) {
        problems.add(new Problem(file, line(parser), message));
    }

    /** The YAML reader's own mark says where it stumbled; Jackson's location is that of the last good token. */
    private Problem unreadable(JacksonException e) {
        if (e.getCause() instanceof MarkedYamlEngineException marked
                && marked.getProblemMark().isPresent()) {
            return new Problem(
                    file,
                    marked.getProblemMark().get().getLine() + 1,
                    "this is no YAML: " + firstLine(marked.getProblem()));
        }
        int line = e.getLocation() == null ? 1 : Math.max(1, e.getLocation().getLineNr());
        return new Problem(file, line, "this is no YAML: " + firstLine(e.getOriginalMessage()));
    }

    private static int line(JsonParser parser) {
        return Math.max(1, parser.currentTokenLocation().getLineNr());
    }

    private static String firstLine(@Nullable String message) {
        return message == null
                ? "unreadable"
                : message.strip().lines().findFirst().orElse("unreadable");
    }

    static String escaped(String key) {
        return key.replace("~", "~0").replace("/", "~1");
    }

    Path file() {
        return file;
    }

    JsonNode root() {
        return root;
    }

    /** Whether the text could be read as YAML at all; if not, {@link #problems()} says why. */
    boolean readable() {
        return !root.isMissingNode() && !(root.isEmpty() && !problems.isEmpty());
    }

    List<Problem> problems() {
        return problems;
    }

    JsonNode at(String pointer) {
        return root.at(pointer);
    }

    boolean has(String pointer) {
        return !at(pointer).isMissingNode();
    }

    /** The line of a key or list item; of the nearest thing around it where it does not stand in the file. */
    int line(String pointer) {
        String place = pointer;
        while (!lines.containsKey(place) && !place.isEmpty()) {
            place = place.substring(0, place.lastIndexOf('/'));
        }
        return lines.getOrDefault(place, 1);
    }

    Problem problem(String pointer, String message) {
        return new Problem(file, line(pointer), message);
    }

    /**
     * What stands behind a key of the outermost mapping, word for word, without the indentation that its lines share.
     */
    String block(String key) {
        List<String> all = text.lines().toList();
        int start = line("/" + key);
        String head = all.get(start - 1);
        String behind = head.substring(head.indexOf(':') + 1).strip();
        int end = start;
        while (end < all.size()
                && (all.get(end).isBlank()
                        || Character.isWhitespace(all.get(end).charAt(0)))) {
            end++;
        }
        String below =
                String.join("\n", all.subList(start, end)).stripTrailing().stripIndent();
        boolean onlyComment = behind.isEmpty() || behind.startsWith("#");
        return onlyComment ? below : below.isEmpty() ? behind : behind + "\n" + below;
    }
}
