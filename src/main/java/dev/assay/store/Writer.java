package dev.assay.store;

import dev.assay.postgres.PostgresUnavailable;
import java.io.IOException;
import java.io.PrintStream;
import java.sql.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The thread that writes to the database what waits in the outbox: at once where nothing else came, else what gathers in
 * a few milliseconds. While the database is away it tries again, more and more slowly, and says so once. It also renews
 * the runs' heartbeats.
 */
final class Writer implements Runnable {
    /** Long enough to gather some rows from many agents at once, and too short to see. */
    private static final Duration WINDOW = Duration.ofMillis(5);

    private static final Duration HEARTBEAT = Duration.ofSeconds(5);
    /** How often runs are looked for whose process died. */
    private static final Duration ROUNDS = Duration.ofSeconds(30);

    private static final Duration FIRST_PAUSE = Duration.ofMillis(100);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(5);

    private final LogDatabase database;
    private final Outbox outbox;
    private final PrintStream console;
    private final Batch batch;
    private final Set<String> alive = ConcurrentHashMap.newKeySet();
    private long lastWrite = System.nanoTime() - WINDOW.toNanos();
    private long lastHeartbeat = System.nanoTime();
    private final InterruptedRuns interrupted;
    private long nextRound = System.nanoTime();
    private boolean away;

    /** @param host this machine's name, as runs say it */
    Writer(LogDatabase database, Outbox outbox, String host, PrintStream console) {
        this.database = database;
        this.outbox = outbox;
        this.console = console;
        this.interrupted = new InterruptedRuns(host);
        this.batch = new Batch(complaint -> console.println("warning: " + complaint));
    }

    void runs(String runId) {
        alive.add(runId);
    }

    void ended(String runId) {
        alive.remove(runId);
    }

    @Override
    public void run() {
        Duration pause = FIRST_PAUSE;
        try {
            while (true) {
                Optional<List<Entry>> entries = Optional.empty();
                try {
                    gather();
                    entries = outbox.take(HEARTBEAT);
                    if (entries.isEmpty() && outbox.isClosed()) {
                        return;
                    }
                    write(entries);
                    pause = FIRST_PAUSE;
                    if (away) {
                        away = false;
                        console.println("The log database is back; what was kept is written now.");
                    }
                } catch (SQLException | RuntimeException e) {
                    // also what should not happen: the thread must not end while runs depend on it
                    sayAway(e);
                    Thread.sleep(pause.toMillis());
                    pause = pause.multipliedBy(2).compareTo(LONGEST_PAUSE) < 0 ? pause.multipliedBy(2) : LONGEST_PAUSE;
                } catch (IOException e) {
                    if (outbox.isClosed()) {
                        return;
                    }
                    console.println("warning: what a run's folder keeps for the log database cannot be read: " + e
                            + ". Check the disk; it is tried again.");
                    Thread.sleep(LONGEST_PAUSE.toMillis());
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // the store is closed; it keeps what is left
        }
    }

    private void gather() throws InterruptedException {
        long since = System.nanoTime() - lastWrite;
        long left = WINDOW.toNanos() - since;
        if (left > 0 && !outbox.isClosed()) {
            Thread.sleep(left / 1_000_000, (int) (left % 1_000_000));
        }
    }

    private void write(Optional<List<Entry>> entries) throws SQLException, IOException {
        boolean beat = System.nanoTime() - lastHeartbeat >= HEARTBEAT.toNanos() && !alive.isEmpty();
        if (entries.isEmpty() && !beat) {
            return;
        }
        try (Connection connection = database.connection()) {
            if (entries.isPresent()) {
                batch.write(connection, entries.get());
                lastWrite = System.nanoTime();
                outbox.written();
                // a run's row may be written long after the run began: it must not look silent until the next beat
                beat |= entries.get().stream().anyMatch(Writer::isRun) && !alive.isEmpty();
            }
            if (beat) {
                heartbeat(connection);
                lastHeartbeat = System.nanoTime();
            }
            if (System.nanoTime() - nextRound >= 0) {
                nextRound = System.nanoTime() + ROUNDS.toNanos();
                for (String run : interrupted.mark(connection, alive)) {
                    console.println("Run " + run + " is marked as interrupted, as its process died. `assay resume "
                            + run + "` goes on with it.");
                }
            }
        }
    }

    private static boolean isRun(Entry entry) {
        return entry instanceof Entry.Row row && row.table() == Entry.Table.RUNS;
    }

    private void heartbeat(Connection connection) throws SQLException {
        connection.setAutoCommit(false);
        try (PreparedStatement statement = connection.prepareStatement(
                "update public.orchestrator_runs set heartbeat_at = now() where id = any (?) and status = 'running'")) {
            Array ids = connection.createArrayOf("text", alive.toArray());
            statement.setArray(1, ids);
            statement.executeUpdate();
            connection.commit();
        }
    }

    private void sayAway(Exception e) {
        if (!away) {
            away = true;
            console.println("warning: " + said(e) + "\n  The run goes on; its folder keeps what the log database"
                    + " misses, and it is written when the database is back.");
        }
    }

    private static String said(Exception e) {
        boolean expected = e instanceof SQLException || e instanceof PostgresUnavailable;
        return expected ? String.valueOf(e.getMessage()) : "The log database cannot be written: " + e;
    }
}
