package dev.assay.supabase.rest;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The operations on one request's resource, against one state of the schema: read, write, call. */
final class Operations {
    private static final long ESTIMATE_FROM = 1000;
    private static final String USABLE = """
            select c.oid::bigint, null from pg_catalog.pg_class c
            where c.relnamespace = ?::regnamespace and c.relkind in ('r', 'v', 'm', 'f', 'p')
              and pg_catalog.has_table_privilege(c.oid, 'select, insert, update, delete')
            union all
            select null, p.proname from pg_catalog.pg_proc p
            where p.pronamespace = ?::regnamespace and pg_catalog.has_function_privilege(p.oid, 'execute')
            """;

    private final RestSettings settings;
    private final Database database;
    private final Catalog catalog;
    private final RestRequest request;

    Operations(RestSettings settings, Database database, Catalog catalog, RestRequest request) {
        this.settings = settings;
        this.database = database;
        this.catalog = catalog;
        this.request = request;
    }

    Table table(String name) {
        Name full = new Name(request.schema(), name);
        return catalog.table(full).orElseThrow(() -> {
            List<String> near = catalog.tables().keySet().stream()
                    .filter(n -> n.schema().equals(request.schema()))
                    .map(Name::name)
                    .toList();
            return Refusal.unknownTable(full, Catalog.closest(name, near));
        });
    }

    Answer read(String name) throws SQLException {
        Table table = table(name);
        Query query = QueryParser.parse(request.query(), false);
        Scope top = Ranges.within(query.top(), rangeHeader()).atMost(most());
        ReadNode node = resolver().resolve(query, name, table, table.name().sql(), top);
        Sql from = new Sql().add(table.name().sql());
        Statement statement = new Statement(
                null,
                ReadSql.select(node, from),
                request.isHead() ? "''" : request.accept().rowsBody(),
                ReadSql.matches(node, from),
                request.preferences().count(),
                ESTIMATE_FROM,
                null);
        return answered(statement, true, result -> {
            if (request.accept().isSingle() && result.rows() != 1) {
                throw Refusal.notOneRow(result.rows());
            }
            return ranged(top.offset(), result, false, true);
        });
    }

    private java.util.Optional<String> rangeHeader() {
        return request.method().equals("GET") ? request.header("range") : java.util.Optional.empty();
    }

    private @Nullable Long most() {
        Integer most = settings.maxRows();
        return most == null ? null : Long.valueOf(most);
    }

    private ReadNode.Resolver resolver() {
        return new ReadNode.Resolver(catalog, settings.maxRows());
    }

    private Answer ranged(long offset, Result result, boolean isVoid, boolean applied) {
        int status = isVoid ? 204 : Ranges.status(offset, result.rows(), result.total());
        Map<String, String> headers = headers(false, false);
        if (!applied) {
            headers.remove("Preference-Applied");
        }
        headers.put("Content-Range", Ranges.header(offset, result.rows(), result.total()));
        if (isVoid) {
            headers.remove("Content-Type");
        }
        return Answer.of(status, headers, result);
    }

    Answer insert(String name) throws SQLException {
        Table table = table(name);
        Query query = QueryParser.parse(request.query(), false);
        Payload payload = payload();
        List<String> columns = columns(query, payload);
        WriteSql write = new WriteSql(table);
        write.check(columns);
        WriteSql.Conflict conflict = conflict(table, query);
        Preferences preferences = request.preferences();
        return written(
                write,
                query,
                table,
                returning -> write.insert(payload, columns, preferences.fillsMissing(), conflict, Map.of(), returning),
                result -> {
                    boolean onlyUpdates = conflict != null && conflict.merge() && isNone(result.inserted());
                    Map<String, String> headers = headers(conflict != null, true);
                    headers.put(
                            "Content-Range",
                            "*/" + (preferences.countsExactly() ? String.valueOf(result.rows()) : "*"));
                    if (!result.location().isEmpty()) {
                        headers.put("Location", location(name, result.location()));
                    }
                    return Answer.of(onlyUpdates && result.rows() > 0 ? 200 : 201, headers, result);
                });
    }

    private static boolean isNone(@Nullable Integer inserted) {
        return inserted == null || inserted <= 0;
    }

    private static String location(String table, List<String> pairs) {
        return "/" + encoded(table) + "?"
                + pairs.stream()
                        .map(pair -> {
                            int equals = pair.indexOf('=');
                            return encoded(pair.substring(0, equals)) + "=" + encoded(pair.substring(equals + 1));
                        })
                        .collect(Collectors.joining("&"));
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
    }

    private WriteSql.@Nullable Conflict conflict(Table table, Query query) {
        String resolution = request.preferences().resolution();
        List<String> columns = query.onConflict().orElse(table.primaryKey());
        if (resolution == null || columns.isEmpty()) {
            return null;
        }
        return new WriteSql.Conflict(columns, resolution.equals("merge-duplicates"));
    }

    private Payload payload() {
        Payload payload = Payload.of(request.body(), request.header("content-type"));
        if (payload.kind() == Payload.Kind.OTHER) {
            throw Refusal.invalidBody("Empty or invalid json");
        }
        return payload;
    }

