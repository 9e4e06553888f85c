package dev.assay.report.stored;

import dev.assay.store.ArchivedRun;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.sql.SQLException;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** A row a line: {@code {"kind": "run", "row": {…}}}, then {@code attempt}, {@code result} and {@code event}. */
final class JsonLinesExport implements RunDocument {
    private static final JsonMapper JSON = new JsonMapper();

    @Override
    public void write(ArchivedRun run, Events events, Writer out) throws IOException, SQLException {
        line(out, "run", run.run());
        run.attempts().forEach(row -> line(out, "attempt", row));
        run.results().forEach(row -> line(out, "result", row));
        events.each(row -> line(out, "event", row));
    }

    private static void line(Writer out, String kind, ObjectNode row) {
        ObjectNode line = JSON.createObjectNode().put("kind", kind);
        line.set("row", row);
        try {
            out.write(JSON.writeValueAsString(line));
            out.write('\n');
        } catch (IOException e) {
            throw new UncheckedIOException("the export cannot be written: " + e.getMessage(), e);
        }
    }
}
