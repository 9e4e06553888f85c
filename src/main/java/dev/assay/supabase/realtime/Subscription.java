package dev.assay.supabase.realtime;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * What a channel wants to know of the database.
 *
 * @param id what the client knows it by: the same for the same wish
 * @param event {@code *}, or one kind of change
 * @param table {@code *} for all of the schema
 * @param columns the only ones that are sent; empty for all
 */
record Subscription(
        int id, String event, String schema, String table, List<ChangeFilter> filters, Set<String> columns) {

    /**
     * @throws ChangeFilter.Malformed with the service's message
     */
    static Subscription of(JsonNode wish) throws ChangeFilter.Malformed {
        JsonNode schema = wish.path("schema");
        JsonNode table = wish.path("table");
        JsonNode filter = wish.path("filter");
        boolean bySchema = schema.isString();
        boolean byTable = table.isString();
        if (!bySchema && !byTable || filter.isString() && !(bySchema && byTable)) {
            throw new ChangeFilter.Malformed("No subscription params provided. Please provide at least a `schema` or"
                    + " `table` to subscribe to: " + wish);
        }
        List<String> columns = new ArrayList<>();
        if (wish.path("select").isArray()) {
            for (JsonNode column : wish.path("select")) {
                if (column.isString()) {
                    columns.add(column.stringValue());
                }
            }
        }
        String name = byTable ? table.stringValue() : "*";
        if (!columns.isEmpty() && (name.equals("*") || schema.asString("").equals("*"))) {
            throw new ChangeFilter.Malformed("Column selection is not supported for wildcard subscriptions. Provide an"
                    + " explicit schema and table name.");
        }
        String event = wish.path("event").asString("*").toUpperCase(Locale.ROOT);
        return new Subscription(
                id(wish),
                Set.of("INSERT", "UPDATE", "DELETE").contains(event) ? event : "*",
                bySchema ? schema.stringValue() : "public",
                name,
                filter.isString() ? ChangeFilter.parse(filter.stringValue()) : List.of(),
                Set.copyOf(columns));
    }

    private static int id(JsonNode wish) {
        return wish.toString().hashCode() & 0x7ff_ffff;
    }

    /** The wish with its id, as the answer to a join repeats it. */
    static ObjectNode answered(JsonNode wish) {
        ObjectNode answer = ((ObjectNode) wish).deepCopy();
        answer.put("id", id(wish));
        return answer;
    }

    boolean covers(String ofSchema, String ofTable) {
        return (schema.equals("*") || schema.equals(ofSchema)) && (table.equals("*") || table.equals(ofTable));
    }

    boolean covers(Change.Kind kind) {
        return event.equals("*") || event.equals(kind.name());
    }

    /** As the service writes it into a message. */
    String described() {
        return "[event: " + event + ", schema: " + schema + ", table: " + table + ", filters: " + filters + "]";
    }
}
