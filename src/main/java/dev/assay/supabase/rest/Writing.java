package dev.assay.supabase.rest;

import java.sql.SQLException;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** {@code POST}, {@code PUT}, {@code PATCH} and {@code DELETE} of a table. */
final class Writing {
    private final Session session;
    private final RestRequest request;
    private final Preferences preferences;
    private final Table table;
    private final Query query;
    private final WriteSql write;
    private final Format format;

    Writing(Session session, String name) {
        this.session = session;
        this.request = session.request();
        this.preferences = request.preferences();
        this.table = session.table(name);
        this.query = session.query(false);
        this.write = new WriteSql(table);
        this.format = Format.agreed(session.catalog(), request.accepted(), table.name(), query.isWhole());
    }

    Answer insert() throws SQLException {
        Payload payload = payload();
        List<String> columns = columns(payload);
        write.check(columns);
        WriteSql.Conflict conflict = conflict();
        Preferences.Kind kind =
                table.primaryKey().isEmpty() && query.onConflict().isEmpty()
                        ? Preferences.Kind.INSERT
                        : Preferences.Kind.UPSERT;
        return written(
                returning -> write.insert(payload, columns, preferences.fillsMissing(), conflict, Map.of(), returning),
                result -> {
                    boolean onlyUpdates = conflict != null && conflict.merge() && isNone(result.inserted());
                    Map<String, String> headers = headers(kind);
                    headers.put("Content-Range", "*/" + counted(result));
                    if (!result.location().isEmpty()) {
                        headers.put("Location", location(result.location()));
                    }
                    return Answer.of(onlyUpdates && result.rows() > 0 ? 200 : 201, headers, result);
                });
    }

    private Map<String, String> headers(Preferences.Kind kind) {
        return session.headers(kind, preferences.wantsRepresentation() ? format : null);
    }

    /** The number of rows written, where it was asked for. */
    private String counted(Result result) {
        boolean counts = preferences.count() != null && !preferences.count().equals("planned");
        return counts ? String.valueOf(result.rows()) : "*";
    }

    private static boolean isNone(@Nullable Integer inserted) {
        return inserted == null || inserted <= 0;
    }

    private String location(List<String> pairs) {
        return "/" + WriteSql.encoded(table.name().name()) + "?"
                + pairs.stream()
                        .map(pair -> {
                            int equals = pair.indexOf('=');
                            return WriteSql.encoded(pair.substring(0, equals)) + "="
                                    + WriteSql.encoded(pair.substring(equals + 1));
                        })
                        .collect(Collectors.joining("&"));
    }

    private WriteSql.@Nullable Conflict conflict() {
        String resolution = preferences.resolution();
        List<String> columns = query.onConflict().orElse(table.primaryKey());
        if (resolution == null || columns.isEmpty()) {
            return null;
        }
        return new WriteSql.Conflict(columns, resolution.equals("merge-duplicates"));
    }

    private Payload payload() {
        Payload payload = Payload.of(request.body(), request.header("content-type"));
        if (payload.kind() == Payload.Kind.OTHER) {
            throw Refusal.invalidBody(
                    payload.json().stripLeading().startsWith("[")
                            ? "All object keys must match"
                            : "Empty or invalid json");
        }
        return payload;
    }

    private List<String> columns(Payload payload) {
        if (query.columns().isPresent()) {
            return query.columns().get().stream().distinct().toList();
        }
        if (!payload.uniform()) {
            throw Refusal.invalidBody("All object keys must match");
        }
        return payload.keys();
    }

    Answer put() throws SQLException {
        if (query.top().limit() != null || query.top().offset() > 0) {
            throw Refusal.of(
                    400, "PGRST114", "limit/offset querystring parameters are not allowed for PUT", null, null);
        }
        Map<String, String> key = key();
        Payload payload = payload();
        List<String> columns = columns(payload);
        write.check(columns);
        if (!columns.containsAll(table.primaryKey())) {
            throw notTheKey();
        }
        return written(
                returning -> write.insert(
                        payload, columns, false, new WriteSql.Conflict(table.primaryKey(), true), key, returning),
                result -> {
                    if (result.rows() != 1) {
                        throw notTheKey();
                    }
                    boolean shows = preferences.wantsRepresentation();
                    int status = isNone(result.inserted()) ? 200 : 201;
                    return Answer.of(shows ? status : 204, headers(Preferences.Kind.PUT), result);
                });
    }

    /** The primary key that the filters name, each column with its value. */
    private Map<String, String> key() {
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
        return key;
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

    Answer update() throws SQLException {
        Payload payload = payload();
        List<String> columns = columns(payload);
        write.check(columns);
        if (!columns.isEmpty()) {
            requireFilter("UPDATE");
        }
        return written(
                returning -> write.update(payload, columns, preferences.fillsMissing(), filtered(), returning),
                result -> {
                    session.checkAffected(result.rows());
                    Map<String, String> headers = headers(Preferences.Kind.UPDATE);
                    String range = result.rows() == 0 ? "*" : "0-" + (result.rows() - 1);
                    headers.put("Content-Range", range + "/" + counted(result));
                    return Answer.of(preferences.wantsRepresentation() ? 200 : 204, headers, result);
                });
    }

    Answer delete() throws SQLException {
        requireFilter("DELETE");
        return written(returning -> write.delete(filtered(), returning), result -> {
            session.checkAffected(result.rows());
            Map<String, String> headers = headers(Preferences.Kind.DELETE);
            headers.put("Content-Range", "*/" + counted(result));
            return Answer.of(preferences.wantsRepresentation() ? 200 : 204, headers, result);
        });
    }

    /** The words of the extension safeupdate, which Supabase loads for the API's connections. */
    private void requireFilter(String verb) {
        if (session.settings().safeUpdate()
                && query.top().conditions().isEmpty()
                && query.top().limit() == null) {
            throw Refusal.of(400, "21000", verb + " requires a WHERE clause", null, null);
        }
    }

    /** The table with the filters of the query and no columns: what a write goes to. */
    private ReadNode filtered() {
        return new ReadNode(null, null, table, table.name().sql(), "pgrst_top", query.top(), List.of(), List.of());
    }

    /** Makes the writing statement once it knows what that must return. */
    @FunctionalInterface
    private interface Source {
        Sql returning(Sql columns);
    }

    private Answer written(Source source, Session.Answering answering) throws SQLException {
        Statement statement;
        // filters and limit go into the write; what is left is the form of what it returns
        Scope ordered = Scope.EMPTY.ordered(query.top().orders());
        // resolved whatever is returned: a filter on what is not embedded must not be passed over
        ReadNode node =
                session.resolver(query, false).resolve(query, table.name().name(), table, WriteSql.SOURCE, ordered);
        if (preferences.wantsRepresentation()) {
            statement = new Statement(
                    source.returning(write.returning(node)),
                    ReadSql.select(node, new Sql().add(WriteSql.SOURCE)),
                    format.rows(),
                    null,
                    null);
        } else {
            boolean located = preferences.wantsHeaders();
            statement = new Statement(
                    source.returning(located ? write.returningKey() : new Sql().add("1")),
                    null,
                    "''",
                    null,
                    located ? write.location() : null);
        }
        return session.answered(statement, format, false, Map.of(), result -> {
            Session.checkSingle(format, result);
            return answering.answer(result);
        });
    }
}
