package dev.assay.store;

import dev.assay.store.Entry.Event;
import dev.assay.store.Entry.Row;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/**
 * Writes entries, in order, in one transaction. Where a key is there already or something is refused, it goes on
 * carefully, entry by entry, so that one bad entry does not keep the others out.
 */
final class Batch {
    private static final String STAGING = "pg_temp.orchestrator_events_staging";

    private final EventCopy copy = new EventCopy();
    private final Consumer<String> complaints;

    /** @param complaints told of rows that the database will never take */
    Batch(Consumer<String> complaints) {
        this.complaints = complaints;
    }

    /** @throws SQLException where the database is away: nothing is lost, try again */
    void write(Connection connection, List<Entry> entries) throws SQLException {
        connection.setAutoCommit(false);
        try {
            transaction(connection, entries, false);
        } catch (SQLException e) {
            connection.rollback();
            if (!isAboutData(e)) {
                throw e;
            }
            for (List<Entry> group : groups(entries)) {
                carefully(connection, group);
            }
        }
    }

    private void carefully(Connection connection, List<Entry> group) throws SQLException {
        try {
            transaction(connection, group, true);
        } catch (SQLException e) {
            connection.rollback();
            if (!isAboutData(e)) {
                throw e;
            }
            if (group.size() > 1) {
                int half = group.size() / 2;
                carefully(connection, group.subList(0, half));
                carefully(connection, group.subList(half, group.size()));
            } else if (group.get(0) instanceof Event event && !isSubstitute(event)) {
                carefully(connection, List.of(event.refused(String.valueOf(e.getMessage()))));
            } else {
                complaints.accept("The log database refused " + described(group.get(0)) + ": " + e.getMessage());
            }
        }
    }

    private static boolean isSubstitute(Event event) {
        return JsonbText.JSON.readTree(event.data()).has("refused");
    }

    private static String described(Entry entry) {
        if (entry instanceof Row row) {
            return "a row of " + row.table().sqlName();
        }
        Event event = (Event) entry;
        return "event " + event.seq() + "." + event.part() + " of run " + event.runId();
    }

    /** Classes 22 (data), 23 (constraints) and 54 (limits) of PostgreSQL's error codes: trying again would not help. */
    private static boolean isAboutData(SQLException e) {
        String state = e.getSQLState();
        return state != null && (state.startsWith("22") || state.startsWith("23") || state.startsWith("54"));
    }

    private void transaction(Connection connection, List<Entry> entries, boolean staged) throws SQLException {
        for (List<Entry> group : groups(entries)) {
            if (group.get(0) instanceof Row row) {
                upsert(connection, row);
            } else {
                List<Event> events = group.stream().map(Event.class::cast).toList();
                if (staged) {
                    copyStaged(connection, events);
                } else {
                    copy.copy(connection, EventCopy.TABLE, events);
                }
            }
        }
        connection.commit();
    }

    /** Events that follow each other, and rows one by one. */
    private static List<List<Entry>> groups(List<Entry> entries) {
        List<List<Entry>> groups = new ArrayList<>();
        List<Entry> events = new ArrayList<>();
        for (Entry entry : entries) {
            if (entry instanceof Event) {
                events.add(entry);
            } else {
                if (!events.isEmpty()) {
                    groups.add(events);
                    events = new ArrayList<>();
                }
                groups.add(List.of(entry));
            }
        }
        if (!events.isEmpty()) {
            groups.add(events);
        }
        return groups;
    }

    private void copyStaged(Connection connection, List<Event> events) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute("create temporary table if not exists orchestrator_events_staging"
                    + " (like public.orchestrator_events) on commit delete rows");
            copy.copy(connection, STAGING, events);
            statement.execute("insert into " + EventCopy.TABLE + " select * from " + STAGING
                    + " order by seq, part on conflict (run_id, seq, part) do nothing");
        }
    }

    private static void upsert(Connection connection, Row row) throws SQLException {
        String table = "public." + row.table().sqlName();
        List<String> columns = row.values()
                .propertyStream()
                .map(field -> '"' + field.getKey() + '"')
                .toList();
        String names = String.join(", ", columns);
        String updates = row.values()
                .propertyStream()
                .map(field -> field.getKey())
                .filter(name -> !row.table().key().contains(name))
                .map(name -> '"' + name + "\" = excluded.\"" + name + '"')
                .collect(Collectors.joining(", "));
        String sql = "insert into " + table + " (" + names + ") select " + names + " from jsonb_populate_record(null::"
                + table + ", ?::jsonb) on conflict ("
                + String.join(", ", row.table().key()) + ") do update set "
                + updates;
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            statement.setString(1, row.values().toString());
            statement.executeUpdate();
        }
    }
}
