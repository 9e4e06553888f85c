package dev.assay.supabase.realtime;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Types;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * A changed row as subscribers may see it: its values as JSON, made by PostgreSQL, and the filters that it meets.
 *
 * @param row the new values; empty for a delete
 * @param old what the row was known by before
 * @param met of the filters that were asked for, those that hold
 * @param large whether it is over the limit, so that only short values are sent
 */
record RowView(
        Change change,
        TableShape shape,
        Map<String, JsonNode> row,
        Map<String, JsonNode> old,
        Set<ChangeFilter> met,
        boolean large) {
    private static final Logger LOG = LoggerFactory.getLogger(RowView.class);
    /** Of a row that is too large, what is still sent; in characters of JSON. */
    private static final int SHORT = 64;

    /**
     * Reads the values; a row's change is looked at under a role that may name all types.
     *
     * @param filters that subscribers have on the table
     * @param most bytes of a row that is sent whole
     */
    static RowView of(Connection connection, Change change, TableShape shape, Set<ChangeFilter> filters, int most)
            throws SQLException {
        Map<String, @Nullable String> row = new LinkedHashMap<>(change.row());
        for (String column : change.unchanged()) {
            if (change.old().containsKey(column)) {
                row.put(column, change.old().get(column));
            }
        }
        Map<String, @Nullable String> old = old(change, shape);
        Map<String, @Nullable String> filtered = change.kind() == Change.Kind.DELETE ? old : row;

        List<String> terms = new ArrayList<>();
        List<@Nullable String> parameters = new ArrayList<>();
        terms(shape, row, terms, parameters);
        terms(shape, old, terms, parameters);
        List<ChangeFilter> asked = new ArrayList<>();
        for (ChangeFilter filter : filters) {
            Optional<TableShape.Column> column = shape.column(filter.column());
            if (column.isPresent() && filtered.containsKey(filter.column())) {
                asked.add(filter);
                terms.add(filter.sql(column.get().sqlType(), filtered.get(filter.column()), parameters));
            }
        }
        Map<String, JsonNode> rowJson = new LinkedHashMap<>();
        Map<String, JsonNode> oldJson = new LinkedHashMap<>();
        Set<ChangeFilter> met = new HashSet<>();
        if (!terms.isEmpty()) {
            try (PreparedStatement statement = connection.prepareStatement("select " + String.join(", ", terms))) {
                for (int i = 0; i < parameters.size(); i++) {
                    // of no type, so that PostgreSQL reads it as the one that it is cast to
                    statement.setObject(i + 1, parameters.get(i), Types.OTHER);
                }
                try (ResultSet values = statement.executeQuery()) {
                    values.next();
                    int at = json(shape, row, values, 1, rowJson);
                    at = json(shape, old, values, at, oldJson);
                    for (ChangeFilter filter : asked) {
                        if (values.getBoolean(at++)) {
                            met.add(filter);
                        }
                    }
                }
            }
        }
        long size = change.row().values().stream()
                .mapToLong(value -> value == null ? 4 : value.length())
                .sum();
        return new RowView(change, shape, rowJson, oldJson, met, size > most);
    }

    /** A row whose key did not change is known by it all the same. */
    private static Map<String, @Nullable String> old(Change change, TableShape shape) {
        Map<String, @Nullable String> old = new LinkedHashMap<>(change.old());
        if (change.kind() == Change.Kind.UPDATE && old.isEmpty()) {
            for (TableShape.Column key : shape.key()) {
                if (change.row().containsKey(key.name())) {
                    old.put(key.name(), change.row().get(key.name()));
                }
            }
        }
        if (shape.full() && !old.isEmpty()) {
            shape.columns().forEach(column -> old.putIfAbsent(column.name(), null));
        }
        return old;
    }

    private static void terms(
            TableShape shape,
            Map<String, @Nullable String> values,
            List<String> terms,
            List<@Nullable String> parameters) {
        values.forEach((name, value) -> shape.column(name).ifPresent(column -> {
            terms.add("pg_catalog.to_jsonb(?::" + column.sqlType() + ")::text");
            parameters.add(value);
        }));
    }

    private static int json(
            TableShape shape,
            Map<String, @Nullable String> values,
            ResultSet result,
            int from,
            Map<String, JsonNode> into)
            throws SQLException {
        int at = from;
        for (String name : values.keySet()) {
            if (shape.column(name).isPresent()) {
                String json = result.getString(at++);
                into.put(name, json == null ? JsonNodeFactory.instance.nullNode() : Wire.JSON.readTree(json));
            }
        }
        return at;
    }

    boolean meets(Subscription subscription) {
        return met.containsAll(subscription.filters());
    }

    /** Whether row level security decides who sees it. A row that is gone cannot be looked at any more. */
    boolean guarded() {
        return shape.secured() && change.kind() != Change.Kind.DELETE && problem("") == null;
    }

    /** What keeps the row from being told at all: no key to find it by, or no right to read it. */
    private @Nullable String problem(String role) {
        if (change.kind() == Change.Kind.DELETE) {
            return null;
        }
        if (shape.key().isEmpty()) {
            return "Error 400: Bad Request, no primary key";
        }
        return role.isEmpty()
                        || shape.key().stream().allMatch(key -> key.readers().contains(role))
                ? null
                : "Error 401: Unauthorized";
    }

    /** Asks PostgreSQL whether its policies let somebody see the row. */
    boolean visibleTo(RealtimeDatabase database, Tokens.Holder holder) {
        if (problem(holder.role()) != null) {
            return true; // and is told no more than that
        }
        StringBuilder sql =
                new StringBuilder("select 1 from " + quoted(change.schema()) + "." + quoted(change.table()));
        List<@Nullable String> keys = new ArrayList<>();
        for (TableShape.Column key : shape.key()) {
            sql.append(keys.isEmpty() ? " where " : " and ")
                    .append(quoted(key.name()))
                    .append(" = ?::")
                    .append(key.sqlType());
            keys.add(change.row().get(key.name()));
        }
        try {
            return database.undone(connection -> {
                // both in one journey to the server
                try (PreparedStatement statement =
                        connection.prepareStatement(RealtimeDatabase.BECOME + "; " + sql.append(" limit 1"))) {
                    int at = RealtimeDatabase.fill(statement, holder, "", "{}");
                    for (String key : keys) {
                        statement.setObject(at++, key, Types.OTHER);
                    }
                    statement.execute();
                    statement.getMoreResults();
                    try (ResultSet found = statement.getResultSet()) {
                        return found.next();
                    }
                }
            });
        } catch (SQLException e) {
            LOG.info(
                    "{}.{} could not be read as {}, so its change is not told: {}",
                    change.schema(),
                    change.table(),
                    holder.role(),
                    e.getMessage());
            return false;
        }
    }

    private static String quoted(String name) {
        return '"' + name.replace("\"", "\"\"") + '"';
    }

    /**
     * What subscribers of a role are told.
     *
     * @param only the columns that they asked for; empty for all
     */
    ObjectNode payload(String role, String committedAt, Set<String> only) {
        ObjectNode data = JsonNodeFactory.instance.objectNode();
        data.put("schema", change.schema()).put("table", change.table());
        data.put("type", change.kind().name());
        String problem = problem(role);
        if (problem != null) {
            data.set("errors", JsonNodeFactory.instance.arrayNode().add(problem));
            return data;
        }
        data.put("commit_timestamp", committedAt);
        ArrayNode columns = JsonNodeFactory.instance.arrayNode();
        for (TableShape.Column column : shape.columns()) {
            if (column.readers().contains(role) && (only.isEmpty() || only.contains(column.name()))) {
                columns.addObject().put("name", column.name()).put("type", column.type());
            }
        }
        data.set("columns", columns);
        if (change.kind() != Change.Kind.DELETE) {
            data.set("record", values(row, role, only, false));
        }
        if (change.kind() != Change.Kind.INSERT) {
            // whether somebody could see a row that is gone cannot be asked: keys only
            data.set("old_record", values(old, role, only, change.kind() == Change.Kind.DELETE && shape.secured()));
        }
        if (large) {
            data.set("errors", JsonNodeFactory.instance.arrayNode().add("Error 413: Payload Too Large"));
        } else {
            data.putNull("errors");
        }
        return data;
    }

    private ObjectNode values(Map<String, JsonNode> values, String role, Set<String> only, boolean keysOnly) {
        ObjectNode node = JsonNodeFactory.instance.objectNode();
        values.forEach((name, value) -> {
            TableShape.Column column = shape.column(name).orElseThrow();
            boolean asked = only.isEmpty() || only.contains(name);
            boolean allowed = column.readers().contains(role) && (!keysOnly || column.key());
            if (asked && allowed && (!large || value.toString().length() <= SHORT)) {
                node.set(name, value);
            }
        });
        return node;
    }
}
