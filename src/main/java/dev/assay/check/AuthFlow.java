package dev.assay.check;

import java.util.List;
import java.util.Map;
import java.util.UUID;

/** Sign-up, login, refresh and logout over the target's auth API, with a user of its own that is deleted afterwards. */
final class AuthFlow {
    private final Api anon;
    private final String email = "assay-" + UUID.randomUUID().toString().substring(0, 12) + "@example.com";
    private final String password = UUID.randomUUID().toString();
    private String id = "";
    private String access = "";
    private String refresh = "";

    AuthFlow(Api anon) {
        this.anon = anon;
    }

    void check(Checks checks) throws InterruptedException {
        try {
            if (!checks.check("sign-up", "sign-up", probe -> noted(probe, this::signUp))
                    .passed()) {
                skip(checks, "sign-up", List.of("login", "refresh", "logout"));
            } else if (!checks.check("login", "login", probe -> noted(probe, this::logIn))
                    .passed()) {
                skip(checks, "login", List.of("refresh", "logout"));
            } else {
                checks.check("refresh", "refresh", probe -> noted(probe, this::refresh));
                checks.check("logout", "logout", probe -> noted(probe, this::logOut));
            }
        } finally {
            forget();
        }
    }

    private static void skip(Checks checks, String broken, List<String> later) {
        later.forEach(id -> checks.skipped(id, id, "not asked: " + broken + " did not succeed"));
    }

    private void noted(Probe probe, CheckBody body) throws Exception {
        try {
            body.run(probe);
        } finally {
            probe.attach("requests", "text/plain", anon.log());
        }
    }

    private void signUp(Probe probe) throws InterruptedException {
        Answer answer = ask("/auth/v1/signup", credentials(password));
        probe.expect(
                answer.ok(), "a visitor cannot sign up with email and password" + why(answer), "200", shown(answer));
        id = answer.json()
                .path("user")
                .path("id")
                .asString(answer.json().path("id").asString(""));
        if (answer.ok() && !answer.json().hasNonNull("access_token")) {
            // The project wants the address confirmed; a person would follow the mail's link.
            Answer confirmed =
                    anon.service().send("PUT", "/auth/v1/admin/users/" + id, Map.of("email_confirm", true), Map.of());
            if (!confirmed.ok()) {
                throw new CheckError("The project wants addresses confirmed, and the target answered " + confirmed
                        + " to the request to confirm one: login could not be measured.");
            }
            probe.note("sign-up needs the address confirmed by mail");
        }
    }

    private void logIn(Probe probe) throws InterruptedException {
        Answer wrong = token("password", credentials(password + "x"));
        probe.expect(!wrong.ok(), "a wrong password signs in", "refused", shown(wrong));
        Answer answer = token("password", credentials(password));
        access = answer.json().path("access_token").asString("");
        refresh = answer.json().path("refresh_token").asString("");
        probe.expect(
                answer.ok() && !access.isEmpty() && !refresh.isEmpty(),
                "a user who signed up cannot sign in" + why(answer),
                "200 and a session",
                shown(answer));
        Answer user = anon.signedIn("user", access).get("/auth/v1/user");
        probe.expect(
                user.ok() && user.json().path("email").asString("").equals(email),
                "the session that sign-in gave is not that user's" + why(user),
                "200 and the user",
                shown(user));
    }

    private void refresh(Probe probe) throws InterruptedException {
        Answer answer = token("refresh_token", Map.of("refresh_token", refresh));
        String renewed = answer.json().path("access_token").asString("");
        probe.expect(
                answer.ok() && !renewed.isEmpty(),
                "a session cannot be refreshed" + why(answer),
                "200 and a session",
                shown(answer));
        access = renewed.isEmpty() ? access : renewed;
        refresh = answer.json().path("refresh_token").asString(refresh);
    }

    private void logOut(Probe probe) throws InterruptedException {
        Answer answer = anon.signedIn("user", access).post("/auth/v1/logout", Map.of(), Map.of());
        probe.expect(answer.ok(), "a user cannot sign out" + why(answer), "204", shown(answer));
        Answer after = token("refresh_token", Map.of("refresh_token", refresh));
        probe.expect(!after.ok(), "a session can be refreshed after sign-out", "refused", shown(after));
    }

    private void forget() throws InterruptedException {
        if (!id.isEmpty()) {
            try {
                anon.service().delete("/auth/v1/admin/users/" + id);
            } catch (CheckError e) {
                return; // the target went away, and the user with it; what was measured before stands
            }
        }
    }

    private Answer token(String grant, Map<String, String> body) throws InterruptedException {
        return ask("/auth/v1/token?grant_type=" + grant, body);
    }

    /** A trigger of the app's makes auth answer 500 "Database error …"; any other error of the server's own is not the app's. */
    private Answer ask(String path, Map<String, String> body) throws InterruptedException {
        Answer answer = anon.post(path, body, Map.of());
        boolean apps = answer.reason().startsWith("Database error");
        if (answer.status() == 429 || (answer.status() >= 500 && !apps)) {
            throw new CheckError("The target does not work: " + path + " was answered " + answer);
        }
        return answer;
    }

    private Map<String, String> credentials(String secret) {
        return Map.of("email", email, "password", secret);
    }

    private static String why(Answer answer) {
        return answer.reason().isEmpty() ? "" : ": " + answer.reason();
    }

    /** A session stays out of findings. */
    private static String shown(Answer answer) {
        return answer.ok() ? String.valueOf(answer.status()) : answer.toString();
    }
}
