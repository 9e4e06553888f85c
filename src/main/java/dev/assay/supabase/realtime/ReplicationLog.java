package dev.assay.supabase.realtime;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.function.BiPredicate;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.postgresql.PGConnection;
import org.postgresql.replication.PGReplicationStream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Follows the database's write-ahead log through a temporary slot, which goes with its connection. A connection that is
 * lost is made again; what was committed meanwhile is not told, as with the service.
 */
final class ReplicationLog implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(ReplicationLog.class);
    private static final long FIRST_PAUSE_MILLIS = 50;
    private static final long LONGEST_PAUSE_MILLIS = 2_000;
    private static final long SLOT_GONE_MILLIS = 20_000;
    private static final long POLL_MILLIS = 5;

    private final String url;
    private final BiPredicate<String, String> wanted;
    private final Consumer<Change.Batch> batches;
    private final Runnable restored;
    private @Nullable Thread thread;
    private @Nullable Connection connection;
    private @Nullable String slot;
    private boolean ready;
    private boolean closed;

    /**
     * @param url of the project's database, as a role that may replicate
     * @param wanted tables, by schema and name, whose changes are read
     * @param batches takes each transaction; the next one waits for it
     * @param restored called when changes flow again after a lost connection
     */
    ReplicationLog(String url, BiPredicate<String, String> wanted, Consumer<Change.Batch> batches, Runnable restored) {
        this.url = url;
        this.wanted = wanted;
        this.batches = batches;
        this.restored = restored;
    }

    /**
     * Starts to follow where that was not done, and waits until every commit from now on is seen.
     *
     * @return false when that did not come in time; it is tried on
     */
    synchronized boolean follow(long millis) throws InterruptedException {
        if (thread == null && !closed) {
            Thread started = new Thread(this::run, "supabase-realtime-log");
            started.setDaemon(true);
            thread = started;
            started.start();
        }
        long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis);
        while (!ready && !closed) {
            long left = TimeUnit.NANOSECONDS.toMillis(end - System.nanoTime());
            if (left <= 0) {
                return false;
            }
            wait(left);
        }
        return ready;
    }

    private void run() {
        long pause = FIRST_PAUSE_MILLIS;
        boolean again = false;
        while (!isClosed()) {
            try (Connection opened = DriverManager.getConnection(
                    url + "&replication=database&preferQueryMode=simple&assumeMinServerVersion=17"
                            + "&ApplicationName=realtime_replication_connection")) {
                String name = "realtime_" + UUID.randomUUID().toString().replace("-", "");
                if (!opened(opened, name)) {
                    return;
                }
                PGReplicationStream stream = stream(opened, name);
                ready(true);
                pause = FIRST_PAUSE_MILLIS;
                if (again) {
                    restored.run();
                }
                read(stream);
            } catch (SQLException e) {
                ready(false);
                if (!isClosed()) {
                    LOG.warn("Realtime lost the database's log and follows it again: {}", e.getMessage());
                }
            } catch (RuntimeException e) {
                ready(false);
                LOG.error("Realtime broke on the database's log and follows it again", e);
            }
            again = true;
            pause = pause(pause);
        }
    }

    private synchronized boolean opened(Connection opened, String name) {
        connection = opened;
        slot = name;
        return !closed;
    }

    private synchronized boolean isClosed() {
        return closed;
    }

    private synchronized void ready(boolean now) {
        ready = now;
        notifyAll();
    }

    /** Waits before the next try, longer each time; the end of waiting is not late. */
    private synchronized long pause(long millis) {
        if (!closed) {
            try {
                wait(millis);
            } catch (InterruptedException e) {
                closed = true; // only somebody who wants the thread to end interrupts it
            }
        }
        return Math.min(LONGEST_PAUSE_MILLIS, millis * 2);
    }

    private static PGReplicationStream stream(Connection opened, String name) throws SQLException {
        PGConnection pg = opened.unwrap(PGConnection.class);
        pg.getReplicationAPI()
                .createReplicationSlot()
                .logical()
                .withSlotName(name)
                .withOutputPlugin("test_decoding")
                .withTemporaryOption()
                .make();
        return pg.getReplicationAPI()
                .replicationStream()
                .logical()
                .withSlotName(name)
                .withSlotOption("include-xids", true)
                .withSlotOption("include-timestamp", true)
                .withSlotOption("skip-empty-xacts", true)
                .withStatusInterval(5, TimeUnit.SECONDS)
                .start();
    }

    private void read(PGReplicationStream stream) throws SQLException {
        List<Change> changes = new ArrayList<>();
        while (!isClosed()) {
            ByteBuffer bytes = stream.read();
            if (bytes == null) {
                return;
            }
            String line = new String(
                    bytes.array(), bytes.arrayOffset() + bytes.position(), bytes.remaining(), StandardCharsets.UTF_8);
            if (line.startsWith("COMMIT ")) {
                if (!changes.isEmpty()) {
                    batches.accept(batch(line, changes));
                    changes = new ArrayList<>();
                }
                stream.setFlushedLSN(stream.getLastReceiveLSN());
                stream.setAppliedLSN(stream.getLastReceiveLSN());
            } else {
                Change.read(line, wanted).ifPresent(changes::add);
            }
        }
    }

    /** Of {@code COMMIT 748 (at 2026-01-31 10:00:00.123456+00)}. */
    private static Change.Batch batch(String line, List<Change> changes) {
        String[] parts = line.split(" ", 4);
        String time = parts[3].substring(0, parts[3].length() - 1);
        String[] dateAndTime = time.split(" ", 2);
        String clock = dateAndTime[1].split("[+-]", 2)[0];
        String millis = (clock.contains(".") ? clock : clock + ".") + "000";
        return new Change.Batch(parts[1], dateAndTime[0] + "T" + millis.substring(0, 12) + "Z", changes);
    }

    /** Stops, and waits until the server let go of the slot: a database that has one cannot be dropped. */
    @Override
    public void close() {
        Connection open;
        Thread running;
        synchronized (this) {
            closed = true;
            open = connection;
            running = thread;
            notifyAll();
        }
        if (running == null) {
            return;
        }
        try {
            if (open != null) {
                open.abort(Runnable::run); // a blocked read ends with the socket
            }
            running.join(SLOT_GONE_MILLIS);
            awaitSlotGone();
        } catch (SQLException e) {
            LOG.debug("The connection of the database's log was closed already: {}", e.toString());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void awaitSlotGone() throws SQLException, InterruptedException {
        String name = slot;
        if (name == null) {
            return;
        }
        long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(SLOT_GONE_MILLIS);
        try (Connection asking = DriverManager.getConnection(url);
                PreparedStatement statement =
                        asking.prepareStatement("select 1 from pg_replication_slots where slot_name = ?")) {
            statement.setString(1, name);
            while (System.nanoTime() - end < 0) {
                try (ResultSet rows = statement.executeQuery()) {
                    if (!rows.next()) {
                        return;
                    }
                }
                Thread.sleep(POLL_MILLIS);
            }
        }
        LOG.warn("PostgreSQL still holds the replication slot {} after {} ms", name, SLOT_GONE_MILLIS);
    }
}
