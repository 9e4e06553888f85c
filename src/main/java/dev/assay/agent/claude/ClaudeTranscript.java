package dev.assay.agent.claude;

import dev.assay.agent.Usage;
import dev.assay.agent.cli.JsonLine;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;

/**
 * The session's own log, {@code projects/FOLDER/SESSION.jsonl}: the only place that has each message's true figures
 * where no result line came. A message stands there once a block, with the same id; the last one counts, as for ccusage.
 */
record ClaudeTranscript(Path config, String sessionId) {
    /** What the session used, without cost; empty where there is no log. */
    Optional<Usage> usage() {
        Map<String, Usage> messages = new LinkedHashMap<>();
        try (Stream<Path> files = Files.walk(config.resolve("projects"), 4)) {
            for (Path file : files.filter(this::belongs).toList()) {
                read(file, messages);
            }
        } catch (IOException | UncheckedIOException e) {
            return Optional.empty(); // no log, or one that cannot be read: what the stream said has to do
        }
        return messages.isEmpty()
                ? Optional.empty()
                : Optional.of(messages.values().stream().reduce(Usage.NONE, Usage::plus));
    }

    /** The session's file, or one of its subagents', which lie in a folder of its name. */
    private boolean belongs(Path file) {
        String path = file.toString();
        return Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)
                && (path.endsWith("/" + sessionId + ".jsonl")
                        || (path.contains("/" + sessionId + "/") && path.endsWith(".jsonl")));
    }

    private static void read(Path file, Map<String, Usage> messages) throws IOException {
        try (Stream<String> lines = Files.lines(file, StandardCharsets.ISO_8859_1)) {
            for (String line : (Iterable<String>) lines::iterator) {
                JsonLine.of(line.getBytes(StandardCharsets.ISO_8859_1))
                        .object()
                        .filter(node -> node.path("type").asString("").equals("assistant"))
                        .ifPresent(node -> message(node.path("message"), messages));
            }
        }
    }

    private static void message(JsonNode message, Map<String, Usage> messages) {
        String id = message.path("id").asString("");
        if (!id.isEmpty() && message.path("usage").isObject()) {
            messages.put(id, ClaudeStream.tokens(message.path("usage")));
        }
    }
}
