package dev.assay.analysis;

import dev.assay.store.LogDatabase;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * Reads the log database by the statements in this package's resources. One file may hold several, each after a line
 * {@code -- name: NAME}; {@code runs.sql} is what they all begin with.
 */
final class Rows {
    private static final Pattern NAMED = Pattern.compile("(?m)^-- name: (\\S+)$");
    private static final JsonMapper JSON = JsonMapper.shared();

    private final LogDatabase database;

    Rows(LogDatabase database) {
        this.database = database;
    }

    /** Of the runs that are selected. */
    List<ObjectNode> of(Selection selection, String file, String name) throws SQLException {
        return read(
                resource("runs.sql") + statement(file, name), selection.asked().toString());
    }

    /** Of one run. */
    List<ObjectNode> of(String run, String file, String name) throws SQLException {
        return read(statement(file, name), run);
    }

    private List<ObjectNode> read(String sql, String parameter) throws SQLException {
        try (Connection connection = database.connection()) {
            connection.setReadOnly(true);
            connection.setAutoCommit(false);
            try (Statement plain = connection.createStatement();
                    PreparedStatement statement =
                            connection.prepareStatement("select to_jsonb(x) from (" + sql + ") x")) {
                // compiling such a statement takes longer than running it
                plain.execute("set local jit = off");
                statement.setString(1, parameter);
                List<ObjectNode> all = new ArrayList<>();
                try (ResultSet rows = statement.executeQuery()) {
                    while (rows.next()) {
                        all.add((ObjectNode) JSON.readTree(rows.getString(1)));
                    }
                }
                return all;
            } finally {
                connection.rollback();
                connection.setReadOnly(false);
                connection.setAutoCommit(true);
            }
        }
    }

    private static String statement(String file, String name) {
        String text = resource(file);
        Matcher named = NAMED.matcher(text);
        while (named.find()) {
            if (named.group(1).equals(name)) {
                int begin = named.end();
                return text.substring(begin, named.find() ? named.start() : text.length());
            }
        }
        throw new IllegalStateException(file + " has no statement " + name);
    }

    private static String resource(String file) {
        try (InputStream in = Rows.class.getResourceAsStream(file)) {
            if (in == null) {
                throw new IllegalStateException(file + " is not among the resources");
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(file + " cannot be read", e);
        }
    }

    static String text(JsonNode row, String name) {
        return row.path(name).asString("");
    }
}
