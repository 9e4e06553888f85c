package dev.assay.check;

import dev.assay.target.Target;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;

/**
 * The target's HTTP API as one caller sees it. Every request and its answer is written down, without keys and tokens,
 * for the check that asks.
 */
public final class Api {
    private static final Duration PATIENCE = Duration.ofSeconds(20);
    private static final int CACHE_TRIES = 20;
    private static final long CACHE_PAUSE_MILLIS = 250;
    private static final JsonMapper JSON = new JsonMapper();

    private final HttpClient http;
    private final Target target;
    private final String caller;
    private final String key;
    private final String token;
    private final StringBuilder log;

    private Api(HttpClient http, Target target, String caller, String key, String token, StringBuilder log) {
        this.http = http;
        this.target = target;
        this.caller = caller;
        this.key = key;
        this.token = token;
        this.log = log;
    }

    /** The API as a visitor who is not signed in. */
    public static Api anon(Target target) {
        HttpClient http = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .connectTimeout(Duration.ofSeconds(5))
                .build();
        return new Api(http, target, "anon", target.anonKey(), target.anonKey(), new StringBuilder());
    }

    Api signedIn(String name, String accessToken) {
        return new Api(http, target, name, target.anonKey(), accessToken, log);
    }

    public Api service() {
        return new Api(http, target, "service", target.serviceKey(), target.serviceKey(), log);
    }

    /** What was asked and answered since the last call. */
    public String log() {
        String text = log.toString();
        log.setLength(0);
        return text;
    }

    public Answer get(String path) throws InterruptedException {
        return send("GET", path, null, Map.of());
    }

    public Answer post(String path, Object body, Map<String, String> headers) throws InterruptedException {
        return send("POST", path, body, headers);
    }

    Answer patch(String path, Object body) throws InterruptedException {
        return send("PATCH", path, body, Map.of("Prefer", "return=minimal"));
    }

    Answer delete(String path) throws InterruptedException {
        return send("DELETE", path, null, Map.of("Prefer", "return=minimal"));
    }

    /** A path to the rows of a table that have these values. */
    static String rows(String table, Map<String, String> where) {
        return "/rest/v1/" + encode(table)
                + where.entrySet().stream()
                        .map(one -> encode(one.getKey()) + "=eq." + encode(one.getValue()))
                        .collect(Collectors.joining("&", "?", ""));
    }

    public static String encode(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
    }

    Answer send(String method, String path, @Nullable Object body, Map<String, String> headers)
            throws InterruptedException {
        Answer answer = once(method, path, body, headers);
        if (path.startsWith("/rest/")) {
            // The API takes notice of a new table a moment after the migration.
            for (int again = 0; again < CACHE_TRIES && answer.saysCacheIsStale(); again++) {
                TimeUnit.MILLISECONDS.sleep(CACHE_PAUSE_MILLIS);
                answer = once(method, path, body, headers);
            }
            if (answer.saysTargetIsBroken() || answer.saysCacheIsStale()) {
                throw new CheckError("The target does not work: " + method + " " + path + " was answered " + answer);
            }
        }
        return answer;
    }

    private Answer once(String method, String path, @Nullable Object body, Map<String, String> headers)
            throws InterruptedException {
        String json = body == null ? "" : JSON.writeValueAsString(body);
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(target.apiUrl() + path))
                .timeout(PATIENCE)
                .header("apikey", key)
                .header("Authorization", "Bearer " + token)
                .header("Content-Type", "application/json")
                .method(method, body == null ? BodyPublishers.noBody() : BodyPublishers.ofString(json));
        headers.forEach(request::header);
        try {
            var response = http.send(request.build(), BodyHandlers.ofString());
            Answer answer = new Answer(response.statusCode(), response.body());
            write(method, path, json, answer);
            if (answer.status() == 502 || answer.status() == 503 || answer.status() == 504) {
                throw new CheckError("The target does not work: " + method + " " + path + " was answered " + answer);
            }
            return answer;
        } catch (IOException e) {
            throw new CheckError(
                    "The target does not answer at " + target.apiUrl() + ": " + method + " " + path + " failed with "
                            + e,
                    e);
        }
    }

    /** Sessions and passwords stay out. */
    private void write(String method, String path, String json, Answer answer) {
        boolean auth = path.startsWith("/auth/");
        log.append(caller).append(": ").append(method).append(' ').append(path);
        log.append(json.isEmpty() || auth ? "" : " " + json);
        log.append("\n  → ");
        log.append(auth && answer.ok() ? String.valueOf(answer.status()) : answer)
                .append('\n');
    }
}
