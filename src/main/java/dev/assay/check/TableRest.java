package dev.assay.check;

import static io.restassured.RestAssured.given;

import dev.assay.check.catalog.Catalog;
import dev.assay.check.catalog.RowMaker;
import dev.assay.check.catalog.Table;
import dev.assay.check.catalog.Table.ForeignKey;
import dev.assay.target.Target;
import io.restassured.config.ConnectionConfig;
import io.restassured.config.HttpClientConfig;
import io.restassured.config.RestAssuredConfig;
import io.restassured.response.Response;
import io.restassured.specification.RequestSpecification;
import java.io.IOException;
import java.sql.Connection;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * How REST serves a table: select with filters, order and embedded relations, insert, update, delete. As service, so
 * that what policies do does not matter; where a trigger wants to know who inserts, as the owner.
 */
final class TableRest {
    private static final int CACHE_TRIES = 20;
    private static final long CACHE_PAUSE_MILLIS = 250;
    private static final RestAssuredConfig CONFIG = RestAssuredConfig.config()
            .httpClient(HttpClientConfig.httpClientConfig()
                    .setParam("http.connection.timeout", 5_000)
                    .setParam("http.socket.timeout", 20_000))
            // a connection that stays open holds up the target's end
            .connectionConfig(ConnectionConfig.connectionConfig().closeIdleConnectionsAfterEachResponse());

    private final Target target;
    private final Catalog catalog;
    private final Connection connection;
    private final TestUsers users;

    TableRest(Target target, Catalog catalog, Connection connection, TestUsers users) {
        this.target = target;
        this.catalog = catalog;
        this.connection = connection;
        this.users = users;
    }

    void check(Table table, Probe probe) throws InterruptedException {
        RowMaker rows = new RowMaker(connection, catalog);
        Requests requests = new Requests(target);
        try {
            String user = users.user("user A").id();
            insert(table, user, rows, requests, probe);
            Map<String, String> row = rows.insert(table, rows.values(table, user), user);
            select(table, row, requests, probe);
            for (ForeignKey key : table.foreignKeys()) {
                embed(table, key, row, requests, probe);
            }
            Optional<Map<String, String>> change = rows.change(table, row, "service_role");
            if (change.isPresent()) {
                Answer updated = requests.send(
                        "PATCH", table, filter(table, row), TableTrial.typed(table, change.get()), Map.of());
                probe.expect(
                        updated.ok()
                                && rows.read(table, row).filter(row::equals).isEmpty(),
                        () -> answered(table, "update", "204 and the row changed", updated));
            }
            Answer deleted = requests.send("DELETE", table, filter(table, row), null, Map.of());
            probe.expect(
                    deleted.ok() && rows.read(table, row).isEmpty(),
                    () -> answered(table, "delete", "204 and the row gone", deleted));
        } finally {
            rows.cleanUp();
            probe.attach("requests", "text/plain", requests.log());
        }
    }

    /** The default contract: every exposed table answers. */
    void everyTable(Probe probe) throws InterruptedException {
        Requests requests = new Requests(target);
        for (Table table : catalog.tables()) {
            Answer answer = requests.send("GET", table, Map.of("limit", "1"), null, Map.of());
            probe.expect(answer.status() == 200, () -> answered(table, "select", "200", answer));
        }
        probe.expect(!catalog.tables().isEmpty(), "The exposed schema has no table", "at least one", "none");
        probe.attach("requests", "text/plain", requests.log());
    }

    private void insert(Table table, String user, RowMaker rows, Requests requests, Probe probe)
            throws InterruptedException {
        Map<String, String> values = rows.values(table, user);
        rows.clear(table, values);
        Set<Map<String, String>> before = rows.keys(table, values);
        Map<String, Object> body = TableTrial.typed(table, values);
        Answer inserted = requests.send("POST", table, Map.of(), body, Map.of("Prefer", "return=representation"));
        if (!inserted.ok()) {
            // Not yet the app's fault: a trigger or default may want a user, and service is none.
            Answer owner = users.user("user A")
                    .api()
                    .post("/rest/v1/" + Api.encode(table.name()), body, Map.of("Prefer", "return=minimal"));
            probe.expect(owner.ok(), () -> answered(table, "insert", "201", inserted));
        } else {
            probe.expect(
                    inserted.status() == 201 && inserted.rows() == 1,
                    () -> answered(table, "insert", "201 and the new row", inserted));
        }
        Set<Map<String, String>> added = rows.keys(table, values);
        added.removeAll(before);
        added.forEach(key -> rows.delete(table, key));
    }