    private static List<String> columns(Query query, Payload payload) {
        if (query.columns().isPresent()) {
            return query.columns().get().stream().distinct().toList();
        }
        if (!payload.uniform()) {
            throw Refusal.invalidBody("All object keys must match");
        }
        return payload.keys();
    }

    Answer put(String name) throws SQLException {
        Table table = table(name);
        Query query = QueryParser.parse(request.query(), false);
        if (query.top().limit() != null || query.top().offset() > 0) {
            throw Refusal.of(
                    400, "PGRST114", "limit/offset querystring parameters are not allowed for PUT", null, null);
        }
        Map<String, String> key = new HashMap<>();
        for (Condition condition : query.top().conditions()) {
            if (condition instanceof Condition.Filter filter
                    && filter.operator() == Operator.EQ
                    && !filter.negated()
                    && filter.quantifier() == null
                    && filter.field().path().isEmpty()) {
                key.put(filter.field().name(), filter.value());
            } else {
                throw notByKey();
            }
        }
        if (table.primaryKey().isEmpty() || !key.keySet().equals(new HashSet<>(table.primaryKey()))) {
            throw notByKey();
        }
        Payload payload = payload();
        List<String> columns = columns(query, payload);
        WriteSql write = new WriteSql(table);
        write.check(columns);
        if (!columns.containsAll(table.primaryKey())) {
            throw notTheKey();
        }
        Preferences preferences = request.preferences();
        return written(
                write,
                query,
                table,
                returning -> write.insert(
                        payload,
                        columns,
                        preferences.fillsMissing(),
                        new WriteSql.Conflict(table.primaryKey(), true),
                        key,
                        returning),
                result -> {
                    if (result.rows() != 1) {
                        throw notTheKey();
                    }
                    int other = preferences.wantsRepresentation() ? 200 : 204;
                    return Answer.of(isNone(result.inserted()) ? other : 201, headers(false, true), result);
                });
    }

    private static Refusal notByKey() {
        return Refusal.of(
                405,
                "PGRST105",
                "Filters must include all and only primary key columns with 'eq' operators",
                null,
                null);
    }

    private static Refusal notTheKey() {
        return Refusal.of(400, "PGRST115", "Payload values do not match URL in primary key column(s)", null, null);
    }

    Answer update(String name) throws SQLException {
        Table table = table(name);
        Query query = QueryParser.parse(request.query(), false);
        Payload payload = payload();
        List<String> columns = columns(query, payload);
        WriteSql write = new WriteSql(table);
        write.check(columns);
        if (!columns.isEmpty()) {
            requireFilter("UPDATE", query);
        }
        ReadNode filtered = filtered(table, query);
        Preferences preferences = request.preferences();
        return written(
                write,
                query,
                table,
                returning -> write.update(payload, columns, preferences.fillsMissing(), filtered, returning),
                result -> {
                    Map<String, String> headers = headers(false, true);
                    headers.put(
                            "Content-Range",
                            Ranges.header(
                                    0,
                                    result.rows(),
                                    preferences.countsExactly() ? Long.valueOf(result.rows()) : null));
                    return Answer.of(preferences.wantsRepresentation() ? 200 : 204, headers, result);
                });
    }

    Answer delete(String name) throws SQLException {
        Table table = table(name);
        Query query = QueryParser.parse(request.query(), false);
        WriteSql write = new WriteSql(table);
        requireFilter("DELETE", query);
        ReadNode filtered = filtered(table, query);
        Preferences preferences = request.preferences();
        return written(write, query, table, returning -> write.delete(filtered, returning), result -> {
            Map<String, String> headers = headers(false, true);
            headers.put("Content-Range", "*/" + (preferences.countsExactly() ? String.valueOf(result.rows()) : "*"));
            return Answer.of(preferences.wantsRepresentation() ? 200 : 204, headers, result);
        });
    }

    /** The words of the extension safeupdate, which Supabase loads for the API's connections. */
    private void requireFilter(String verb, Query query) {
        if (settings.safeUpdate()
                && query.top().conditions().isEmpty()
                && query.top().limit() == null) {
            throw Refusal.of(400, "21000", verb + " requires a WHERE clause", null, null);
        }
    }

    /** The table with the filters of the query and no columns: what a write goes to. */
    private static ReadNode filtered(Table table, Query query) {
        return new ReadNode(null, null, table, table.name().sql(), "pgrst_top", query.top(), List.of(), List.of());
    }

    /** Makes the writing statement once it knows what that must return. */
    @FunctionalInterface
    private interface Writing {
        Sql returning(Sql columns);
    }

    @FunctionalInterface
    private interface Answering {
        Answer answer(Result result);
    }

