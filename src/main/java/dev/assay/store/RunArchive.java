package dev.assay.store;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.function.Consumer;
import tools.jackson.databind.node.ObjectNode;

/** Reads from the log database what is stored of one run. */
public final class RunArchive {
    private static final int SUGGESTED = 5;

    private final LogDatabase database;

    public RunArchive(LogDatabase database) {
        this.database = database;
    }

    /**
     * A run without its events, which are many.
     *
     * @param name its id, a beginning of it that no other run has, or {@code latest}
     * @throws IllegalArgumentException where there is no such run, or several; the message names some that are there
     * @throws SQLException where the database cannot be reached
     */
    public ArchivedRun read(String name) throws SQLException {
        try (Connection connection = database.connection()) {
            String id = id(connection, name);
            return new ArchivedRun(
                    rows(connection, "select to_jsonb(r) from orchestrator_runs r where id = ?", id)
                            .get(0),
                    rows(
                            connection,
                            "select to_jsonb(s) from orchestrator_steps s where run_id = ? order by position",
                            id),
                    rows(
                            connection,
                            "select to_jsonb(r) from orchestrator_results r where run_id = ? order by position",
                            id));
        }
    }

    private static String id(Connection connection, String name) throws SQLException {
        String newest = "select to_jsonb(r) from (select id from orchestrator_runs";
        if (name.equals("latest")) {
            List<ObjectNode> last = rows(connection, newest + " order by started_at desc, id desc limit 1) r");
            if (last.isEmpty()) {
                throw new IllegalArgumentException("No run is stored yet. Run an experiment first");
            }
            return last.get(0).path("id").asString();
        }
        List<ObjectNode> found =
                rows(connection, newest + " where starts_with(id, ?) order by id = ? desc, id limit 6) r", name, name);
        if (!found.isEmpty()
                && (found.size() == 1 || found.get(0).path("id").asString().equals(name))) {
            return found.get(0).path("id").asString();
        }
        if (found.isEmpty()) {
            List<ObjectNode> last =
                    rows(connection, newest + " order by started_at desc, id desc limit " + SUGGESTED + ") r");
            throw new IllegalArgumentException("No run's id begins with \"" + name + "\"."
                    + (last.isEmpty() ? " No run is stored yet" : " The last ones are " + ids(last)));
        }
        throw new IllegalArgumentException("The ids of several runs begin with \"" + name + "\": " + ids(found));
    }

    private static String ids(List<ObjectNode> rows) {
        return String.join(
                ", ", rows.stream().map(row -> row.path("id").asString()).toList());
    }

    /**
     * The run's events in the order of its lines, a few at a time in memory. The line as it came stands under
     * {@code raw} of its first event: as text, or as {@code raw_base64} where it is not UTF-8.
     *
     * @param id the run's whole id
     */
    public void events(String id, Consumer<ObjectNode> each) throws SQLException {
        try (Connection connection = database.connection()) {
            connection.setReadOnly(true);
            // without a transaction the driver would fetch all at once
            connection.setAutoCommit(false);
            try (PreparedStatement statement = connection.prepareStatement(
                    "select to_jsonb(e) - 'raw', raw from orchestrator_events e where run_id = ? order by seq, part")) {
                statement.setFetchSize(500);
                statement.setString(1, id);
                try (ResultSet rows = statement.executeQuery()) {
                    while (rows.next()) {
                        ObjectNode event = (ObjectNode) JsonbText.JSON.readTree(rows.getString(1));
                        byte[] raw = rows.getBytes(2);
                        if (raw != null) {
                            raw(event, raw);
                        }
                        each.accept(event);
                    }
                }
            } finally {
                connection.rollback();
            }
        }
    }

    private static void raw(ObjectNode event, byte[] raw) {
        try {
            event.put(
                    "raw",
                    StandardCharsets.UTF_8
                            .newDecoder()
                            .decode(ByteBuffer.wrap(raw))
                            .toString());
        } catch (CharacterCodingException e) {
            event.put("raw_base64", Base64.getEncoder().encodeToString(raw));
        }
    }

    private static List<ObjectNode> rows(Connection connection, String sql, String... parameters) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            for (int i = 0; i < parameters.length; i++) {
                statement.setString(i + 1, parameters[i]);
            }
            List<ObjectNode> all = new ArrayList<>();
            try (ResultSet rows = statement.executeQuery()) {
                while (rows.next()) {
                    all.add((ObjectNode) JsonbText.JSON.readTree(rows.getString(1)));
                }
            }
            return all;
        }
    }
}
