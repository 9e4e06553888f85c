package dev.assay.supabase.realtime;

import dev.assay.supabase.ApiKeys;
import dev.assay.supabase.Caller;
import dev.assay.supabase.Exchange;
import dev.assay.supabase.RequestRefused;
import java.io.IOException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** Broadcasts that are sent by a request: {@code /api/broadcast}, many at once, or one in its own path. */
final class BroadcastApi {
    static final String PATH = "/api/broadcast";

    private final ApiKeys keys;
    private final Realtime realtime;

    BroadcastApi(ApiKeys keys, Realtime realtime) {
        this.keys = keys;
        this.realtime = realtime;
    }

    private record Message(Room.Name room, String event, JsonNode payload) {}

    void handle(Exchange exchange) throws IOException {
        if (!exchange.method().equals("POST")) {
            throw new RequestRefused(405, "{\"message\":\"Only POST is allowed here\"}");
        }
        Caller caller = keys.caller(exchange);
        if (caller.token().isEmpty()) {
            throw new RequestRefused(401, "{\"message\":\"Unauthorized\"}");
        }
        Tokens.Holder holder =
                new Tokens.Holder(caller.token(), caller.role(), caller.claims(), subject(caller), Long.MAX_VALUE);
        String[] parts = exchange.path().substring(PATH.length()).split("/", -1);
        if (parts.length == 4 && parts[2].equals("events")) {
            one(exchange, holder, decoded(parts[1]), decoded(parts[3]));
        } else if (parts.length == 1) {
            many(exchange, holder);
        } else {
            throw new RequestRefused(404, "{\"message\":\"Not found\"}");
        }
    }

    private static String subject(Caller caller) {
        return Wire.JSON.readTree(caller.claims()).path("sub").asString("");
    }

    private static String decoded(String part) {
        try {
            return URLDecoder.decode(part.replace("+", "%2B"), StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            throw new RequestRefused(400, "{\"message\":\"The path is not percent-encoded as it should be\"}");
        }
    }

    private void many(Exchange exchange, Tokens.Holder holder) throws IOException {
        JsonNode messages = json(exchange.body()).path("messages");
        if (!messages.isArray()) {
            throw invalid(JsonNodeFactory.instance
                    .objectNode()
                    .set("messages", JsonNodeFactory.instance.arrayNode().add("can't be blank")));
        }
        List<Message> read = new ArrayList<>();
        ArrayNode problems = JsonNodeFactory.instance.arrayNode();
        boolean any = false;
        for (JsonNode message : messages) {
            ObjectNode problem = problem(message);
            problems.add(problem);
            any |= !problem.isEmpty();
            if (problem.isEmpty()) {
                read.add(new Message(
                        new Room.Name(
                                message.path("topic").stringValue(),
                                message.path("private").asBoolean(false)),
                        message.path("event").stringValue(),
                        message.path("payload")));
            }
        }
        if (any) {
            throw invalid(JsonNodeFactory.instance.objectNode().set("messages", problems));
        }
        count(read.size());
        Map<String, Boolean> allowed = new HashMap<>();
        for (Message message : read) {
            String topic = message.room().topic();
            if (!message.room().isPrivate()
                    || allowed.computeIfAbsent(topic, name -> mayWrite(exchange, holder, name))) {
                realtime.rooms().broadcast(message.room(), message.event(), message.payload(), null);
            }
        }
        exchange.respond(202, Map.of(), new byte[0]);
    }

    private ObjectNode problem(JsonNode message) {
        ObjectNode problem = JsonNodeFactory.instance.objectNode();
        for (String name : List.of("topic", "event")) {
            if (message.path(name).asString("").isEmpty()) {
                problem.putArray(name).add("can't be blank");
            }
        }
        JsonNode payload = message.path("payload");
        if (!payload.isObject()) {
            problem.putArray("payload").add(payload.isMissingNode() ? "can't be blank" : "is invalid");
        } else if (payload.toString().length() > realtime.limits().payloadBytes()) {
            problem.putArray("payload").add("Payload size exceeds tenant limit");
        }
        return problem;
    }

    private void one(Exchange exchange, Tokens.Holder holder, String topic, String event) throws IOException {
        boolean isPrivate = (exchange.query() + "&").contains("private=true&");
        byte[] body = exchange.body();
        if (body.length > realtime.limits().payloadBytes()) {
            throw invalid(JsonNodeFactory.instance
                    .objectNode()
                    .set("payload", JsonNodeFactory.instance.arrayNode().add("Payload size exceeds tenant limit")));
        }
        boolean bytes = exchange.header("content-type")
                .orElse("")
                .toLowerCase(Locale.ROOT)
                .startsWith("application/octet-stream");
        JsonNode payload = bytes ? JsonNodeFactory.instance.nullNode() : json(body);
        count(1);
        Room.Name room = new Room.Name(topic, isPrivate);
        if (!isPrivate || mayWrite(exchange, holder, topic)) {
            if (bytes) {
                realtime.rooms().broadcast(room, event, body);
            } else {
                realtime.rooms().broadcast(room, event, payload, null);
            }
        }
        exchange.respond(202, Map.of(), new byte[0]);
    }

    private void count(int messages) {
        if (!realtime.messages().allows(messages)) {
            throw new RequestRefused(
                    429, "{\"message\":\"Too many messages to broadcast, please reduce the batch size or wait\"}");
        }
    }

    private boolean mayWrite(Exchange exchange, Tokens.Holder holder, String topic) {
        try {
            return realtime.authorization()
                    .mayWrite(holder, topic, Authorization.Extension.BROADCAST, headers(exchange));
        } catch (Refused e) {
            throw new RequestRefused(503, "{\"message\":\"Realtime was unable to connect to the project database\"}");
        }
    }

    /** The headers as PostgREST has them for policies: one object. */
    static String headers(Exchange exchange) {
        ObjectNode headers = JsonNodeFactory.instance.objectNode();
        exchange.headers().forEach((name, values) -> headers.put(name, String.join(", ", values)));
        return headers.toString();
    }

    private static JsonNode json(byte[] body) {
        try {
            return Wire.JSON.readTree(body);
        } catch (JacksonException e) {
            throw new RequestRefused(400, "{\"message\":\"The body is no JSON\"}");
        }
    }

    private static RequestRefused invalid(JsonNode errors) {
        ObjectNode body = JsonNodeFactory.instance.objectNode();
        body.set("errors", errors);
        return new RequestRefused(422, body.toString());
    }
}
