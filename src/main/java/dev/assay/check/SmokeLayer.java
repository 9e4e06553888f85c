package dev.assay.check;

import dev.assay.process.Supervisor;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/** Whether the app comes up and people can sign in: install, build, start, page, then the ways through auth. */
public final class SmokeLayer implements Layer {
    private static final Pattern SCRIPT = Pattern.compile("(?i)<script\\b");

    private final Supervisor supervisor;

    public SmokeLayer(Supervisor supervisor) {
        this.supervisor = supervisor;
    }

    @Override
    public LayerKind kind() {
        return LayerKind.SMOKE;
    }

    @Override
    public void run(Subject subject, Checks checks) throws InterruptedException {
        try (AppServer app = new AppServer(subject, supervisor)) {
            app(subject, app, checks);
        }
        new AuthFlow(Api.anon(subject.target())).check(checks);
    }

    private static void app(Subject subject, AppServer app, Checks checks) throws InterruptedException {
        record Part(String id, CheckBody body) {}
        List<Part> parts = List.of(
                new Part(
                        "install", probe -> app.command("install", subject.app().install(), probe)),
                new Part("build", probe -> app.command("build", subject.app().build(), probe)),
                new Part("start", app::start),
                new Part("page", probe -> page(app, probe)));
        String broken = "";
        for (Part part : parts) {
            if (!broken.isEmpty()) {
                checks.skipped(part.id(), part.id(), "not asked: " + broken + " did not succeed");
            } else if (!checks.check(part.id(), part.id(), part.body()).passed()) {
                broken = part.id();
            }
        }
    }

    private static void page(AppServer app, Probe probe) throws InterruptedException {
        Optional<HttpResponse<String>> page = app.page("/");
        String found = page.map(response -> response.statusCode() + ", "
                        + response.headers().firstValue("content-type").orElse("no content type") + ", "
                        + response.body().length() + " characters")
                .orElse("no answer");
        page.ifPresent(response -> probe.attach("page", "text/plain", response.body()));
        probe.expect(
                page.filter(response -> response.statusCode() == 200).isPresent(),
                "the start page does not answer with 200",
                "200",
                found);
        probe.expect(
                page.filter(response -> response.body().contains("<")).isPresent(),
                "the start page is not HTML",
                "HTML",
                found);
        probe.expect(
                page.filter(response -> hasContent(response.body())).isPresent(),
                "the start page is empty: it has neither text nor a script that could make any",
                "content",
                found);
    }

    private static boolean hasContent(String html) {
        String body =
                html.replaceAll("(?is)<head\\b.*?</head>|<!--.*?-->|<title\\b.*?</title>|<style\\b.*?</style>", " ");
        return SCRIPT.matcher(html).find() || !body.replaceAll("<[^>]*>", " ").isBlank();
    }
}