    private Answer written(WriteSql write, Query query, Table table, Writing writing, Answering answering)
            throws SQLException {
        Preferences preferences = request.preferences();
        Statement statement;
        if (preferences.wantsRepresentation()) {
            // filters and limit went into the write; what is left is the form of what it returns
            ReadNode node = resolver().resolve(query, table.name().name(), table, WriteSql.SOURCE, Scope.EMPTY);
            statement = new Statement(
                    writing.returning(write.returning(node)),
                    ReadSql.select(node, new Sql().add(WriteSql.SOURCE)),
                    request.accept().rowsBody(),
                    null,
                    null,
                    0,
                    null);
        } else {
            boolean located = preferences.wantsHeaders();
            statement = new Statement(
                    writing.returning(located ? write.returningKey() : new Sql().add("1")),
                    null,
                    "''",
                    null,
                    null,
                    0,
                    located ? write.location() : null);
        }
        return answered(statement, false, result -> {
            if (request.accept().isSingle() && result.rows() != 1) {
                throw Refusal.notOneRow(result.rows());
            }
            checkAffected(result.rows());
            return answering.answer(result);
        });
    }

    private void checkAffected(long rows) {
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

    Answer call(String name) throws SQLException {
        Name full = new Name(request.schema(), name);
        boolean get = !request.method().equals("POST");
        Query query = QueryParser.parse(request.query(), get);
        Rpc rpc = get
                ? Rpc.get(catalog, full, query.arguments())
                : Rpc.post(
                        catalog,
                        full,
                        request.body(),
                        request.header("content-type").orElse("application/json"));
        Function function = rpc.function();
        Scope top = Ranges.within(query.top(), rangeHeader()).atMost(function.set() ? most() : null);
        Table table = function.returnTable() == 0 ? null : catalog.byOid(function.returnTable());
        ReadNode node = resolver().resolve(query, name, table, WriteSql.SOURCE, top);
        Sql from = new Sql().add(WriteSql.SOURCE);
        boolean one = !function.set();
        Statement statement = new Statement(
                rpc.source(),
                function.composite() ? ReadSql.select(node, from) : scalars(top),
                callBody(function),
                ReadSql.matches(node, from),
                request.preferences().count(),
                ESTIMATE_FROM,
                null);
        return answered(statement, get || !function.writes(), result -> {
            if (request.accept().isSingle() && result.rows() != 1) {
                throw Refusal.notOneRow(result.rows());
            }
            checkAffected(result.rows());
            boolean counts = !one || request.preferences().count() != null;
            return ranged(top.offset(), result, function.isVoid(), counts);
        });
    }

    private static Sql scalars(Scope top) {
        Sql sql = new Sql().add("select pgrst_scalar from " + WriteSql.SOURCE);
        sql.add(top.limit() == null ? "" : " limit " + top.limit());
        return sql.add(top.offset() == 0 ? "" : " offset " + top.offset());
    }

    private String callBody(Function function) {
        if (request.isHead() || function.isVoid()) {
            return "''";
        }
        if (!function.composite()) {
            return request.accept().scalarBody(function.set());
        }
        boolean object = !function.set() && request.accept().form() != MediaType.Form.CSV;
        return object
                ? new MediaType(MediaType.Form.OBJECT, request.accept().stripsNulls()).rowsBody()
                : request.accept().rowsBody();
    }

    /**
     * What the caller's role may use in the request's schema.
     *
     * @param tables by oid
     */
    record Usable(Set<Long> tables, Set<String> functions) {}

    Usable usable() throws SQLException {
        return transaction(true, connection -> {
            Set<Long> tables = new HashSet<>();
            Set<String> functions = new HashSet<>();
            try (PreparedStatement statement = connection.prepareStatement(USABLE)) {
                statement.setString(1, request.schema());
                statement.setString(2, request.schema());
                try (ResultSet rows = statement.executeQuery()) {
                    while (rows.next()) {
                        if (rows.getString(2) == null) {
                            tables.add(rows.getLong(1));
                        } else {
                            functions.add(rows.getString(2));
                        }
                    }
                }
            }
            return new Database.Outcome<>(new Usable(tables, functions), true);
        });
    }

    private Answer answered(Statement statement, boolean readOnly, Answering answering) throws SQLException {
        return transaction(readOnly, connection -> {
            Answer answer = answering.answer(statement.run(connection));
            return new Database.Outcome<>(answer, !request.preferences().rollsBack());
        });
    }

    private <T> T transaction(boolean readOnly, Database.Work<T> work) throws SQLException {
        Map<String, String> ofRole = catalog.roles().get(request.caller().role());
        if (ofRole == null) {
            throw Refusal.unknownRole(request.caller().role());
        }
        List<String> path = new ArrayList<>();
        path.add(request.schema());
        settings.extraSearchPath().stream().filter(s -> !path.contains(s)).forEach(path::add);
        return database.transaction(request.settings(path, ofRole), readOnly, work);
    }

    private Map<String, String> headers(boolean upsert, boolean write) {
        Map<String, String> headers = new LinkedHashMap<>();
        if (!write || request.preferences().wantsRepresentation()) {
            headers.put("Content-Type", request.accept().contentType());
        }
        String applied = request.preferences().applied(upsert, write);
        if (!applied.isEmpty()) {
            headers.put("Preference-Applied", applied);
        }
        if (request.profiled()) {
            headers.put("Content-Profile", request.schema());
        }
        return headers;
    }
}
