package dev.assay.supabase.rest;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** One request against one state of the schema: what the operations on tables and functions have in common. */
final class Session {
    private final Database database;
    private final Catalog catalog;
    private final RestRequest request;

    Session(Database database, Catalog catalog, RestRequest request) {
        this.database = database;
        this.catalog = catalog;
        this.request = request;
    }

    Catalog catalog() {
        return catalog;
    }

    RestRequest request() {
        return request;
    }

    RestSettings settings() {
        return catalog.settings();
    }

    /**
     * @throws Refusal 404 PGRST205 when the request's schema has no such table
     */
    Table table(String name) {
        Name full = new Name(request.schema(), name);
        return catalog.table(full).orElseThrow(() -> {
            String near = Similar.to(name, catalog.tableNames(request.schema(), false), Similar.CLOSE)
                    .orElse(null);
            return Refusal.unknownTable(full, near);
        });
    }

    /** Embeds are resolved by it; the bound of rows holds for reads only. */
    ReadNode.Resolver resolver(Query query, boolean bounded) {
        checkAggregates(query);
        return new ReadNode.Resolver(
                catalog, request.schema(), bounded ? settings().maxRows() : null);
    }

    private void checkAggregates(Query query) {
        if (!settings().features().aggregates() && anyAggregate(query.select())) {
            throw Refusal.of(400, "PGRST123", "Use of aggregate functions is not allowed", null, null);
        }
    }

    private static boolean anyAggregate(List<SelectItem> items) {
        return items.stream()
                .anyMatch(item -> item instanceof SelectItem.Column column
                        ? column.aggregate() != null
                        : anyAggregate(((SelectItem.Embed) item).items()));
    }

    /**
     * @param takesArguments whether pairs that are no filter are arguments of a function
     */
    Query query(boolean takesArguments) {
        return QueryParser.parse(request.query(), takesArguments);
    }

    @Nullable
    Long most() {
        Integer most = settings().maxRows();
        return most == null ? null : Long.valueOf(most);
    }

    /** Makes the answer of the statement's result, within the transaction. */
    @FunctionalInterface
    interface Answering {
        Answer answer(Result result);
    }

    /** Runs the statement, or explains it when that is asked for. */
    Answer answered(
            Statement statement, Format format, boolean readOnly, Map<String, String> ofFunction, Answering answering)
            throws SQLException {
        boolean undone = settings().features().rollsBack(request.preferences().transaction());
        return transaction(readOnly, ofFunction, connection -> {
            MediaType.Plan plan = format.type().plan();
            Answer answer;
            if (plan == null) {
                answer = answering.answer(statement.run(connection));
            } else {
                Map<String, String> headers = new LinkedHashMap<>();
                addContentType(headers, format);
                answer = new Answer(200, headers, statement.explained(connection, plan));
            }
            if (undone) {
                check(connection);
            }
            return new Database.Outcome<>(answer, !undone);
        });
    }

    /** What a commit would refuse is refused as well when the work is undone. */
    private static void check(Connection connection) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement("set constraints all immediate")) {
            statement.execute();
        }
    }

    <T> T transaction(boolean readOnly, Map<String, String> ofFunction, Database.Work<T> work) throws SQLException {
        Map<String, String> ofRole = catalog.roles().get(request.caller().role());
        if (ofRole == null) {
            throw Refusal.unknownRole(request.caller().role());
        }
        List<String> path = new ArrayList<>();
        path.add(request.schema());
        path.addAll(settings().extraSearchPath());
        String before = settings().features().preRequest();
        return database.transaction(request.settings(path, ofRole, ofFunction), readOnly, connection -> {
            if (before != null && !before.isBlank()) {
                call(connection, before);
            }
            return work.run(connection);
        });
    }

    private static void call(Connection connection, String function) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement("select " + qualified(function) + "()")) {
            statement.execute();
        }
    }

    /** A name as it is written in a setting: {@code schema.function}, or without the schema. */
    static String qualified(String name) {
        String[] parts = name.strip().split("\\.", 2);
        return parts.length == 1 ? Sql.quoted(parts[0]) : Sql.quoted(parts[0]) + "." + Sql.quoted(parts[1]);
    }

    /** The headers that every answer of the kind has. */
    Map<String, String> headers(Preferences.Kind kind, @Nullable Format format) {
        Map<String, String> headers = new LinkedHashMap<>();
        if (format != null) {
            addContentType(headers, format);
        }
        String applied =
                request.preferences().applied(kind, settings().features().mayPreferEnd());
        if (!applied.isEmpty()) {
            headers.put("Preference-Applied", applied);
        }
        return headers;
    }

    private void addContentType(Map<String, String> headers, Format format) {
        headers.put("Content-Type", format.type().contentType());
        if (request.profiled()) {
            headers.put("Content-Profile", request.schema());
        }
    }

    /**
     * @throws Refusal 406 PGRST116 when one row is asked for and there is another number of them
     */
    static void checkSingle(Format format, Result result) {
        if (format.isObject() && result.rows() != 1) {
            throw Refusal.notOneRow(result.rows());
        }
    }

    /**
     * @throws Refusal 400 PGRST124 when more rows were changed than a strict request allows
     */
    void checkAffected(long rows) {
        Long most = request.preferences().maxAffected();
        if (request.preferences().isStrict() && most != null && rows > most) {
            throw Refusal.of(
                    400,
                    "PGRST124",
                    "Query result exceeds max-affected preference constraint",
                    "The query affects " + rows + " rows",
                    null);
        }
    }
}
