package dev.assay.report.stored;

import dev.assay.store.ArchivedRun;
import java.io.IOException;
import java.io.Writer;
import java.sql.SQLException;
import java.util.List;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.StreamWriteFeature;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** All rows of a run in one object: {@code run}, {@code attempts}, {@code results}, {@code events}. */
final class JsonExport implements RunDocument {
    private static final JsonMapper JSON =
            JsonMapper.builder().disable(StreamWriteFeature.AUTO_CLOSE_TARGET).build();

    @Override
    public void write(ArchivedRun run, Events events, Writer out) throws IOException, SQLException {
        try (JsonGenerator json = JSON.createGenerator(out)) {
            json.writeStartObject();
            json.writeName("run");
            JSON.writeTree(json, run.run());
            rows(json, "attempts", run.attempts());
            rows(json, "results", run.results());
            json.writeName("events");
            json.writeStartArray();
            events.each(event -> JSON.writeTree(json, event));
            json.writeEndArray();
            json.writeEndObject();
        }
        out.write('\n');
    }

    private static void rows(JsonGenerator json, String name, List<ObjectNode> rows) {
        json.writeName(name);
        json.writeStartArray();
        rows.forEach(row -> JSON.writeTree(json, row));
        json.writeEndArray();
    }
}