    private void select(Table table, Map<String, String> row, Requests requests, Probe probe)
            throws InterruptedException {
        Answer selected = requests.send("GET", table, filter(table, row), null, Map.of());
        probe.expect(
                selected.status() == 200 && selected.rows() == 1,
                () -> answered(table, "select with a filter", "200 and the one row", selected));
        String column = RowMaker.key(table, row).keySet().iterator().next();
        Answer ordered =
                requests.send("GET", table, Map.of("order", "\"" + column + "\".desc", "limit", "1"), null, Map.of());
        probe.expect(
                ordered.status() == 200 && ordered.rows() == 1,
                () -> answered(table, "select with order and limit", "200 and one row", ordered));
    }

    /** The row that a foreign key points to comes with it, where that table is exposed and the row points anywhere. */
    private void embed(Table table, ForeignKey key, Map<String, String> row, Requests requests, Probe probe)
            throws InterruptedException {
        boolean exposed = catalog.tables().stream()
                .anyMatch(one -> one.schema().equals(key.schema()) && one.name().equals(key.table()));
        boolean points = key.columns().stream().allMatch(column -> row.get(column) != null);
        if (!exposed || !points || key.table().equals(table.name())) {
            return;
        }
        Map<String, String> query = filter(table, row);
        query.put("select", "*,embedded:\"" + key.table() + "\"!\"" + key.name() + "\"(*)");
        Answer answer = requests.send("GET", table, query, null, Map.of());
        JsonNode embedded = answer.json().path(0).path("embedded");
        probe.expect(
                answer.status() == 200 && embedded.isObject(),
                () -> answered(
                        table,
                        "select with its " + key.table() + " embedded",
                        "200 and the row with its " + key.table(),
                        answer));
    }

    private static Map<String, String> filter(Table table, Map<String, String> row) {
        Map<String, String> filter = new LinkedHashMap<>();
        RowMaker.key(table, row).forEach((column, value) -> filter.put(column, "eq." + value));
        return filter;
    }

    private static Finding answered(Table table, String operation, String expected, Answer answer) {
        return RlsLayer.finding(
                "REST cannot " + operation + " on table " + table.name() + ", even as service"
                        + (answer.reason().isEmpty() ? "" : ": " + answer.reason()),
                expected,
                answer.toString(),
                table.name(),
                "service",
                operation);
    }

    /** Requests as service, each written down with its answer. */
    private static final class Requests {
        private final Target target;
        private final StringBuilder log = new StringBuilder();

        Requests(Target target) {
            this.target = target;
        }

        Answer send(
                String method,
                Table table,
                Map<String, String> query,
                @Nullable Object body,
                Map<String, String> headers)
                throws InterruptedException {
            String path = "/rest/v1/" + Api.encode(table.name());
            Function<RequestSpecification, Response> request = one -> one.request(method, path);
            Answer answer = once(request, query, body, headers, method + " " + path);
            for (int again = 0; again < CACHE_TRIES && answer.saysCacheIsStale(); again++) {
                TimeUnit.MILLISECONDS.sleep(CACHE_PAUSE_MILLIS);
                answer = once(request, query, body, headers, method + " " + path);
            }
            log.append("service: ")
                    .append(method)
                    .append(' ')
                    .append(path)
                    .append(' ')
                    .append(query);
            log.append(body == null ? "" : " " + body)
                    .append("\n  → ")
                    .append(answer)
                    .append('\n');
            if (answer.saysTargetIsBroken() || answer.saysCacheIsStale()) {
                throw new CheckError("The target does not work: " + method + " " + path + " was answered " + answer);
            }
            return answer;
        }

        private Answer once(
                Function<RequestSpecification, Response> request,
                Map<String, String> query,
                @Nullable Object body,
                Map<String, String> headers,
                String shown) {
            RequestSpecification specification = given().config(CONFIG)
                    .baseUri(target.apiUrl().toString())
                    .header("apikey", target.serviceKey())
                    .header("Authorization", "Bearer " + target.serviceKey())
                    .headers(headers)
                    .queryParams(query)
                    .contentType("application/json");
            if (body != null) {
                specification.body(Answer.json(body));
            }
            try {
                Response response = request.apply(specification);
                return new Answer(response.statusCode(), response.asString());
            } catch (Exception e) {
                // REST Assured throws checked exceptions undeclared
                if (e instanceof IOException) {
                    throw new CheckError(
                            "The target does not answer at " + target.apiUrl() + ": " + shown + " failed with " + e, e);
                }
                throw e;
            }
        }

        String log() {
            return log.toString();
        }
    }
}
