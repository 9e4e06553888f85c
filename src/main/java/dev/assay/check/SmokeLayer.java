package dev.assay.check;

import dev.assay.process.Supervisor;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/** Whether the app comes up and people can sign in: install, build, start, page, then the ways through auth. */
public final class SmokeLayer implements Layer {
    private static final Pattern SCRIPT = Pattern.compile("(?i)<script\\b");

    /** How many characters of the page are kept. */
    private static final int SHOWN = 100_000;

    private final Supervisor supervisor;
    private final StartPage startPage;

    /** @param startPage looks at the page that the app comes up with */
    public SmokeLayer(Supervisor supervisor, StartPage startPage) {
        this.supervisor = supervisor;
        this.startPage = startPage;
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

    private void app(Subject subject, AppServer app, Checks checks) throws InterruptedException {
        record Part(String id, String name, CheckBody body) {}
        List<Part> parts = List.of(
                new Part(
                        "install",
                        "install",
                        probe -> app.command("install", subject.app().install(), probe)),
                new Part(
                        "build",
                        "build",
                        probe -> app.command("build", subject.app().build(), probe)),
                new Part("start", "start", app::start),
                new Part("page", "start page without console errors", probe -> {
                    if (page(app, probe)) {
                        startPage.look(subject, app.origin(), probe);
                    }
                }));
        String broken = "";
        for (Part part : parts) {
            if (!broken.isEmpty()) {
                checks.skipped(part.id(), part.name(), "not asked: " + broken + " did not succeed");
            } else if (!checks.check(part.id(), part.name(), part.body()).passed()) {
                broken = part.id();
            }
        }
    }

    private static boolean page(AppServer app, Probe probe) throws InterruptedException {
        Optional<AppPage> page = app.page("/");
        String found = page.map(answer -> answer.status() + ", " + answer.contentType() + ", "
                        + answer.body().length() + " characters")
                .orElse("no whole answer within " + AppServer.PAGE.toSeconds() + " s");
        page.ifPresent(answer -> probe.attach("page", "text/plain", shortened(answer.body())));
        boolean there = probe.expect(
                page.filter(answer -> answer.status() == 200).isPresent(),
                "the start page does not answer with 200",
                "200",
                found);
        boolean html = probe.expect(
                page.filter(answer -> answer.body().contains("<")).isPresent(),
                "the start page is not HTML",
                "HTML",
                found);
        boolean content = probe.expect(
                page.filter(answer -> hasContent(answer.body())).isPresent(),
                "the start page is empty: it has neither text nor a script that could make any",
                "content",
                found);
        return there && html && content;
    }

    private static String shortened(String html) {
        return html.length() > SHOWN ? html.substring(0, SHOWN) + "\n… and " + (html.length() - SHOWN) + " more" : html;
    }

    private static boolean hasContent(String html) {
        String body =
                html.replaceAll("(?is)<head\\b.*?</head>|<!--.*?-->|<title\\b.*?</title>|<style\\b.*?</style>", " ");
        return SCRIPT.matcher(html).find() || !body.replaceAll("<[^>]*>", " ").isBlank();
    }
}
