package dev.assay.check;

import java.util.HashMap;
import java.util.Map;
import java.util.UUID;

/**
 * The users that the checks act as: random names, so that runs in parallel never meet; seven at most. Closing it deletes
 * them.
 */
public final class TestUsers implements AutoCloseable {
    private static final int MOST = 7;

    private final Api anon;
    private final Map<String, User> users = new HashMap<>();

    public TestUsers(Api anon) {
        this.anon = anon;
    }

    /** A user who is signed in. */
    public record User(String id, String email, String password, Api api) {}

    /** The user of that name, signed up when it is first asked for. */
    public User user(String name) throws InterruptedException {
        User known = users.get(name);
        if (known != null) {
            return known;
        }
        if (users.size() == MOST) {
            throw new CheckError("More than " + MOST + " test users were asked for.");
        }
        String email = "assay-" + UUID.randomUUID().toString().substring(0, 12) + "@example.com";
        String password = UUID.randomUUID().toString();
        Answer signUp = anon.post("/auth/v1/signup", Map.of("email", email, "password", password), Map.of());
        boolean session = signUp.json().hasNonNull("access_token");
        Answer answer = session ? signUp : confirmed(email, password);
        String token = answer.json().path("access_token").asString("");
        String id = answer.json().path("user").path("id").asString("");
        if (token.isEmpty() || id.isEmpty()) {
            throw new CheckError("A test user could not be signed up: the target answered "
                    + (signUp.ok() ? "sign-up with no session, and sign-in with " + answer : signUp));
        }
        User made = new User(id, email, password, anon.signedIn(name, token));
        users.put(name, made);
        return made;
    }

    /**
     * The API as that user, signed in anew, who now says something of himself that every user may say: the metadata of a
     * user is his own to write, and comes back in his token.
     */
    Api claiming(String name, Map<String, ?> metadata) throws InterruptedException {
        User user = user(name);
        Answer said = user.api().send("PUT", "/auth/v1/user", Map.of("data", metadata), Map.of());
        Answer signedIn = anon.post(
                "/auth/v1/token?grant_type=password",
                Map.of("email", user.email(), "password", user.password()),
                Map.of());
        String token = signedIn.json().path("access_token").asString("");
        if (!said.ok() || token.isEmpty()) {
            throw new CheckError("A test user could not write his own metadata and sign in again: " + said + ", "
                    + signedIn.status());
        }
        return anon.signedIn(name, token);
    }

    /** Where sign-up is closed or waits for a mail, the admin API makes the user and the password signs it in. */
    private Answer confirmed(String email, String password) throws InterruptedException {
        anon.service()
                .post(
                        "/auth/v1/admin/users",
                        Map.of("email", email, "password", password, "email_confirm", true),
                        Map.of());
        return anon.post("/auth/v1/token?grant_type=password", Map.of("email", email, "password", password), Map.of());
    }

    @Override
    public void close() throws InterruptedException {
        for (User user : users.values()) {
            try {
                anon.service().delete("/auth/v1/admin/users/" + user.id());
            } catch (CheckError e) {
                // The target went away, and the users with it; what was measured before stands.
                return;
            }
        }
        users.clear();
    }
}
