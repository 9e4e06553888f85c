package dev.assay.agent.cli;

import dev.assay.agent.AgentEvent;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * One line of a stream of JSON objects.
 *
 * @param object the object; empty where the line is none
 * @param unparsed what is stored in its place: a line that is no object, too long, not UTF-8 or cut off; empty for a
 *     blank line
 */
public record JsonLine(Optional<ObjectNode> object, Optional<AgentEvent.Unparsed> unparsed) {
    private static final int LONGEST = 32 << 20;

    private static final JsonMapper JSON = JsonMapper.builder(JsonFactory.builder()
                    .streamReadConstraints(StreamReadConstraints.builder()
                            .maxStringLength(LONGEST)
                            .build())
                    .build())
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();

    /** Reads a line; never throws. */
    public static JsonLine of(byte[] line) {
        if (line.length > LONGEST) {
            return unparsed(new String(line, 0, LONGEST, StandardCharsets.UTF_8));
        }
        String text;
        try {
            text = StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(line))
                    .toString();
        } catch (CharacterCodingException e) {
            return unparsed(new String(line, StandardCharsets.UTF_8));
        }
        if (text.isBlank()) {
            return new JsonLine(Optional.empty(), Optional.empty());
        }
        try {
            JsonNode node = JSON.readTree(text);
            return node instanceof ObjectNode object
                    ? new JsonLine(Optional.of(object), Optional.empty())
                    : unparsed(text);
        } catch (JacksonException e) {
            return unparsed(text);
        }
    }

    private static JsonLine unparsed(String text) {
        return new JsonLine(Optional.empty(), Optional.of(new AgentEvent.Unparsed(text)));
    }
}
