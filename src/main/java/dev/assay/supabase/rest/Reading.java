package dev.assay.supabase.rest;

import java.sql.SQLException;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/** {@code GET} and {@code HEAD} of a table, and {@code GET}, {@code HEAD} and {@code POST} of a function. */
final class Reading {
    private final Session session;
    private final RestRequest request;

    Reading(Session session) {
        this.session = session;
        this.request = session.request();
    }

    Answer table(String name) throws SQLException {
        Table table = session.table(name);
        Query query = session.query(false);
        Scope top = Ranges.within(query.top(), rangeHeader()).atMost(session.most());
        ReadNode node = session.resolver(query, true)
                .resolve(query, name, table, table.name().sql(), top);
        Format format = Format.agreed(session.catalog(), request.accepted(), table.name(), query.isWhole());
        Sql from = new Sql().add(table.name().sql());
        Statement statement = new Statement(
                null,
                ReadSql.select(node, from),
                request.isHead() ? "''" : format.rows(),
                new Statement.Counting(
                        ReadSql.matches(node, from), request.preferences().count(), session.most()),
                null);
        return session.answered(statement, format, true, Map.of(), result -> {
            Session.checkSingle(format, result);
            Map<String, String> headers = session.headers(Preferences.Kind.READ, format);
            headers.put("Content-Location", location(table.name().name()));
            return ranged(headers, top.offset(), result, false);
        });
    }

    /** The request's address with its parameters in alphabetical order. */
    private String location(String name) {
        String sorted = Arrays.stream(request.query().split("&", -1))
                .filter(pair -> !pair.isEmpty())
                .sorted()
                .collect(Collectors.joining("&"));
        return "/" + WriteSql.encoded(name) + (sorted.isEmpty() ? "" : "?" + sorted);
    }

    private Optional<String> rangeHeader() {
        return request.method().equals("GET") ? request.header("range") : Optional.empty();
    }

    private static Answer ranged(Map<String, String> headers, long offset, Result result, boolean isVoid) {
        int status = Ranges.status(offset, result.rows(), result.total());
        headers.put("Content-Range", Ranges.header(offset, result.rows(), result.total()));
        if (isVoid) {
            headers.remove("Content-Type");
            return Answer.of(204, headers, result);
        }
        return Answer.of(status, headers, result);
    }

    Answer function(String name) throws SQLException {
        return function(name, request.accepted());
    }

    /** The answer of a function at the root: it makes what else would be the OpenAPI document. */
    Answer root(String function) throws SQLException {
        MediaType wanted = request.accepted().get(0);
        if (!wanted.name().equals(MediaType.OPEN_API)) {
            return function(function, request.accepted());
        }
        Answer answer = function(function, List.of(MediaType.JSON));
        answer.headers().put("Content-Type", wanted.contentType());
        return answer;
    }

    private Answer function(String name, List<MediaType> accepted) throws SQLException {
        Name full = new Name(request.schema(), name);
        boolean get = !request.method().equals("POST");
        Query query = session.query(get);
        Rpc rpc = get
                ? Rpc.get(session.catalog(), full, query.arguments())
                : Rpc.post(
                        session.catalog(),
                        full,
                        request.body(),
                        request.header("content-type").orElse("application/json"),
                        query.columns());
        Function function = rpc.function();
        checkMayLimit(function);
        Scope top = Ranges.within(query.top(), rangeHeader()).atMost(function.set() ? session.most() : null);
        Table table = function.returnTable() == 0 ? null : session.catalog().byOid(function.returnTable());
        ReadNode node = session.resolver(query, true).resolve(query, name, table, WriteSql.SOURCE, top);
        Format format =
                Format.agreed(session.catalog(), accepted, table == null ? full : table.name(), query.isWhole());
        Sql source = new Sql().add(WriteSql.SOURCE);
        Statement statement = new Statement(
                rpc.source(node.computed()),
                function.composite() ? ReadSql.select(node, source) : scalars(top),
                body(function, format),
                new Statement.Counting(
                        ReadSql.matches(node, source), request.preferences().count(), session.most()),
                null);
        boolean readOnly = get || !function.writes();
        return session.answered(statement, format, readOnly, function.settings(), result -> {
            Session.checkSingle(format, result);
            session.checkAffected(result.rows());
            Map<String, String> headers = session.headers(Preferences.Kind.CALL, format);
            return ranged(headers, top.offset(), result, function.isVoid());
        });
    }

    private void checkMayLimit(Function function) {
        if (request.preferences().isStrict() && request.preferences().maxAffected() != null && !function.set()) {
            throw Refusal.of(
                    400,
                    "PGRST128",
                    "Function must return SETOF or TABLE when max-affected preference is used with handling=strict",
                    null,
                    null);
        }
    }

    private static Sql scalars(Scope top) {
        Sql sql = new Sql().add("select pgrst_scalar from " + WriteSql.SOURCE);
        sql.add(top.limit() == null ? "" : " limit " + top.limit());
        return sql.add(top.offset() == 0 ? "" : " offset " + top.offset());
    }

    private String body(Function function, Format format) {
        if (request.isHead() || function.isVoid()) {
            return "''";
        }
        if (!function.composite()) {
            return format.scalars(function.set());
        }
        return function.set() ? format.rows() : format.row();
    }
}
