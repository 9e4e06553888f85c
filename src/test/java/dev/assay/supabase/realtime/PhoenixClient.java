package dev.assay.supabase.realtime;

import static org.assertj.core.api.Assertions.assertThat;

import dev.assay.supabase.SupabaseProject;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** A plain WebSocket client of Phoenix' protocol, version 2 unless told otherwise; keeps all that it was sent. */
final class PhoenixClient implements AutoCloseable {
    private static final JsonMapper JSON = Wire.JSON;
    private static final long LIMIT = TimeUnit.SECONDS.toNanos(90);

    private final List<JsonNode> messages = new ArrayList<>();
    private final List<byte[]> binaries = new ArrayList<>();
    private boolean gone;
    private final WebSocket socket;
    private final boolean first;
    private int ref;

    PhoenixClient(SupabaseProject project) {
        this(project, project.keys().anonKey(), "2.0.0");
    }

    PhoenixClient(SupabaseProject project, String key, String vsn) {
        first = vsn.startsWith("1");
        URI uri = URI.create(
                project.url().replace("http:", "ws:") + "/realtime/v1/websocket?apikey=" + key + "&vsn=" + vsn);
        socket = HttpClient.newHttpClient()
                .newWebSocketBuilder()
                .buildAsync(uri, new Listener())
                .join();
    }

    private final class Listener implements WebSocket.Listener {
        private final StringBuilder text = new StringBuilder();

        @Override
        public CompletionStage<?> onText(WebSocket from, CharSequence data, boolean last) {
            text.append(data);
            if (last) {
                JsonNode message = JSON.readTree(text.toString());
                text.setLength(0);
                synchronized (PhoenixClient.this) {
                    messages.add(message);
                    PhoenixClient.this.notifyAll();
                }
            }
            from.request(1);
            return null;
        }

        @Override
        public CompletionStage<?> onBinary(WebSocket from, ByteBuffer data, boolean last) {
            byte[] bytes = new byte[data.remaining()];
            data.get(bytes);
            synchronized (PhoenixClient.this) {
                binaries.add(bytes);
                PhoenixClient.this.notifyAll();
            }
            from.request(1);
            return null;
        }

        @Override
        public CompletionStage<?> onClose(WebSocket from, int code, String reason) {
            ended();
            return null;
        }

        @Override
        public void onError(WebSocket from, Throwable error) {
            ended();
        }

        private void ended() {
            synchronized (PhoenixClient.this) {
                gone = true;
                PhoenixClient.this.notifyAll();
            }
        }
    }

    /** Sends a message, and gives its reference. */
    String send(String topic, String event, String payload) {
        String number = String.valueOf(++ref);
        String text = first
                ? "{\"topic\":\"%s\",\"event\":\"%s\",\"payload\":%s,\"ref\":\"%s\"}"
                        .formatted(topic, event, payload, number)
                : "[null,\"%s\",\"%s\",\"%s\",%s]".formatted(number, topic, event, payload);
        raw(text);
        return number;
    }

    void raw(String text) {
        socket.sendText(text, true).join();
    }

    void raw(byte[] bytes) {
        socket.sendBinary(ByteBuffer.wrap(bytes), true).join();
    }

    /** Sends a message, and waits for its answer's payload. */
    JsonNode ask(String topic, String event, String payload) {
        String number = send(topic, event, payload);
        return payload(await(message ->
                event(message).equals("phx_reply") && number.equals(ref(message).asString(""))));
    }

    /** Joins, and expects to be let in. */
    JsonNode join(String topic, String config) {
        JsonNode reply = ask("realtime:" + topic, "phx_join", config);
        assertThat(reply.path("status").asString()).as("%s", reply).isEqualTo("ok");
        return reply.path("response");
    }

    /** Joins for database changes, and waits until they are sent. */
    void listen(String topic, String changes, String token) {
        join(
                topic,
                "{\"config\":{\"postgres_changes\":" + changes + "}"
                        + (token.isEmpty() ? "" : ",\"access_token\":\"" + token + "\"") + "}");
        awaitSystem(topic, "Subscribed to PostgreSQL", 1);
    }

    /** Waits for the so-many-th message of the system on a topic that has these words. */
    JsonNode awaitSystem(String topic, String words, int count) {
        return await(
                message -> topic(message).equals("realtime:" + topic)
                        && event(message).equals("system")
                        && payload(message).path("message").asString("").contains(words),
                count);
    }

    private JsonNode ref(JsonNode message) {
        return first ? message.path("ref") : message.path(1);
    }

    String topic(JsonNode message) {
        return (first ? message.path("topic") : message.path(2)).asString("");
    }

    String event(JsonNode message) {
        return (first ? message.path("event") : message.path(3)).asString("");
    }

    JsonNode payload(JsonNode message) {
        return first ? message.path("payload") : message.path(4);
    }

    JsonNode await(Predicate<JsonNode> wanted) {
        return await(wanted, 1);
    }

    synchronized JsonNode await(Predicate<JsonNode> wanted, int count) {
        long end = System.nanoTime() + LIMIT;
        while (true) {
            List<JsonNode> found = messages.stream().filter(wanted).toList();
            if (found.size() >= count) {
                return found.get(count - 1);
            }
            pause(end);
        }
    }

    synchronized byte[] awaitBinary() {
        long end = System.nanoTime() + LIMIT;
        while (binaries.isEmpty()) {
            pause(end);
        }
        return binaries.get(0);
    }

    synchronized void awaitGone() {
        long end = System.nanoTime() + LIMIT;
        while (!gone) {
            pause(end);
        }
    }

    private void pause(long end) {
        long left = TimeUnit.NANOSECONDS.toMillis(end - System.nanoTime());
        assertThat(left)
                .as("what is waited for does not come; there is %s", messages)
                .isPositive();
        try {
            wait(left);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    /** The payload of the next event of a name on a topic. */
    JsonNode next(String topic, String event) {
        return payload(await(message ->
                topic(message).equals("realtime:" + topic) && event(message).equals(event)));
    }

    /** Payloads that came so far. */
    synchronized List<JsonNode> all(String topic, String event) {
        return messages.stream()
                .filter(message -> topic(message).equals("realtime:" + topic)
                        && event(message).equals(event))
                .map(this::payload)
                .toList();
    }

    /** Waits for a change of the row with this id, and gives all changes up to it. */
    List<JsonNode> changesUpTo(String topic, int id) {
        await(message -> topic(message).equals("realtime:" + topic)
                && event(message).equals("postgres_changes")
                && (payload(message).at("/data/record/id").asInt(-1) == id
                        || payload(message).at("/data/old_record/id").asInt(-1) == id));
        return all(topic, "postgres_changes").stream()
                .map(payload -> payload.path("data"))
                .toList();
    }

    /** Waits for the first change of a kind, as {@code INSERT}. */
    JsonNode awaitChange(String topic, String kind) {
        return payload(await(message -> topic(message).equals("realtime:" + topic)
                && payload(message).at("/data/type").asString("").equals(kind)));
    }

    @Override
    public void close() {
        socket.abort();
    }
}
