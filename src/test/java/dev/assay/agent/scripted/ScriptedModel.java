package dev.assay.agent.scripted;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Function;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * A model's service on loopback that plays a script over the protocols of Anthropic, OpenAI and Google, so that real CLIs
 * can be driven without an account. A request without tools is a side question, such as for a title, and uses no turn.
 * Safe for use by several threads.
 */
public final class ScriptedModel implements AutoCloseable {
    private static final List<Protocol> PROTOCOLS =
            List.of(new AnthropicMessages(), new OpenAiResponses(), new OpenAiChat(), new GeminiContent());

    private final HttpServer server;
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final CountDownLatch closed = new CountDownLatch(1);
    private final Function<JsonNode, Turn> script;
    private final List<Asked> asked = new ArrayList<>();

    /**
     * A request that was made.
     *
     * @param path with the query
     * @param body an empty object where it had none
     */
    public record Asked(String method, String path, JsonNode body) {}

    private ScriptedModel(Function<JsonNode, Turn> script) throws IOException {
        this.script = script;
        this.server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", this::answer);
        server.setExecutor(threads);
        server.start();
    }

    /** Plays the turns one after the other, the last one for ever. */
    public static ScriptedModel playing(Turn... turns) throws IOException {
        Queue<Turn> left = new ArrayDeque<>(List.of(turns));
        return new ScriptedModel(request -> left.size() > 1 ? left.remove() : left.element());
    }

    /** Answers each request for itself. */
    public static ScriptedModel answering(Function<JsonNode, Turn> script) throws IOException {
        return new ScriptedModel(script);
    }

    /** Where it listens, with a path such as {@code /v1}. */
    public URI endpoint(String path) {
        return URI.create("http://127.0.0.1:" + server.getAddress().getPort() + path);
    }

    /** The requests so far, in order. */
    public List<Asked> asked() {
        synchronized (asked) {
            return List.copyOf(asked);
        }
    }

    private void answer(HttpExchange exchange) throws IOException {
        try (exchange) {
            String path = exchange.getRequestURI().getPath();
            byte[] bytes = exchange.getRequestBody().readAllBytes();
            JsonNode body = bytes.length == 0
                    ? JsonMapper.shared().createObjectNode()
                    : JsonMapper.shared().readTree(bytes);
            int number;
            synchronized (asked) {
                asked.add(new Asked(
                        exchange.getRequestMethod(), exchange.getRequestURI().toString(), body));
                number = asked.size();
            }
            for (Protocol protocol : PROTOCOLS) {
                if (protocol.answers(path)) {
                    answer(exchange, protocol, path, body, number);
                    return;
                }
            }
            send(exchange, 404, "application/json", "{\"error\":{\"message\":\"not scripted\"}}");
        }
    }

    private void answer(HttpExchange exchange, Protocol protocol, String path, JsonNode body, int number)
            throws IOException {
        Turn turn = Turn.says("ok");
        if (protocol.offersTools(body)) {
            synchronized (script) {
                turn = script.apply(body);
            }
        }
        if (turn.failure().isPresent()) {
            fail(exchange, protocol, turn.failure().get());
            return;
        }
        String model = body.path("model").asString(path.replaceFirst(".*/models/([^:]+):.*", "$1"));
        if (!protocol.streams(path, body)) {
            send(
                    exchange,
                    200,
                    "application/json",
                    protocol.whole(turn, model, number).toString());
            return;
        }
        StringBuilder events = new StringBuilder();
        for (Protocol.Event event : protocol.pieces(turn, model, number)) {
            if (!event.name().isEmpty()) {
                events.append("event: ").append(event.name()).append('\n');
            }
            events.append("data: ").append(event.data()).append("\n\n");
        }
        send(exchange, 200, "text/event-stream", events.toString());
    }

    private void fail(HttpExchange exchange, Protocol protocol, Turn.Failure failure) throws IOException {
        if (failure instanceof Turn.Failure.Status status) {
            status.headers().forEach(exchange.getResponseHeaders()::set);
            send(
                    exchange,
                    status.code(),
                    "application/json",
                    protocol.failure(status).toString());
        } else if (failure instanceof Turn.Failure.Hang) {
            try {
                closed.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
        // Otherwise the connection is closed without a word.
    }

    private static void send(HttpExchange exchange, int status, String type, String text) throws IOException {
        byte[] bytes = text.getBytes(UTF_8);
        exchange.getResponseHeaders().set("content-type", type);
        exchange.sendResponseHeaders(status, bytes.length);
        try (OutputStream out = exchange.getResponseBody()) {
            out.write(bytes);
        }
    }

    @Override
    public void close() {
        closed.countDown();
        server.stop(0);
        threads.shutdownNow();
    }
}
