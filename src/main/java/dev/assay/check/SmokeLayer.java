package dev.assay.check;

import dev.assay.process.Supervisor;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/** Whether the app comes up and people can sign in: install, build, start, page, then the ways through auth. */
public final class SmokeLayer implements Layer {
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
    }

    /** Sign-up, login, refresh, logout with a user of its own. */
    private static final class AuthFlow {
        private final Api anon;
        private final String email = "assay-" + UUID.randomUUID().toString().substring(0, 12) + "@example.com";
        private final String password = UUID.randomUUID().toString();
        private String access = "";
        private String refresh = "";

        AuthFlow(Api anon) {
            this.anon = anon;
        }

        void check(Checks checks) throws InterruptedException {
            if (!checks.check("sign-up", "sign-up", this::signUp).passed()) {
                for (String later : List.of("login", "refresh", "logout")) {
                    checks.skipped(later, later, "not asked: sign-up did not succeed");
                }
                return;
            }
            checks.check("login", "login", this::logIn);
            checks.check("refresh", "refresh", this::refresh);
            checks.check("logout", "logout", this::logOut);
        }

        private void signUp(Probe probe) throws InterruptedException {
            Answer answer = anon.post("/auth/v1/signup", credentials(email, password), Map.of());
            probe.expect(answer.ok(), "a visitor cannot sign up with email and password", "200", answer.toString());
            probe.attach("requests", "text/plain", anon.log());
        }

        private void logIn(Probe probe) throws InterruptedException {
            Answer wrong = token("password", credentials(email, password + "x"));
            probe.expect(!wrong.ok(), "a wrong password signs in", "refused", String.valueOf(wrong.status()));
            Answer answer = token("password", credentials(email, password));
            access = answer.json().path("access_token").asString("");
            refresh = answer.json().path("refresh_token").asString("");
            probe.expect(
                    answer.ok() && !access.isEmpty() && !refresh.isEmpty(),
                    "a user who signed up cannot sign in",
                    "200 and a session",
                    String.valueOf(answer.status()));
            probe.attach("requests", "text/plain", anon.log());
        }

        private void refresh(Probe probe) throws InterruptedException {
            Answer answer = token("refresh_token", Map.of("refresh_token", refresh));
            String renewed = answer.json().path("access_token").asString("");
            probe.expect(
                    answer.ok() && !renewed.isEmpty(),
                    "a session cannot be refreshed",
                    "200 and a session",
                    String.valueOf(answer.status()));
            access = renewed.isEmpty() ? access : renewed;
            refresh = answer.json().path("refresh_token").asString(refresh);
            probe.attach("requests", "text/plain", anon.log());
        }

        private void logOut(Probe probe) throws InterruptedException {
            Answer answer = anon.signedIn("user", access).post("/auth/v1/logout", Map.of(), Map.of());
            probe.expect(answer.ok(), "a user cannot sign out", "204", String.valueOf(answer.status()));
            Answer after = token("refresh_token", Map.of("refresh_token", refresh));
            probe.expect(
                    !after.ok(),
                    "a session can be refreshed after sign-out",
                    "refused",
                    String.valueOf(after.status()));
            probe.attach("requests", "text/plain", anon.log());
        }

        private Answer token(String grant, Map<String, String> body) throws InterruptedException {
            return anon.post("/auth/v1/token?grant_type=" + grant, body, Map.of());
        }

        private static Map<String, String> credentials(String email, String password) {
            return Map.of("email", email, "password", password);
        }
    }
}
