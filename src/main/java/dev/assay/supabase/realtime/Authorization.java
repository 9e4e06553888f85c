package dev.assay.supabase.realtime;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.UUID;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Asks PostgreSQL what somebody may do on a private channel: a message that is never kept is put into
 * {@code realtime.messages}, and its policies say whether it can be read or written.
 */
final class Authorization {
    private static final Logger LOG = LoggerFactory.getLogger(Authorization.class);

    /** What a private channel's messages are; the value of the column {@code extension}. */
    enum Extension {
        BROADCAST("broadcast"),
        PRESENCE("presence");

        private final String text;

        Extension(String text) {
            this.text = text;
        }
    }

    private static final String INSERT =
            "insert into realtime.messages (id, topic, extension) values (?::pg_catalog.uuid, ?, ?)";

    private final RealtimeDatabase database;

    Authorization(RealtimeDatabase database) {
        this.database = database;
    }

    boolean mayRead(Tokens.Holder holder, String topic, Extension extension, String headers) throws Refused {
        return asked(connection -> {
            String id = UUID.randomUUID().toString();
            try (PreparedStatement role = connection.prepareStatement("set local role service_role")) {
                role.execute();
            }
            insert(connection, id, topic, extension);
            RealtimeDatabase.become(connection, holder, topic, headers);
            try (PreparedStatement select =
                    connection.prepareStatement("select 1 from realtime.messages where id = ?::pg_catalog.uuid")) {
                select.setString(1, id);
                try (ResultSet rows = select.executeQuery()) {
                    return rows.next();
                }
            }
        });
    }

    boolean mayWrite(Tokens.Holder holder, String topic, Extension extension, String headers) throws Refused {
        return asked(connection -> {
            RealtimeDatabase.become(connection, holder, topic, headers);
            insert(connection, UUID.randomUUID().toString(), topic, extension);
            return true;
        });
    }

    private static void insert(Connection connection, String id, String topic, Extension extension)
            throws SQLException {
        try (PreparedStatement insert = connection.prepareStatement(INSERT)) {
            insert.setString(1, id);
            insert.setString(2, topic);
            insert.setString(3, extension.text);
            insert.execute();
        }
    }

    /** A policy that breaks allows nothing; a database that cannot be reached is told apart. */
    private boolean asked(RealtimeDatabase.Work<Boolean> work) throws Refused {
        try {
            return database.undone(work);
        } catch (SQLException e) {
            String state = e.getSQLState() == null ? "" : e.getSQLState();
            if (state.startsWith("08") || state.startsWith("57P") || state.isEmpty()) {
                LOG.warn("Realtime could not ask the database for permissions: {}", e.toString());
                throw new Refused("UnableToConnectToProject", "Realtime was unable to connect to the project database");
            }
            if (!state.equals("42501")) {
                LOG.info("A policy on realtime.messages failed, so nothing is allowed: {}", e.getMessage());
            }
            return false;
        }
    }
}
