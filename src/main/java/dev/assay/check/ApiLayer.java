package dev.assay.check;

import static io.restassured.RestAssured.given;

import dev.assay.check.catalog.Catalog;
import dev.assay.check.catalog.RowMaker;
import dev.assay.check.catalog.Table;
import dev.assay.check.catalog.Table.ForeignKey;
import dev.assay.experiment.Access.Operation;
import dev.assay.experiment.Contract.TableRule;
import dev.assay.target.Target;
import dev.assay.target.Target.Applied;
import io.restassured.response.Response;
import io.restassured.specification.RequestSpecification;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * Whether the database is what the contract asks for: migrations apply, the tables are there, roles are granted what
 * they need, and REST serves them. All requests are made as service: what policies hold back is the rls layer's.
 */
public final class ApiLayer implements Layer {
    @Override
    public LayerKind kind() {
        return LayerKind.API;
    }

    @Override
    public void run(Subject subject, Checks checks) throws InterruptedException {
        checks.check("migrations", "migrations apply", probe -> migrations(subject.migrations(), probe));
        try (Connection connection = Database.open(subject.target())) {
            Catalog catalog = Catalog.read(connection);
            for (TableRule rule : subject.contract().tables().values()) {
                checks.check(rule.id(), rule.id() + " · table exists", probe -> exists(rule, catalog, probe));
                for (Table table : catalog.tables()) {
                    if (rule.matches(table.name())) {
                        String id = rule.id() + "."
                                + table.name().toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9_-]", "_");
                        checks.check(
                                id + ".grants",
                                table.name() + " · grants",
                                probe -> grants(rule, table, connection, probe));
                        checks.check(
                                id + ".rest",
                                table.name() + " · REST",
                                probe -> rest(table, catalog, connection, subject.target(), probe));
                    }
                }
            }
            if (subject.contract().tables().isEmpty()) {
                checks.check(
                        "tables", "every exposed table answers", probe -> answers(catalog, subject.target(), probe));
            }
        } catch (SQLException e) {
            throw new CheckError("The target's database does not answer: " + e.getMessage(), e);
        }
    }

    private static void migrations(Applied applied, Probe probe) {
        if (applied.failure().isEmpty()) {
            probe.expect(true, "migrations apply", "no error", "no error");
            return;
        }
        Applied.Failure failure = applied.failure().get();
        if (failure.infrastructure()) {
            throw new CheckError(failure.name() + " asks for what this target can never have: " + failure.message());
        }
        probe.expect(
                false,
                failure.name() + " does not apply: " + failure.message(),
                "every migration applies",
                failure.message());
    }

    private static void exists(TableRule rule, Catalog catalog, Probe probe) {
        List<String> names = catalog.tables().stream().map(Table::name).toList();
        probe.expect(
                names.stream().anyMatch(rule::matches),
                () -> new Finding(
                        "No table is there whose name matches " + rule.match() + ": "
                                + (names.isEmpty()
                                        ? "the exposed schema has no table"
                                        : "there are only " + String.join(", ", names)),
                        "a table for " + rule.id(),
                        names.toString(),
                        Map.of("table", rule.id())));
    }

    private static void grants(TableRule rule, Table table, Connection connection, Probe probe) throws SQLException {
        for (AccessMatrix.Actor actor : List.of(AccessMatrix.Actor.USER_A, AccessMatrix.Actor.ANON)) {
            String role = actor == AccessMatrix.Actor.ANON ? "anon" : "authenticated";
            for (Operation operation : Operation.values()) {
                boolean needed = AccessMatrix.of(rule.access(), actor, operation) == AccessMatrix.Expected.ALLOWED;
                if (needed) {
                    String word = operation.name().toLowerCase(Locale.ROOT);
                    probe.expect(
                            granted(connection, role, table, operation.name()),
                            () -> RlsLayer.finding(
                                    role + " is not granted " + word + " on table " + table.name(),
                                    "granted",
                                    "not granted",
                                    table.name(),
                                    role,
                                    word));
                }
            }
        }
        probe.expect(
                granted(connection, "service_role", table, "SELECT"),
                () -> RlsLayer.finding(
                        "service_role is not granted select on table " + table.name(),
                        "granted",
                        "not granted",
                        table.name(),
                        "service_role",
                        "select"));
    }

    private static boolean granted(Connection connection, String role, Table table, String privilege)
            throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement("SELECT has_table_privilege(?, ?, ?)")) {
            statement.setString(1, role);
            statement.setString(2, table.quoted());
            statement.setString(3, privilege);
            try (ResultSet rows = statement.executeQuery()) {
                return rows.next() && rows.getBoolean(1);
            }
        }
    }

    private static void rest(Table table, Catalog catalog, Connection connection, Target target, Probe probe)
            throws InterruptedException {
        RowMaker rows = new RowMaker(connection, catalog);
        String path = "/rest/v1/" + Api.encode(table.name());
        RestLog log = new RestLog();
        try {
            String user = new TestUsers(Api.anon(target)).user("user A").id();
            Map<String, String> values = rows.values(table, user);
            if (values.keySet().containsAll(table.primaryKey())
                    && !table.primaryKey().isEmpty()) {
                rows.delete(table, values);
            }
            Response inserted = log.keep(
                    "POST " + path,
                    service(target)
                            .header("Prefer", "return=representation")
                            .body(values)
                            .post(path));
            probe.expect(inserted.statusCode() == 201, () -> answered(table, "insert", "201", inserted));
            rows.deleteLike(table, values);

            Map<String, String> row = rows.insert(table, rows.values(table, user));
            Map<String, String> key = RowMaker.key(table, row);
            Response selected =
                    log.keep("GET " + path, filtered(service(target), key).get(path));
            probe.expect(
                    selected.statusCode() == 200
                            && selected.jsonPath().getList("$").size() == 1,
                    () -> answered(table, "select with a filter", "200 and the one row", selected));
            String first = table.primaryKey().get(0);
            Response ordered = log.keep(
                    "GET " + path + " ordered",
                    service(target)
                            .queryParam("order", first + ".desc")
                            .queryParam("limit", 1)
                            .get(path));
            probe.expect(
                    ordered.statusCode() == 200
                            && ordered.jsonPath().getList("$").size() == 1,
                    () -> answered(table, "select with order and limit", "200 and one row", ordered));
            for (ForeignKey fk : table.foreignKeys()) {
                embedded(table, fk, key, target, log, path, probe);
            }
            rows.change(table, row).ifPresent(change -> {
                Response updated = log.keep(
                        "PATCH " + path,
                        filtered(service(target), key).body(change).patch(path));
                probe.expect(
                        updated.statusCode() == 204 || updated.statusCode() == 200,
                        () -> answered(table, "update", "204", updated));
            });
            Response deleted =
                    log.keep("DELETE " + path, filtered(service(target), key).delete(path));
            probe.expect(
                    (deleted.statusCode() == 204 || deleted.statusCode() == 200)
                            && rows.read(table, row).isEmpty(),
                    () -> answered(table, "delete", "204 and the row gone", deleted));
        } finally {
            rows.cleanUp();
            probe.attach("requests", "text/plain", log.text());
        }
    }

    private static void embedded(
            Table table, ForeignKey fk, Map<String, String> key, Target target, RestLog log, String path, Probe probe) {
        if (!fk.schema().equals("public") || fk.table().equals(table.name())) {
            return;
        }
        String select = "*," + fk.table() + "!" + fk.columns().get(0) + "(*)";
        Response response = log.keep(
                "GET " + path + "?select=" + select,
                filtered(service(target), key).queryParam("select", select).get(path));
        probe.expect(
                response.statusCode() == 200,
                () -> answered(table, "select with its " + fk.table() + " embedded", "200", response));
    }

    private static void answers(Catalog catalog, Target target, Probe probe) {
        RestLog log = new RestLog();
        for (Table table : catalog.tables()) {
            String path = "/rest/v1/" + Api.encode(table.name());
            Response response = log.keep(
                    "GET " + path, service(target).queryParam("limit", 1).get(path));
            probe.expect(response.statusCode() == 200, () -> answered(table, "select", "200", response));
        }
        probe.expect(!catalog.tables().isEmpty(), "The exposed schema has no table", "at least one", "none");
        probe.attach("requests", "text/plain", log.text());
    }

    private static RequestSpecification service(Target target) {
        return given().baseUri(target.apiUrl().toString())
                .header("apikey", target.serviceKey())
                .header("Authorization", "Bearer " + target.serviceKey())
                .contentType("application/json");
    }

    private static RequestSpecification filtered(RequestSpecification request, Map<String, String> key) {
        Map<String, String> filters = new LinkedHashMap<>();
        key.forEach((column, value) -> filters.put(column, "eq." + value));
        return request.queryParams(filters);
    }

    private static Finding answered(Table table, String operation, String expected, Response response) {
        String found = response.statusCode() + " " + response.asString();
        return RlsLayer.finding(
                "REST does not answer " + operation + " on table " + table.name() + " as service",
                expected,
                found.length() > 400 ? found.substring(0, 400) + "…" : found,
                table.name(),
                "service",
                operation);
    }

    /** What was asked and answered, for people. */
    private static final class RestLog {
        private final StringBuilder text = new StringBuilder();

        Response keep(String request, Response response) {
            if (response.statusCode() == 502 || response.statusCode() == 503) {
                throw new CheckError("The target does not work: " + request + " was answered " + response.asString());
            }
            text.append("service: ").append(request).append("\n  → ").append(response.statusCode());
            text.append(' ')
                    .append(response.asString().lines().limit(20).collect(Collectors.joining("\n")))
                    .append('\n');
            return response;
        }

        String text() {
            return text.toString();
        }
    }
}
