package dev.assay.check;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class AppPageTest {
    private static final Duration SHORT = Duration.ofMillis(500);
    private static final Duration LONG = Duration.ofSeconds(30);

    private final CountDownLatch over = new CountDownLatch(1);
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final HttpClient http =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private HttpServer app;

    @BeforeEach
    void start() throws IOException {
        app = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        app.setExecutor(threads);
        app.start();
    }

    @AfterEach
    void stop() {
        over.countDown();
        app.stop(0);
        threads.shutdownNow();
    }

    @Test
    void should_give_up_a_page_that_never_ends() throws Exception {
        app.createContext("/", exchange -> {
            exchange.sendResponseHeaders(200, 0);
            exchange.getResponseBody().write("<p>".getBytes(StandardCharsets.UTF_8));
            exchange.getResponseBody().flush();
            await();
        });

        assertThat(AppPage.get(http, address("/"), SHORT)).isEmpty();
        assertThat(AppPage.answers(http, address("/"), LONG)).isTrue();
    }

    @Test
    void should_give_up_a_page_that_never_begins() throws Exception {
        app.createContext("/", exchange -> await());

        assertThat(AppPage.get(http, address("/"), SHORT)).isEmpty();
        assertThat(AppPage.answers(http, address("/"), SHORT)).isFalse();
    }

    @Test
    void should_take_only_the_beginning_of_a_page_without_end() throws Exception {
        byte[] piece = "<p>todo</p>".repeat(10_000).getBytes(StandardCharsets.UTF_8);
        app.createContext("/", exchange -> {
            exchange.sendResponseHeaders(200, 0);
            while (over.getCount() > 0) {
                exchange.getResponseBody().write(piece);
            }
        });

        assertThat(AppPage.get(http, address("/"), LONG))
                .hasValueSatisfying(page -> assertThat(page.body()).hasSize(4 << 20));
    }

    @Test
    void should_stop_following_redirects_that_lead_nowhere() throws Exception {
        AtomicInteger asked = new AtomicInteger();
        app.createContext("/", exchange -> {
            asked.incrementAndGet();
            redirect(exchange, "/again");
        });

        assertThat(AppPage.get(http, address("/"), LONG))
                .hasValueSatisfying(page -> assertThat(page.status()).isEqualTo(302));
        assertThat(asked).hasValue(6);
    }

    @Test
    void should_ask_nobody_but_the_app() throws Exception {
        app.createContext("/", exchange -> redirect(exchange, "http://localhost:1/"));

        assertThat(AppPage.get(http, address("/"), LONG))
                .hasValueSatisfying(page -> assertThat(page.status()).isEqualTo(302));
    }

    @Test
    void should_follow_an_app_to_its_sign_in_page() throws Exception {
        app.createContext("/", exchange -> redirect(exchange, "/login"));
        app.createContext("/login", exchange -> {
            exchange.getResponseHeaders().add("content-type", "text/html");
            exchange.sendResponseHeaders(200, 0);
            exchange.getResponseBody().write("<form></form>".getBytes(StandardCharsets.UTF_8));
            exchange.close();
        });

        assertThat(AppPage.get(http, address("/"), LONG)).contains(new AppPage(200, "text/html", "<form></form>"));
    }

    private URI address(String path) {
        return URI.create("http://127.0.0.1:" + app.getAddress().getPort() + path);
    }

    private void await() {
        try {
            over.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static void redirect(HttpExchange exchange, String location) throws IOException {
        exchange.getResponseHeaders().add("location", location);
        exchange.sendResponseHeaders(302, -1);
        exchange.close();
    }
}
