package dev.assay.store;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;

/**
 * Made-up runs, so that the analysis can be tried before there are real ones. Each is marked: its source is {@code demo},
 * and its id begins with {@code demo-}. The same seed gives the same runs.
 */
public final class DemoRuns {
    private static final String SCRIPT = "demo-runs.sql";

    private final LogDatabase database;

    public DemoRuns(LogDatabase database) {
        this.database = database;
    }

    /**
     * What a log database holds.
     *
     * @param demo runs that are made up
     * @param others all others
     */
    public record Held(long demo, long others) {}

    /** @throws SQLException where the database cannot be reached */
    public Held held() throws SQLException {
        try (Connection connection = database.connection();
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery("select count(*) filter (where source = 'demo'),"
                        + " count(*) filter (where source <> 'demo') from orchestrator_runs")) {
            row.next();
            return new Held(row.getLong(1), row.getLong(2));
        }
    }

    /**
     * Writes runs in one transaction, in place of those made up before.
     *
     * @param runs how many
     * @param seed what all chance comes from
     * @param calls how many tool calls more than usual each call of an agent makes; 0 for runs of 200 events or so
     * @throws SQLException where the database cannot be reached or refuses; nothing is changed then
     */
    public void write(int runs, long seed, int calls) throws SQLException {
        if (runs < 1 || calls < 0) {
            throw new IllegalArgumentException("no demo of " + runs + " runs and " + calls + " calls");
        }
        String script = script().replace("${runs}", String.valueOf(runs))
                .replace("${seed}", String.valueOf(seed))
                .replace("${calls}", String.valueOf(calls));
        try (Connection connection = database.connection()) {
            connection.setAutoCommit(false);
            try {
                remove(connection);
                try (Statement statement = connection.createStatement()) {
                    // planning for a compiler that takes longer than the statement
                    statement.execute("set local jit = off");
                    statement.execute(script);
                }
                connection.commit();
            } finally {
                connection.rollback();
                connection.setAutoCommit(true);
            }
        }
    }

    /**
     * Removes all runs that are made up.
     *
     * @return how many there were
     */
    public int remove() throws SQLException {
        try (Connection connection = database.connection()) {
            return remove(connection);
        }
    }

    private static int remove(Connection connection) throws SQLException {
        try (PreparedStatement statement =
                connection.prepareStatement("delete from orchestrator_runs where source = 'demo'")) {
            return statement.executeUpdate();
        }
    }

    private static String script() {
        try (InputStream in = DemoRuns.class.getResourceAsStream(SCRIPT)) {
            if (in == null) {
                throw new IllegalStateException(SCRIPT + " is not among the resources");
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(SCRIPT + " cannot be read", e);
        }
    }
}
