package dev.assay.supabase;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class GatewayTest {
    private final HttpClient client = HttpClient.newHttpClient();
    private final Own own = new Own();
    private final Gateway gateway = new Gateway(0, List.of(new Echo(), own));

    @AfterEach
    void close() {
        gateway.close();
    }

    @Test
    void should_say_which_known_surface_is_missing() throws Exception {
        HttpResponse<String> answer = send("GET", "/storage/v1/object/x", "");
        assertThat(answer.statusCode()).isEqualTo(501);
        assertThat(answer.body()).contains("Storage", "not part of this embedded Supabase");
    }

    @Test
    void should_not_route_what_only_starts_like_a_prefix() throws Exception {
        assertThat(send("GET", "/echo/v10", "").statusCode()).isEqualTo(404);
        assertThat(send("GET", "/", "").statusCode()).isEqualTo(404);
    }

    @Test
    void should_answer_500_when_a_surface_breaks() throws Exception {
        HttpResponse<String> answer = send("GET", "/echo/v1/break", "");
        assertThat(answer.statusCode()).isEqualTo(500);
        assertThat(answer.body()).doesNotContain("secret detail");
    }

    @Test
    void should_answer_with_what_a_surface_refuses() throws Exception {
        HttpResponse<String> answer = send("GET", "/echo/v1/refuse", "");
        assertThat(answer.statusCode()).isEqualTo(418);
        assertThat(answer.body()).isEqualTo("{\"message\":\"no\"}");
    }

    @Test
    void should_name_the_port_that_is_taken() {
        assertThatThrownBy(() -> new Gateway(gateway.port(), List.of()))
                .hasMessageContaining("Port " + gateway.port())
                .hasMessageContaining("taken");
    }

    @Test
    void should_hand_over_path_query_and_body_untouched() throws Exception {
        HttpResponse<String> answer = send("POST", "/echo/v1/a%2Fb%22?select=*&x=eq.%22a,b%22", "body");
        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.body()).isEqualTo("POST /a%2Fb%22 ? select=*&x=eq.%22a,b%22 : body");
        assertThat(answer.headers().firstValue("access-control-allow-origin")).hasValue("*");
        assertThat(answer.headers().firstValue("access-control-expose-headers").orElseThrow())
                .contains("Content-Range");
    }

    @Test
    void should_answer_preflights_of_any_origin() throws Exception {
        HttpResponse<String> answer = client.send(
                HttpRequest.newBuilder(URI.create(gateway.url() + "/echo/v1/x"))
                        .method("OPTIONS", HttpRequest.BodyPublishers.noBody())
                        .header("Origin", "http://example.com")
                        .header("Access-Control-Request-Method", "PATCH")
                        .header("Access-Control-Request-Headers", "apikey, x-client-info")
                        .build(),
                HttpResponse.BodyHandlers.ofString());
        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.headers().firstValue("access-control-allow-origin")).hasValue("*");
        assertThat(answer.headers().firstValue("access-control-allow-methods").orElseThrow())
                .contains("PATCH", "DELETE");
        assertThat(answer.headers().firstValue("access-control-allow-headers").orElseThrow())
                .contains("apikey", "x-client-info", "Authorization");
    }

    @Test
    void should_hand_on_an_answer_while_it_is_written_and_a_body_while_it_comes() throws Exception {
        HttpResponse<InputStream> answer = client.send(
                HttpRequest.newBuilder(URI.create(gateway.url() + "/own/v1/drip"))
                        .POST(HttpRequest.BodyPublishers.ofString("given"))
                        .build(),
                HttpResponse.BodyHandlers.ofInputStream());

        try (InputStream body = answer.body()) {
            assertThat(body.readNBytes(6)).asString(StandardCharsets.UTF_8).isEqualTo("first ");
            own.goOn.countDown();
            assertThat(body.readAllBytes()).asString(StandardCharsets.UTF_8).isEqualTo("given");
        }
    }

    @Test
    void should_leave_cors_to_a_surface_that_has_its_own() throws Exception {
        HttpResponse<String> answer = client.send(
                HttpRequest.newBuilder(URI.create(gateway.url() + "/own/v1/x"))
                        .method("OPTIONS", HttpRequest.BodyPublishers.noBody())
                        .header("Origin", "http://example.com")
                        .header("Access-Control-Request-Method", "PATCH")
                        .build(),
                HttpResponse.BodyHandlers.ofString());

        assertThat(answer.statusCode()).isEqualTo(299);
        assertThat(answer.headers().firstValue("access-control-allow-origin")).isEmpty();
    }

    private HttpResponse<String> send(String method, String path, String body) throws Exception {
        return client.send(
                HttpRequest.newBuilder(URI.create(gateway.url() + path))
                        .method(method, HttpRequest.BodyPublishers.ofString(body))
                        .build(),
                HttpResponse.BodyHandlers.ofString());
    }

    private static final class Echo implements Surface {
        @Override
        public String prefix() {
            return "/echo/v1";
        }

        @Override
        public void handle(Exchange exchange) throws IOException {
            if (exchange.path().equals("/break")) {
                throw new IllegalStateException("secret detail");
            }
            if (exchange.path().equals("/refuse")) {
                throw new RequestRefused(418, "{\"message\":\"no\"}");
            }
            String text = exchange.method() + " " + exchange.path() + " ? " + exchange.query() + " : "
                    + new String(exchange.body(), StandardCharsets.UTF_8);
            exchange.respond(200, Map.of("Content-Type", "text/plain"), text.getBytes(StandardCharsets.UTF_8));
        }
    }

    /** Does by itself what the gateway does for others; drips when asked to, and waits in between. */
    private static final class Own implements Surface {
        final CountDownLatch goOn = new CountDownLatch(1);

        @Override
        public String prefix() {
            return "/own/v1";
        }

        @Override
        public boolean ownCors() {
            return true;
        }

        @Override
        public void handle(Exchange exchange) throws Exception {
            try (OutputStream out = exchange.respondStreaming(299, Map.of("Content-Type", "text/plain"))) {
                if (exchange.path().equals("/drip")) {
                    out.write("first ".getBytes(StandardCharsets.UTF_8));
                    goOn.await();
                    exchange.bodyStream().transferTo(out);
                }
            }
        }
    }
}
