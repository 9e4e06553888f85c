package dev.assay.supabase.rest;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.postgresql.PGConnection;
import org.postgresql.PGNotification;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The catalog, kept until the database says that it changed: by {@code NOTIFY pgrst}, which Supabase sends after DDL.
 *
 * <p>Listening costs a connection of its own, closed with the cache.
 */
final class SchemaCache implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(SchemaCache.class);
    private static final int POLL_MILLIS = 250;

    private final Database database;
    private final CatalogReader reader;
    private final String jdbcUrl;
    private final CountDownLatch closed = new CountDownLatch(1);
    private final Thread listener;
    private volatile @Nullable Catalog catalog;
    /** {@link System#nanoTime} of the last moment that is known to have changed the schema. */
    private volatile long changedAt;

    SchemaCache(Database database, RestSettings settings) {
        this.database = database;
        this.jdbcUrl = settings.jdbcUrl();
        this.reader = new CatalogReader(settings);
        this.changedAt = System.nanoTime();
        this.listener = new Thread(this::listen, "supabase-rest-schema");
        listener.setDaemon(true);
        listener.start();
    }

    Catalog current() throws SQLException {
        return newerThan(changedAt);
    }

    /** A catalog that was read after the given {@link System#nanoTime}. */
    Catalog newerThan(long moment) throws SQLException {
        Catalog known = catalog;
        if (known != null && known.loadedAt() - moment > 0) {
            return known;
        }
        return load(moment);
    }

    /** Has the catalog read again before it is used. */
    void forget() {
        changedAt = System.nanoTime();
    }

    private synchronized Catalog load(long moment) throws SQLException {
        Catalog known = catalog;
        if (known == null || known.loadedAt() - moment <= 0) {
            known = database.transaction(
                    Map.of(), true, connection -> new Database.Outcome<>(reader.read(connection), true));
            catalog = known;
        }
        return known;
    }

    private void listen() {
        boolean told = false;
        while (!isClosed(0)) {
            try (Connection connection = DriverManager.getConnection(jdbcUrl)) {
                try (Statement statement = connection.createStatement()) {
                    statement.execute("listen pgrst");
                }
                // what was sent while nobody listened is lost
                changedAt = System.nanoTime();
                told = false;
                while (!isClosed(0)) {
                    PGNotification[] notes =
                            connection.unwrap(PGConnection.class).getNotifications(POLL_MILLIS);
                    if (notes != null && notes.length > 0) {
                        changedAt = System.nanoTime();
                    }
                }
            } catch (SQLException e) {
                if (!told && !isClosed(0)) {
                    LOG.info("The schema cache cannot listen to PostgreSQL and will try again: {}", e.getMessage());
                    told = true;
                }
                if (isClosed(POLL_MILLIS)) {
                    return;
                }
            }
        }
    }

    private boolean isClosed(long millis) {
        try {
            return closed.await(millis, TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return true;
        }
    }

    @Override
    public void close() {
        closed.countDown();
        try {
            listener.join(TimeUnit.SECONDS.toMillis(5));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
