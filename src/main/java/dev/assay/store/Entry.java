package dev.assay.store;

import static dev.assay.store.JsonbText.JSON;

import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** Something to be written to the database. Writing one twice changes nothing. */
sealed interface Entry {
    /** What it takes in memory, in bytes, roughly. */
    long size();

    /** As a line of a file, to be read by {@link #of}. */
    ObjectNode json();

    /** Reads a line that {@link #json()} became; empty for half a line, as a killed process leaves it. */
    static Optional<Entry> parse(String line) {
        try {
            return Optional.of(of(JSON.readTree(line)));
        } catch (JacksonException | ClassCastException | IllegalArgumentException e) {
            return Optional.empty(); // events.jsonl has the line of it
        }
    }

    private static Entry of(JsonNode json) {
        JsonNode event = json.get("event");
        if (event != null) {
            return Event.read(event);
        }
        return new Row(Table.valueOf(json.path("table").stringValue()), (ObjectNode) json.get("row"));
    }

    /** The tables whose rows are written whole, each time with all that is known. */
    enum Table {
        RUNS("orchestrator_runs"),
        STEPS("orchestrator_steps"),
        RESULTS("orchestrator_results");

        private final String sqlName;

        Table(String sqlName) {
            this.sqlName = sqlName;
        }

        String sqlName() {
            return sqlName;
        }

        List<String> key() {
            return this == RESULTS ? List.of("run_id", "unique_id") : List.of("id");
        }
    }

    /**
     * A row; a later one with the same key replaces it.
     *
     * @param values by column
     */
    record Row(Table table, ObjectNode values) implements Entry {
        private static final long ROUGHLY = 4096;

        @Override
        public long size() {
            return ROUGHLY;
        }

        @Override
        public ObjectNode json() {
            ObjectNode json = JSON.createObjectNode();
            json.put("table", table.name());
            json.set("row", values);
            return json;
        }
    }

    /**
     * A row of {@code orchestrator_events}; the first one with its key stays.
     *
     * @param data {@code event_data}, as UTF-8
     * @param raw the line, on part 0
     */
    @SuppressWarnings("ArrayRecordComponent") // large, written once and never compared
    record Event(
            String runId,
            long seq,
            int part,
            @Nullable UUID stepId,
            Instant at,
            String stream,
            String type,
            @Nullable String tool,
            @Nullable String callId,
            @Nullable Boolean error,
            @Nullable Long durationMillis,
            byte[] data,
            byte @Nullable [] raw)
            implements Entry {
        private static final long OVERHEAD = 200;

        @Override
        public long size() {
            return OVERHEAD + data.length + (raw == null ? 0 : raw.length);
        }

        /** The same event where the database refused its data: the line itself stays. */
        Event refused(String why) {
            ObjectNode substitute = JSON.createObjectNode();
            substitute.put("type", type).put("sanitized", true).put("refused", JsonbText.cleaned(why));
            return new Event(
                    runId,
                    seq,
                    part,
                    stepId,
                    at,
                    stream,
                    type,
                    tool,
                    callId,
                    error,
                    durationMillis,
                    JSON.writeValueAsBytes(substitute),
                    raw);
        }

        @Override
        public ObjectNode json() {
            ObjectNode json = JSON.createObjectNode();
            ObjectNode event = json.putObject("event");
            event.put("run_id", runId).put("seq", seq).put("part", part);
            event.put("step_id", stepId == null ? null : stepId.toString());
            event.put("at", at.toString()).put("stream", stream).put("type", type);
            event.put("tool", tool).put("call_id", callId).put("is_error", error);
            event.put("duration_ms", durationMillis);
            event.put("data", Base64.getEncoder().encodeToString(data));
            event.put("raw", raw == null ? null : Base64.getEncoder().encodeToString(raw));
            return json;
        }

        private static Event read(JsonNode event) {
            String step = text(event, "step_id");
            String raw = text(event, "raw");
            return new Event(
                    event.path("run_id").stringValue(),
                    event.path("seq").longValue(),
                    event.path("part").intValue(),
                    step == null ? null : UUID.fromString(step),
                    Instant.parse(event.path("at").stringValue()),
                    event.path("stream").stringValue(),
                    event.path("type").stringValue(),
                    text(event, "tool"),
                    text(event, "call_id"),
                    event.path("is_error").isBoolean() ? event.path("is_error").booleanValue() : null,
                    event.path("duration_ms").isNumber()
                            ? event.path("duration_ms").longValue()
                            : null,
                    Base64.getDecoder().decode(event.path("data").stringValue()),
                    raw == null ? null : Base64.getDecoder().decode(raw));
        }

        private static @Nullable String text(JsonNode event, String name) {
            JsonNode value = event.path(name);
            return value.isString() ? value.stringValue() : null;
        }
    }
}
