package dev.assay.supabase.realtime;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import com.zaxxer.hikari.HikariPoolMXBean;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;

/**
 * Connections to the project's database as {@code authenticator}, which may do nothing but take on the roles of the API:
 * a policy's function cannot become more than those by way of this room.
 */
final class RealtimeDatabase implements AutoCloseable {
    private static final int SIZE = 8;

    /** What is done in one transaction, which is always undone: this room writes nothing. */
    @FunctionalInterface
    interface Work<T> {
        T run(Connection connection) throws SQLException;
    }

    private final HikariDataSource pool;

    RealtimeDatabase(String jdbcUrl) {
        HikariConfig config = new HikariConfig();
        config.setJdbcUrl(jdbcUrl);
        config.setMaximumPoolSize(SIZE);
        config.setMinimumIdle(0);
        config.setConnectionTimeout(10_000);
        config.setInitializationFailTimeout(-1);
        config.setAutoCommit(false);
        config.setPoolName("supabase-realtime");
        // a plan kept for a statement would outlive the columns it was made for
        config.addDataSourceProperty("prepareThreshold", "0");
        config.addDataSourceProperty("ApplicationName", "realtime_rls");
        // what a policy's functions find without a schema's name, as on requests to REST
        config.setConnectionInitSql("set search_path to \"$user\", public, extensions");
        this.pool = new HikariDataSource(config);
    }

    <T> T undone(Work<T> work) throws SQLException {
        try (Connection connection = pool.getConnection()) {
            try {
                return work.run(connection);
            } finally {
                connection.rollback();
            }
        }
    }

    /** Goes on in the transaction as somebody; of six values, as {@link #fill} sets them. */
    static final String BECOME = "select set_config('role', ?, true), set_config('realtime.topic', ?, true),"
            + " set_config('request.jwt.claims', ?, true), set_config('request.jwt.claim.sub', ?, true),"
            + " set_config('request.jwt.claim.role', ?, true), set_config('request.headers', ?, true)";

    /**
     * Sets the values of {@link #BECOME}.
     *
     * @return the place of the next value
     */
    static int fill(PreparedStatement statement, Tokens.Holder holder, String topic, String headers)
            throws SQLException {
        statement.setString(1, holder.role());
        statement.setString(2, topic);
        statement.setString(3, holder.claims());
        statement.setString(4, holder.subject());
        statement.setString(5, holder.role());
        statement.setString(6, headers);
        return 7;
    }

    /** Goes on in the transaction as somebody; roles that the project does not grant are refused by PostgreSQL. */
    static void become(Connection connection, Tokens.Holder holder, String topic, String headers) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(BECOME)) {
            fill(statement, holder, topic, headers);
            statement.execute();
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
