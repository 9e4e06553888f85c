package dev.assay.check;

import dev.assay.target.Target;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.HttpTimeoutException;
import java.nio.charset.StandardCharsets;
import java.security.InvalidKeyException;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * Calls an edge function as somebody outside would, and writes down every request with its answer, without keys and
 * tokens.
 */
final class FunctionCaller {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    /** Stands for an answer that did not come. */
    private static final int NO_ANSWER = 0;

    private final HttpClient http = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(Duration.ofSeconds(10))
            .build();
    private final Target target;
    private final String function;
    private final StringBuilder log = new StringBuilder();

    FunctionCaller(Target target, String function) {
        this.target = target;
        this.function = function;
    }

    /**
     * Sends one request.
     *
     * @param token what it signs in with; empty for none
     * @param headers besides
     * @return status 0 where no answer came in a minute
     * @throws CheckError where the target, not the function, is what does not answer
     */
    Answer post(String body, Optional<String> token, Map<String, String> headers) throws InterruptedException {
        HttpRequest.Builder request = HttpRequest.newBuilder(
                        URI.create(target.apiUrl() + "/functions/v1/" + Api.encode(function)))
                .timeout(PATIENCE)
                .header("Content-Type", "application/json")
                .POST(BodyPublishers.ofString(body));
        token.ifPresent(given -> request.header("Authorization", "Bearer " + given));
        headers.forEach(request::header);
        Answer answer;
        try {
            var response = http.send(request.build(), BodyHandlers.ofString());
            answer = new Answer(response.statusCode(), response.body());
        } catch (HttpTimeoutException e) {
            answer = new Answer(NO_ANSWER, "");
        } catch (IOException e) {
            throw new CheckError("The target does not answer at " + target.apiUrl() + ": " + e, e);
        }
        write(body, token, headers, answer);
        if (answer.status() == 501 || answer.status() == 502) {
            throw new CheckError("The target does not serve edge functions: POST /functions/v1/" + function
                    + " was answered " + answer);
        }
        return answer;
    }

    private void write(String body, Optional<String> token, Map<String, String> headers, Answer answer) {
        log.append("POST /functions/v1/")
                .append(function)
                .append(token.isPresent() ? " (with a token)" : " (no token)");
        new TreeMap<>(headers)
                .forEach((name, value) ->
                        log.append("\n  ").append(name).append(": ").append(value));
        log.append("\n  ").append(body).append("\n  → ").append(said(answer)).append('\n');
    }

    /** What was asked and answered since the last call, and what the function printed. */
    void attachTo(Probe probe) {
        probe.attach("requests", "text/plain", log.toString());
        log.setLength(0);
        String printed = String.join("\n", target.functionLog(function));
        if (!printed.isEmpty()) {
            probe.attach("log of " + function, "text/plain", printed);
        }
    }

    /** An answer in words: what the runtime says for a function is told apart from what the function says. */
    static String said(Answer answer) {
        if (answer.status() == NO_ANSWER) {
            return "no answer within " + PATIENCE.toSeconds() + " s";
        }
        String code = answer.json().path("code").asString("");
        String log = String.join(
                "; ",
                answer.json()
                        .path("log")
                        .valueStream()
                        .map(line -> line.asString(""))
                        .filter(line -> !line.isBlank())
                        .limit(3)
                        .toList());
        return switch (code) {
            case "BOOT_ERROR" -> answer.status() + ", as it does not start: " + log;
            case "WORKER_ERROR" -> answer.status() + ", as it ended on an error: " + log;
            case "WORKER_LIMIT" -> answer.status() + ", as it used up its resources: " + log;
            case "IDLE_TIMEOUT" -> answer.status() + ", as it does not answer";
            default -> answer.toString();
        };
    }

    /** HMAC-SHA256 of a body, in hex. */
    static String signature(String body, String secret) {
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(secret.getBytes(StandardCharsets.UTF_8), "HmacSHA256"));
            return HexFormat.of().formatHex(mac.doFinal(body.getBytes(StandardCharsets.UTF_8)));
        } catch (NoSuchAlgorithmException | InvalidKeyException e) {
            throw new IllegalStateException("every Java has HmacSHA256", e);
        }
    }
}
