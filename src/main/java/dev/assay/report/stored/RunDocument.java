package dev.assay.report.stored;

import dev.assay.store.ArchivedRun;
import java.io.IOException;
import java.io.Writer;
import java.sql.SQLException;
import java.util.function.Consumer;
import tools.jackson.databind.node.ObjectNode;

/** A form that a stored run is written in. */
public interface RunDocument {
    /** A run's events, which are read one by one: they are too many to be held. */
    interface Events {
        void each(Consumer<ObjectNode> to) throws SQLException;
    }

    /**
     * Writes the whole document and closes nothing.
     *
     * @throws SQLException where the events cannot be read
     */
    void write(ArchivedRun run, Events events, Writer out) throws IOException, SQLException;
}
