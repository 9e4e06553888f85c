package dev.assay.check;

import java.io.ByteArrayOutputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodySubscriber;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Flow.Subscription;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * What an app answered to one GET. Whatever it sends, reading it is over in time and takes little memory: an app may
 * never end its answer, or send without end.
 *
 * @param body its beginning, four MiB at most
 */
record AppPage(int status, String contentType, String body) {
    private static final int MOST = 4 << 20;
    private static final int REDIRECTS = 5;

    /** Gets a page, redirects within the app followed; empty where it is not there in time. */
    static Optional<AppPage> get(HttpClient http, URI address, Duration limit) throws InterruptedException {
        long deadline = System.nanoTime() + limit.toNanos();
        URI at = address;
        for (int redirects = 0; ; redirects++) {
            Optional<HttpResponse<String>> answer = once(http, at, MOST, deadline);
            Optional<URI> next = answer.flatMap(AppPage::redirect);
            if (next.isEmpty() || redirects >= REDIRECTS || !sameOrigin(next.get(), address)) {
                return answer.map(AppPage::of);
            }
            at = next.get();
        }
    }

    /** Whether anything is answered there; what it is is not read. */
    static boolean answers(HttpClient http, URI address, Duration limit) throws InterruptedException {
        return once(http, address, 0, System.nanoTime() + limit.toNanos()).isPresent();
    }

    private static Optional<HttpResponse<String>> once(HttpClient http, URI address, int most, long deadline)
            throws InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(address)
                .header("Accept", "text/html,*/*;q=0.8")
                .build();
        CompletableFuture<HttpResponse<String>> answer = http.sendAsync(request, head -> new Beginning(most));
        try {
            return Optional.of(answer.get(Math.max(1, deadline - System.nanoTime()), TimeUnit.NANOSECONDS));
        } catch (ExecutionException e) {
            return Optional.empty(); // refused, cut off, or no HTTP
        } catch (TimeoutException e) {
            return Optional.empty();
        } finally {
            answer.cancel(true);
        }
    }

    private static AppPage of(HttpResponse<String> response) {
        return new AppPage(
                response.statusCode(),
                response.headers().firstValue("content-type").orElse("no content type"),
                response.body());
    }

    private static Optional<URI> redirect(HttpResponse<String> response) {
        int status = response.statusCode();
        if (status < 300 || status > 399) {
            return Optional.empty();
        }
        return response.headers().firstValue("location").flatMap(location -> {
            try {
                return Optional.of(response.uri().resolve(location));
            } catch (IllegalArgumentException e) {
                return Optional.empty(); // no address, so the answer is what there is
            }
        });
    }

    /** Elsewhere is not the app, and Assay asks nobody else. */
    private static boolean sameOrigin(URI one, URI other) {
        return other.getScheme().equals(one.getScheme()) && other.getAuthority().equals(one.getAuthority());
    }

    /** Takes the first bytes of a body and no more. */
    private static final class Beginning implements BodySubscriber<String> {
        private final int most;
        private final ByteArrayOutputStream taken = new ByteArrayOutputStream();
        private final CompletableFuture<String> text = new CompletableFuture<>();
        private @Nullable Subscription subscription;

        Beginning(int most) {
            this.most = most;
        }

        @Override
        public CompletionStage<String> getBody() {
            return text;
        }

        @Override
        public void onSubscribe(Subscription body) {
            subscription = body;
            if (most == 0) {
                enough();
            } else {
                body.request(Long.MAX_VALUE);
            }
        }

        @Override
        public void onNext(List<ByteBuffer> buffers) {
            for (ByteBuffer buffer : buffers) {
                byte[] bytes = new byte[Math.min(buffer.remaining(), most - taken.size())];
                buffer.get(bytes);
                taken.writeBytes(bytes);
            }
            if (taken.size() >= most) {
                enough();
            }
        }

        @Override
        public void onError(Throwable thrown) {
            text.completeExceptionally(thrown);
        }

        @Override
        public void onComplete() {
            text.complete(taken.toString(StandardCharsets.UTF_8));
        }

        private void enough() {
            Subscription open = subscription;
            if (open != null) {
                open.cancel();
            }
            onComplete();
        }
    }
}
