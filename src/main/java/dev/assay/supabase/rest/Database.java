package dev.assay.supabase.rest;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import com.zaxxer.hikari.HikariPoolMXBean;
import com.zaxxer.hikari.pool.HikariPool;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;
import java.util.Map;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/** Connections to the project's database, each used for one transaction at a time. */
final class Database implements AutoCloseable {
    private static final int OPEN_MILLIS = 2_000;
    private static final int WAIT_SECONDS = 10;
    private static final int TRIES = 3;

    /** What is done in a transaction. */
    @FunctionalInterface
    interface Work<T> {
        Outcome<T> run(Connection connection) throws SQLException;
    }

    /**
     * @param commit else everything is undone
     */
    record Outcome<T>(T value, boolean commit) {}

    private final HikariDataSource pool;
    private final Semaphore permits;

    Database(String jdbcUrl, int size) {
        HikariConfig config = new HikariConfig();
        config.setJdbcUrl(jdbcUrl);
        config.setMaximumPoolSize(size);
        config.setMinimumIdle(0);
        config.setIdleTimeout(TimeUnit.MINUTES.toMillis(1));
        config.setConnectionTimeout(OPEN_MILLIS);
        config.setValidationTimeout(1_000);
        config.setInitializationFailTimeout(-1);
        config.setAutoCommit(false);
        config.setPoolName("supabase-rest");
        // a plan kept for a statement would outlive the columns it was made for
        config.addDataSourceProperty("prepareThreshold", "0");
        config.addDataSourceProperty("connectTimeout", "2");
        config.addDataSourceProperty("ApplicationName", "postgrest");
        this.pool = new HikariDataSource(config);
        this.permits = new Semaphore(size, true);
    }

    /**
     * Runs work in one transaction.
     *
     * @param settings set for it before, in this order
     * @throws Refusal 504 when no connection was free for ten seconds
     */
    <T> T transaction(Map<String, String> settings, boolean readOnly, Work<T> work) throws SQLException {
        try {
            // waiting for others is told apart from waiting for a server that is gone
            if (!permits.tryAcquire(WAIT_SECONDS, TimeUnit.SECONDS)) {
                throw Refusal.of(504, "PGRST003", "Timed out acquiring connection from connection pool.", null, null);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new SQLException("interrupted while waiting for a connection", "08000", e);
        }
        try {
            return begun(settings, readOnly, work);
        } finally {
            permits.release();
        }
    }

    private <T> T begun(Map<String, String> settings, boolean readOnly, Work<T> work) throws SQLException {
        SQLException lost = null;
        for (int attempt = 0; attempt < TRIES; attempt++) {
            try (Connection connection = open()) {
                try {
                    connection.setReadOnly(readOnly);
                    configure(connection, settings);
                } catch (SQLException e) {
                    // nothing was done yet, and a server that was started again may be behind the next connection
                    if (PgError.isLostConnection(e)) {
                        lost = e;
                        continue;
                    }
                    throw e;
                }
                return ended(connection, work);
            }
        }
        throw new SQLException("the connection to PostgreSQL was lost: " + lost, "08006", lost);
    }

    private Connection open() throws SQLException {
        try {
            return pool.getConnection();
        } catch (SQLTransientConnectionException | HikariPool.PoolInitializationException e) {
            throw new SQLException("PostgreSQL does not answer: " + e.getMessage(), "08001", e);
        }
    }

    private static <T> T ended(Connection connection, Work<T> work) throws SQLException {
        Outcome<T> outcome;
        try {
            outcome = work.run(connection);
        } catch (SQLException | RuntimeException e) {
            undo(connection, e);
            throw e;
        }
        if (outcome.commit()) {
            connection.commit();
        } else {
            connection.rollback();
        }
        return outcome.value();
    }

    private static void undo(Connection connection, Exception cause) {
        try {
            connection.rollback();
        } catch (SQLException e) {
            // the pool closes such a connection, which undoes the work as well
            cause.addSuppressed(e);
        }
    }

    private static void configure(Connection connection, Map<String, String> settings) throws SQLException {
        if (settings.isEmpty()) {
            return;
        }
        Sql sql = new Sql().add("select ");
        String comma = "";
        for (Map.Entry<String, String> setting : settings.entrySet()) {
            sql.add(comma)
                    .add("set_config(")
                    .bindText(setting.getKey())
                    .add(", ")
                    .bindText(setting.getValue());
            sql.add(", true)");
            comma = ", ";
        }
        try (PreparedStatement statement = connection.prepareStatement(sql.text())) {
            sql.fill(statement);
            try (ResultSet rows = statement.executeQuery()) {
                rows.next();
            }
        }
    }

    /** Replaces the connections; those at work when they are done. */
    void reconnect() {
        HikariPoolMXBean connections = pool.getHikariPoolMXBean();
        if (connections != null) {
            connections.softEvictConnections();
        }
    }

    @Override
    public void close() {
        pool.close();
    }
}
