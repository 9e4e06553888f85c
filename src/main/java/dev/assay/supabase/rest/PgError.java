package dev.assay.supabase.rest;

import dev.assay.supabase.RequestRefused;
import java.sql.SQLException;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.postgresql.util.PSQLException;
import org.postgresql.util.ServerErrorMessage;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** What PostgreSQL refused, as an answer: the table of SQLSTATEs in PostgREST's reference "Errors". */
final class PgError {
    private static final JsonMapper MAPPER = new JsonMapper();

    private PgError() {}

    /** Whether the connection is gone, or the server is going. */
    static boolean isLostConnection(SQLException error) {
        String state = error.getSQLState();
        return state != null && (state.startsWith("08") || state.startsWith("57P0"));
    }

    /** Whether a schema that changed since it was cached may be the reason. */
    static boolean maybeStaleSchema(SQLException error) {
        String state = error.getSQLState();
        return state != null
                && switch (state) {
                    case "42P01", "42703", "42883", "42804", "42P10", "3F000", "42704" -> true;
                    default -> false;
                };
    }

    /** Both for a server that is not there, in PostgREST's words. */
    static RequestRefused unreachable(SQLException error) {
        return Refusal.of(
                503,
                "PGRST001",
                "Could not connect with the database due to an internal error.",
                error.getMessage(),
                null);
    }

    /**
     * @param anonymous whether the request ran as anon: it lacks a token rather than a right
     */
    static RequestRefused answer(SQLException error, boolean anonymous) {
        ServerErrorMessage server = error instanceof PSQLException postgres ? postgres.getServerErrorMessage() : null;
        String state = error.getSQLState() == null ? "XX000" : error.getSQLState();
        if (server == null) {
            return isLostConnection(error)
                    ? unreachable(error)
                    : Refusal.of(500, state, String.valueOf(error.getMessage()), null, null);
        }
        String message = server.getMessage() == null ? "" : server.getMessage();
        if (state.equals("PGRST")) {
            return raised(message, server.getDetail());
        }
        int status = status(state, message, anonymous);
        Refusal refusal = Refusal.of(status, state, message, server.getDetail(), server.getHint());
        return status == 401 ? refusal.with(Map.of("WWW-Authenticate", "Bearer")) : refusal;
    }

    private static int status(String state, String message, boolean anonymous) {
        switch (state) {
            case "23503", "23505" -> {
                return 409;
            }
            case "25006" -> {
                return 405;
            }
            case "53400", "42P17" -> {
                return 500;
            }
            case "57P01" -> {
                return 503;
            }
            case "P0001" -> {
                return 400;
            }
            case "42883" -> {
                return message.startsWith("function xmlagg(") ? 406 : 404;
            }
            case "42P01" -> {
                return 404;
            }
            case "42501" -> {
                return anonymous || message.startsWith("permission denied to set role") ? 401 : 403;
            }
            case "21000" -> {
                return message.endsWith("requires a WHERE clause") ? 400 : 500;
            }
            case "22023" -> {
                return message.startsWith("role ") && message.endsWith("does not exist") ? 401 : 400;
            }
            default -> {
                return byClass(state);
            }
        }
    }

    private static int byClass(String state) {
        if (state.matches("PT[1-5]\\d\\d")) {
            return Integer.parseInt(state.substring(2));
        }
        return switch (state.substring(0, 2)) {
            case "08", "53" -> 503;
            case "0L", "0P", "28" -> 403;
            case "09", "25", "2D", "38", "39", "3B", "40", "54", "55", "57", "58", "F0", "HV", "P0", "XX" -> 500;
            default -> 400;
        };
    }

    /** {@code RAISE sqlstate 'PGRST'}: message and detail are JSON that says the answer. */
    private static RequestRefused raised(String message, @Nullable String detail) {
        JsonNode body = read(message);
        if (!body.path("code").isString() || !body.path("message").isString()) {
            return notJson(
                    "Invalid JSON value for MESSAGE: '" + message + "'",
                    "MESSAGE must be a JSON object with obligatory keys: 'code', 'message' and optional keys:"
                            + " 'details', 'hint'.");
        }
        JsonNode answer = read(detail == null ? "" : detail);
        int status = answer.path("status").isInt() ? answer.path("status").intValue() : 0;
        if (status < 100 || status > 599 || !answer.path("headers").isObject()) {
            return notJson(
                    detail == null
                            ? "DETAIL is missing in the RAISE statement"
                            : "Invalid JSON value for DETAIL: '" + detail + "'",
                    "DETAIL must be a JSON object with obligatory keys: 'status', 'headers' and optional key:"
                            + " 'status_text'.");
        }
        Map<String, String> headers = new LinkedHashMap<>();
        answer.path("headers")
                .properties()
                .forEach(h -> headers.put(h.getKey(), h.getValue().asString().replaceAll("\\p{Cntrl}", " ")));
        return Refusal.of(
                        status,
                        body.path("code").stringValue(),
                        body.path("message").stringValue(),
                        text(body.path("details")),
                        text(body.path("hint")))
                .with(headers);
    }

    private static JsonNode read(String text) {
        try {
            return MAPPER.readTree(text);
        } catch (JacksonException e) {
            // no JSON has none of the keys that are looked for, and the answer says so
            return MAPPER.missingNode();
        }
    }

    private static Refusal notJson(String details, String hint) {
        return Refusal.of(
                500, "PGRST121", "Could not parse JSON in the \"RAISE SQLSTATE 'PGRST'\" error", details, hint);
    }

    private static @Nullable String text(JsonNode node) {
        return node.isString() ? node.stringValue() : null;
    }
}
