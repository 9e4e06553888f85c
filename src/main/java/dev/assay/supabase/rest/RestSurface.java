package dev.assay.supabase.rest;

import dev.assay.supabase.ApiKeys;
import dev.assay.supabase.Caller;
import dev.assay.supabase.Exchange;
import dev.assay.supabase.RequestRefused;
import dev.assay.supabase.Surface;
import java.io.IOException;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * {@code /rest/v1}: the tables, views and functions of a database over HTTP, as PostgREST serves them.
 *
 * <p>Each request is one transaction under the role of its caller. Close it before the database is dropped: it holds
 * connections.
 */
public final class RestSurface implements Surface, AutoCloseable {
    private static final String PREFIX = "/rest/v1";

    private final ApiKeys keys;
    private final Database database;
    private final SchemaCache cache;

    /** Works as soon as the database does; it need not be there yet. */
    public RestSurface(RestSettings settings, ApiKeys keys) {
        this.keys = keys;
        this.database = new Database(settings.jdbcUrl(), settings.poolSize());
        this.cache = new SchemaCache(database, settings);
    }

    @Override
    public String prefix() {
        return PREFIX;
    }

    @Override
    public void handle(Exchange exchange) throws IOException {
        Caller caller = keys.caller(exchange);
        byte[] body = exchange.body();
        Answer answer = answer(catalog -> request(exchange, body, caller, catalog.settings()), caller.isAnonymous());
        exchange.respond(answer.status(), answer.headers(), answer.body());
    }

    private static RestRequest request(Exchange exchange, byte[] body, Caller caller, RestSettings settings) {
        Map<String, List<String>> headers = exchange.headers();
        boolean reads = List.of("GET", "HEAD", "OPTIONS").contains(exchange.method());
        String schema = exchange.header(reads ? "accept-profile" : "content-profile")
                .filter(s -> !s.isBlank())
                .orElse(settings.schemas().get(0));
        if (!settings.schemas().contains(schema)) {
            throw Refusal.of(
                    406,
                    "PGRST106",
                    "Invalid schema: " + schema,
                    null,
                    "Only the following schemas are exposed: " + String.join(", ", settings.schemas()));
        }
        return new RestRequest(
                exchange.method(),
                exchange.path(),
                exchange.query(),
                headers,
                body,
                caller,
                schema,
                settings.schemas().size() > 1,
                Preferences.of(headers.getOrDefault("prefer", List.of())),
                MediaType.accepted(Optional.ofNullable(headers.get("accept")).map(a -> String.join(",", a))));
    }

    /** Reads the request by what is known of the database. */
    @FunctionalInterface
    private interface Asked {
        RestRequest of(Catalog catalog);
    }

    /** Answers, and once more with the schema read anew when an old one may be why it failed. */
    private Answer answer(Asked asked, boolean anonymous) throws RequestRefused {
        long started = System.nanoTime();
        try {
            Catalog catalog = cache.current();
            try {
                return answer(asked.of(catalog), catalog);
            } catch (Refusal refusal) {
                if (!refusal.maybeStaleSchema() || !isStale(catalog, started)) {
                    throw refusal;
                }
            } catch (SQLException error) {
                if (!PgError.maybeStaleSchema(error) || !isStale(catalog, started)) {
                    throw error;
                }
            }
            Catalog newer = cache.newerThan(started);
            return answer(asked.of(newer), newer);
        } catch (SQLException error) {
            throw PgError.answer(error, anonymous);
        }
    }

    private static boolean isStale(Catalog catalog, long started) {
        return catalog.settings().reloadOnMiss() && catalog.loadedAt() - started <= 0;
    }

    private Answer answer(RestRequest request, Catalog catalog) throws SQLException {
        Session session = new Session(database, catalog, request);
        List<String> path = segments(request.path());
        if (path.isEmpty()) {
            return root(session);
        }
        if (path.size() == 2 && path.get(0).equals("rpc")) {
            return call(session, path.get(1));
        }
        if (path.size() != 1) {
            throw Refusal.of(404, "PGRST125", "Invalid path specified in request URL", null, null);
        }
        String table = path.get(0);
        return switch (request.method()) {
            case "GET", "HEAD" -> new Reading(session).table(table);
            case "POST" -> new Writing(session, table).insert();
            case "PUT" -> new Writing(session, table).put();
            case "PATCH" -> new Writing(session, table).update();
            case "DELETE" -> new Writing(session, table).delete();
            case "OPTIONS" -> allowed(session.table(table));
            default -> throw unsupportedMethod(request.method());
        };
    }

    private static Answer root(Session session) throws SQLException {
        RestSettings.Features features = session.settings().features();
        String spec = features.rootSpec();
        return switch (session.request().method()) {
            case "GET", "HEAD" -> {
                if (spec != null && !spec.isBlank()) {
                    yield new Reading(session).root(spec.substring(spec.lastIndexOf('.') + 1));
                }
                if (features.openApi().equals("disabled")) {
                    throw Refusal.of(404, "PGRST126", "Root endpoint metadata is disabled", null, null);
                }
                yield new OpenApi(session).answer();
            }
            case "OPTIONS" -> allow("OPTIONS,GET,HEAD");
            default -> throw unsupportedMethod(session.request().method());
        };
    }

    private static Answer call(Session session, String function) throws SQLException {
        RestRequest request = session.request();
        return switch (request.method()) {
            case "GET", "HEAD", "POST" -> new Reading(session).function(function);
            case "OPTIONS" -> {
                List<Function> overloads =
                        session.catalog().functions().getOrDefault(new Name(request.schema(), function), List.of());
                boolean writes = !overloads.isEmpty() && overloads.stream().allMatch(Function::writes);
                yield allow(writes ? "OPTIONS,POST" : "OPTIONS,GET,HEAD,POST");
            }
            case "PUT", "PATCH", "DELETE" ->
                throw Refusal.of(405, "PGRST101", "Cannot use the " + request.method() + " method on RPC", null, null);
            default -> throw unsupportedMethod(request.method());
        };
    }

    private static Refusal unsupportedMethod(String method) {
        return Refusal.of(405, "PGRST117", "Unsupported HTTP method: " + method, null, null);
    }

    private static Answer allowed(Table table) {
        List<String> methods = new ArrayList<>(List.of("OPTIONS", "GET", "HEAD"));
        if (table.isInsertable()) {
            methods.add("POST");
            if (table.isUpdatable() && !table.primaryKey().isEmpty()) {
                methods.add("PUT");
            }
        }
        if (table.isUpdatable()) {
            methods.add("PATCH");
        }
        if (table.isDeletable()) {
            methods.add("DELETE");
        }
        return allow(String.join(",", methods));
    }

    private static Answer allow(String methods) {
        Map<String, String> headers = new LinkedHashMap<>();
        headers.put("Allow", methods);
        return new Answer(200, headers, new byte[0]);
    }

    private static List<String> segments(String path) {
        List<String> segments = new ArrayList<>();
        for (String segment : path.split("/", -1)) {
            if (!segment.isEmpty()) {
                // a plus sign is a plus sign in a path
                segments.add(QueryParser.decoded(segment.replace("+", "%2B")));
            }
        }
        return segments;
    }

    /** Lets go of what it holds of a database that was replaced by another of the same name. */
    public void reconnect() {
        database.reconnect();
        cache.forget();
    }

    /** Closes its connections. */
    @Override
    public void close() {
        cache.close();
        database.close();
    }
}
