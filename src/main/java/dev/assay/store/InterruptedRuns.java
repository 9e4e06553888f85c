package dev.assay.store;

import java.sql.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

/**
 * Finds runs whose process died, by their heartbeat, and marks them: a run that says "running" and is silent for a
 * minute, or for a few beats where its process was on this machine and is gone.
 */
final class InterruptedRuns {
    private static final Duration SILENT = Duration.ofMinutes(1);
    private static final Duration SILENT_AND_GONE = Duration.ofSeconds(15);

    private final String host;

    /** @param host this machine's name, as runs say it */
    InterruptedRuns(String host) {
        this.host = host;
    }

    /**
     * Marks them, and the calls that they had under way.
     *
     * @param alive runs of this process
     * @return their ids
     */
    List<String> mark(Connection connection, Collection<String> alive) throws SQLException {
        connection.setAutoCommit(false);
        List<String> dead = new ArrayList<>();
        try (PreparedStatement statement = connection.prepareStatement("""
                select id, host, pid, coalesce(heartbeat_at, started_at), now()
                from public.orchestrator_runs where status = 'running' and id <> all (?)""")) {
            statement.setArray(1, connection.createArrayOf("text", alive.toArray()));
            try (ResultSet rows = statement.executeQuery()) {
                while (rows.next()) {
                    Duration silent = Duration.between(instant(rows.getTimestamp(4)), instant(rows.getTimestamp(5)));
                    boolean gone = !host.isEmpty()
                            && host.equals(rows.getString(2))
                            && ProcessHandle.of(rows.getLong(3)).isEmpty();
                    if (silent.compareTo(gone ? SILENT_AND_GONE : SILENT) > 0) {
                        dead.add(rows.getString(1));
                    }
                }
            }
        }
        if (!dead.isEmpty()) {
            mark(connection, dead);
        }
        connection.commit();
        return dead;
    }

    private static Instant instant(Timestamp timestamp) {
        return timestamp.toInstant();
    }

    private static void mark(Connection connection, List<String> dead) throws SQLException {
        Array ids = connection.createArrayOf("text", dead.toArray());
        // only what is still so: the run may have come back meanwhile
        try (PreparedStatement runs = connection.prepareStatement("""
                update public.orchestrator_runs
                set status = 'interrupted', outcome = 'aborted', cause = 'interrupted',
                    message = 'the process of the run died', finished_at = coalesce(heartbeat_at, started_at)
                where id = any (?) and status = 'running'""");
                PreparedStatement steps = connection.prepareStatement("""
                        update public.orchestrator_steps
                        set outcome = 'aborted', cause = 'interrupted',
                            message = 'the process that ran the call died', ending = 'INTERRUPTED'
                        where run_id = any (?) and outcome is null""")) {
            runs.setArray(1, ids);
            runs.executeUpdate();
            steps.setArray(1, ids);
            steps.executeUpdate();
        }
    }
}
