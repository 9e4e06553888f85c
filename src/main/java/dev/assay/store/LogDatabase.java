package dev.assay.store;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import dev.assay.postgres.SharedCluster;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The log database: the embedded one in the user's data folder, or the one that {@code store-url} names. It is opened,
 * started and brought to the newest schema by the first {@link #connection()}, so that a run need not wait for it, nor
 * fail without it.
 */
public final class LogDatabase implements AutoCloseable {
    private static final int POOL = 4;
    private static final long CONNECT_MILLIS = 10_000;
    /** How long the embedded one stays when its last user is gone: the next command finds it running. */
    private static final Duration GRACE = Duration.ofSeconds(10);

    private final Source source;
    private @Nullable HikariDataSource pool;
    private boolean closed;

    private LogDatabase(Source source) {
        this.source = source;
    }

    /**
     * The database that the option names, else the embedded one.
     *
     * @param storeUrl a JDBC URL, or {@code postgresql://user:password@host/database}; empty for the embedded one
     * @param data the user's data folder for Assay
     * @param cache the user's cache folder for Assay
     * @throws IllegalArgumentException where the URL cannot be one
     */
    public static LogDatabase of(Optional<String> storeUrl, Path data, Path cache) {
        return storeUrl.map(LogDatabase::at).orElseGet(() -> embedded(data, cache, GRACE));
    }

    static LogDatabase embedded(Path data, Path cache, Duration grace) {
        return new LogDatabase(new Embedded(data, cache, grace));
    }

    /** The database that a URL names. */
    public static LogDatabase at(String storeUrl) {
        return new LogDatabase(new Named(StoreAddress.parse(storeUrl)));
    }

    /**
     * A connection from a small pool, to be closed after use; the schema is in place.
     *
     * @throws SQLException where the database cannot be reached; the message names it
     * @throws dev.assay.postgres.PostgresUnavailable where the embedded one cannot be started
     */
    public Connection connection() throws SQLException {
        try {
            return pool().getConnection();
        } catch (SQLException e) {
            Throwable reason = e.getCause() == null ? e : e.getCause();
            if (reason instanceof dev.assay.postgres.PostgresUnavailable unavailable) {
                throw unavailable;
            }
            throw new SQLException(
                    "The log database " + source.shown() + " cannot be reached: " + reason.getMessage(), "08001", e);
        }
    }

    private synchronized HikariDataSource pool() throws SQLException {
        if (closed) {
            throw new SQLException("it is closed", "08003");
        }
        HikariDataSource open = pool;
        if (open == null) {
            // one plain connection first: its error is the true one, not the pool's
            try (Connection connection = source.getConnection()) {
                Migrations.apply(connection, source);
            }
            HikariConfig config = new HikariConfig();
            config.setPoolName("assay-log");
            config.setDataSource(source);
            config.setMaximumPoolSize(POOL);
            config.setMinimumIdle(0);
            config.setConnectionTimeout(CONNECT_MILLIS);
            config.setInitializationFailTimeout(-1);
            open = new HikariDataSource(config);
            pool = open;
        }
        return open;
    }

    /** The newest schema, which every connection finds: the name of its last migration, such as {@code V1__orchestrator}. */
    public static String schema() {
        return Migrations.FILES.get(Migrations.FILES.size() - 1).replaceFirst("[.]sql$", "");
    }

    /** Where it is, without anything secret. */
    public String shown() {
        return source.shown();
    }

    @Override
    public synchronized void close() {
        closed = true;
        if (pool != null) {
            pool.close();
        }
        source.close();
    }

    /** Makes connections, one at a time. */
    private abstract static class Source extends PlainDataSource {
        abstract String shown();

        abstract void close();
    }

    private static final class Named extends Source {
        private final StoreAddress address;

        Named(StoreAddress address) {
            this.address = address;
        }

        @Override
        public Connection getConnection() throws SQLException {
            return DriverManager.getConnection(address.jdbcUrl());
        }

        @Override
        String shown() {
            return address.shown();
        }

        @Override
        void close() {
            // nothing is held
        }
    }

    /** Joins the shared cluster, and joins again where it went away: then it is started anew, on another port. */
    private static final class Embedded extends Source {
        private final Path data;
        private final Path cache;
        private final Duration grace;
        private @Nullable SharedCluster cluster;
        private boolean closed;

        Embedded(Path data, Path cache, Duration grace) {
            this.data = data;
            this.cache = cache;
            this.grace = grace;
        }

        @Override
        public Connection getConnection() throws SQLException {
            SharedCluster joined = joined(null);
            try {
                return DriverManager.getConnection(joined.jdbcUrl());
            } catch (SQLException e) {
                if (e.getSQLState() == null || !e.getSQLState().startsWith("08")) {
                    throw e;
                }
                return DriverManager.getConnection(joined(joined).jdbcUrl());
            }
        }

        /** @param gone the one that did not answer */
        private synchronized SharedCluster joined(@Nullable SharedCluster gone) throws SQLException {
            if (closed) {
                throw new SQLException("the log database is closed", "08003");
            }
            SharedCluster current = cluster;
            if (current != null && current != gone) {
                return current;
            }
            try {
                SharedCluster joined = SharedCluster.join(data, cache, grace);
                if (current != null) {
                    current.close();
                }
                cluster = joined;
                return joined;
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new SQLException("interrupted while the log database was started", "08001", e);
            }
        }

        @Override
        String shown() {
            return data.resolve("log-db").toString();
        }

        @Override
        synchronized void close() {
            closed = true;
            if (cluster != null) {
                cluster.close();
            }
        }
    }
}
