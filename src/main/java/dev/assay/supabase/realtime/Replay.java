package dev.assay.supabase.realtime;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** Earlier broadcasts of a private channel, which the database sent and keeps in {@code realtime.messages}. */
final class Replay {
    private static final int MOST = 25;
    private static final String EARLIER =
            "select id, event, payload from (select id::text, event, payload::text, inserted_at from realtime.messages"
                    + " where topic = ? and private and extension = 'broadcast' and payload is not null"
                    + " and inserted_at >= pg_catalog.to_timestamp(? / 1000.0) at time zone 'utc'"
                    + " order by inserted_at desc limit ?) last order by inserted_at";

    private final RealtimeDatabase database;

    Replay(RealtimeDatabase database) {
        this.database = database;
    }

    /**
     * What a channel is sent once it is joined, oldest first.
     *
     * @param wish of the join, as {@code {"since": milliseconds since 1970, "limit": 10}}; missing where nothing is
     *     wanted
     * @throws Refused when the channel is public, the wish makes no sense, or the database is away
     */
    List<ObjectNode> earlier(Room.Name room, JsonNode wish) throws Refused {
        if (wish.isMissingNode() || wish.isNull()) {
            return List.of();
        }
        if (!room.isPrivate()) {
            throw new Refused("UnableToReplayMessages", "Replay is not allowed for public channels");
        }
        JsonNode limit = wish.path("limit");
        int most = limit.isMissingNode() ? MOST : limit.asInt(0);
        if (!wish.path("since").isIntegralNumber() || most < 1 || most > MOST) {
            throw new Refused("UnableToReplayMessages", "Replay params are not valid");
        }
        try {
            return database.undone(connection ->
                    read(connection, room.topic(), wish.path("since").longValue(), most));
        } catch (SQLException | JacksonException e) {
            throw new Refused("UnableToReplayMessages", "Realtime was unable to replay messages: " + e.getMessage());
        }
    }

    private static List<ObjectNode> read(Connection connection, String topic, long since, int most)
            throws SQLException {
        List<ObjectNode> messages = new ArrayList<>();
        try (PreparedStatement role = connection.prepareStatement("set local role service_role")) {
            role.execute();
        }
        try (PreparedStatement statement = connection.prepareStatement(EARLIER)) {
            statement.setString(1, topic);
            statement.setLong(2, since);
            statement.setInt(3, most);
            try (ResultSet rows = statement.executeQuery()) {
                while (rows.next()) {
                    ObjectNode message = JsonNodeFactory.instance.objectNode();
                    message.put("type", "broadcast").put("event", rows.getString(2));
                    message.set("payload", Wire.JSON.readTree(rows.getString(3)));
                    message.putObject("meta").put("replayed", true).put("id", rows.getString(1));
                    messages.add(message);
                }
            }
        }
        return messages;
    }
}
