package dev.assay.target;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Savepoint;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.postgresql.PGConnection;
import org.postgresql.copy.CopyManager;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * The data of a database in a folder: one file of PostgreSQL's COPY text for each table that holds any, and
 * {@code data.json}, which says which they are and where the sequences stand. Not the schema: migrations make that.
 */
final class DataCopy {
    private static final String LIST = "data.json";
    private static final JsonMapper JSON = JsonMapper.shared();

    private final String url;

    /** @param url JDBC URL of a role that may switch triggers off */
    DataCopy(String url) {
        this.url = url;
    }

    void save(Path folder) {
        try (Connection connection = DriverManager.getConnection(url)) {
            Files.createDirectories(folder);
            connection.setAutoCommit(false);
            connection.setTransactionIsolation(Connection.TRANSACTION_REPEATABLE_READ);
            ObjectNode list = JSON.createObjectNode();
            CopyManager copies = connection.unwrap(PGConnection.class).getCopyAPI();
            int number = 0;
            for (Table table : tables(connection)) {
                Path file = folder.resolve(++number + ".copy");
                try (OutputStream out = Files.newOutputStream(file)) {
                    copies.copyOut("copy " + table.copied() + " to stdout", out);
                }
                ObjectNode entry = list.withArray("tables").addObject();
                entry.put("name", table.name())
                        .put("columns", table.columns())
                        .put("file", file.getFileName().toString());
            }
            sequences(connection, list);
            connection.rollback();
            Files.writeString(folder.resolve(LIST), list.toPrettyString() + "\n");
        } catch (SQLException e) {
            throw new TargetUnavailable("The target's data cannot be read: " + e.getMessage(), e);
        } catch (IOException e) {
            throw new UncheckedIOException("the target's data cannot be kept in " + folder, e);
        }
    }

    List<String> restore(Path folder) {
        List<String> lost = new ArrayList<>();
        try (Connection connection = DriverManager.getConnection(url)) {
            JsonNode list = JSON.readTree(Files.readString(folder.resolve(LIST)));
            connection.setAutoCommit(false);
            execute(connection, "set local session_replication_role = replica"); // no triggers, no foreign keys
            // also those that were empty: migrations may have filled them
            for (Table table : tables(connection)) {
                execute(connection, "delete from " + table.name());
            }
            CopyManager copies = connection.unwrap(PGConnection.class).getCopyAPI();
            for (JsonNode table : list.path("tables")) {
                String name = table.path("name").asString();
                Savepoint savepoint = connection.setSavepoint();
                try (InputStream in =
                        Files.newInputStream(folder.resolve(table.path("file").asString()))) {
                    copies.copyIn("copy " + name + " " + table.path("columns").asString() + " from stdin", in);
                } catch (SQLException e) {
                    connection.rollback(savepoint);
                    lost.add(name + ": " + e.getMessage());
                }
            }
            for (JsonNode sequence : list.path("sequences")) {
                restoreSequence(connection, sequence, lost);
            }
            connection.commit();
            return lost;
        } catch (SQLException e) {
            throw new TargetUnavailable("The target's data cannot be put back: " + e.getMessage(), e);
        } catch (IOException e) {
            throw new UncheckedIOException("the target's data in " + folder + " cannot be read", e);
        }
    }

    private static void restoreSequence(Connection connection, JsonNode sequence, List<String> lost)
            throws SQLException {
        Savepoint savepoint = connection.setSavepoint();
        try (PreparedStatement statement = connection.prepareStatement("select setval(?::regclass, ?)")) {
            statement.setString(1, sequence.path("name").asString());
            statement.setLong(2, sequence.path("last").asLong());
            statement.execute();
        } catch (SQLException e) {
            connection.rollback(savepoint);
            lost.add(sequence.path("name").asString() + ": " + e.getMessage());
        }
    }

    private static void sequences(Connection connection, ObjectNode list) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(resource("sequences.sql"))) {
            while (rows.next()) {
                list.withArray("sequences")
                        .addObject()
                        .put("name", rows.getString(1))
                        .put("last", rows.getLong(2));
            }
        }
    }

    /**
     * A table as SQL names it.
     *
     * @param columns those that can be written, in brackets
     */
    private record Table(String name, String columns) {
        String copied() {
            return name + " " + columns;
        }
    }

    private static List<Table> tables(Connection connection) throws SQLException {
        List<Table> tables = new ArrayList<>();
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(resource("tables.sql"))) {
            while (rows.next()) {
                String columns =
                        Stream.of((String[]) rows.getArray(2).getArray()).collect(Collectors.joining(", ", "(", ")"));
                tables.add(new Table(rows.getString(1), columns));
            }
        }
        return tables;
    }

    private static void execute(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    private static String resource(String name) {
        try (InputStream in = DataCopy.class.getResourceAsStream(name)) {
            if (in == null) {
                throw new IllegalStateException(name + " is missing from the class path; build Assay again");
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new IllegalStateException(name + " cannot be read from the class path", e);
        }
    }
}
