package dev.assay.supabase.auth;

import dev.assay.supabase.project.AuthRules;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.JdbiException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * The project's own functions that auth calls ({@code [auth.hook.…]} with a {@code pg-functions:} URI), as
 * {@code supabase_auth_admin} and in the transaction of the request. Payloads and answers are those of GoTrue's hooks.
 */
final class Hooks {
    private static final Pattern URI = Pattern.compile("pg-functions://[^/]+/([A-Za-z_][\\w$]*)/([A-Za-z_][\\w$]*)");
    private static final int SECONDS = 2;
    /** What a custom access token cannot do without, as GoTrue's schema has it. */
    private static final List<String> CLAIMS =
            List.of("aud", "exp", "iat", "sub", "email", "phone", "role", "aal", "session_id", "is_anonymous");

    private final Map<String, AuthRules.Hook> hooks;
    private final Clock clock;

    Hooks(Map<String, AuthRules.Hook> hooks, Clock clock) {
        this.hooks = hooks;
        this.clock = clock;
    }

    boolean has(String name) {
        return hooks.containsKey(name);
    }

    /** The claims of a token to be, as the project's hook wants them. */
    ObjectNode accessToken(Handle handle, ObjectNode claims, UUID user, String method) {
        String name = "custom_access_token";
        if (!has(name)) {
            return claims;
        }
        ObjectNode input = JsonNodeFactory.instance.objectNode();
        input.put("user_id", user.toString());
        input.set("claims", claims);
        input.put("authentication_method", method);
        JsonNode answered = call(handle, name, input, "").path("claims");
        if (!(answered instanceof ObjectNode changed)) {
            throw new AuthError(500, "unexpected_failure", "output claims field is missing");
        }
        String missing = CLAIMS.stream()
                .filter(claim -> !changed.has(claim))
                .map(claim -> "- (root): " + claim + " is required")
                .collect(Collectors.joining("\n"));
        if (!missing.isEmpty()) {
            throw new AuthError(
                    500, "unexpected_failure", "output claims do not conform to the expected schema: \n" + missing);
        }
        return changed;
    }

    /** Lets the project refuse a user that is about to be made. */
    void beforeUserCreated(Handle handle, ObjectNode user, String ip) {
        String name = "before_user_created";
        if (has(name)) {
            ObjectNode input = JsonNodeFactory.instance.objectNode();
            input.set("user", user);
            call(handle, name, input, ip);
        }
    }

    /** What the project says to a password that was right or wrong. */
    record Decision(boolean rejected, String message, boolean logout) {}

    Optional<Decision> passwordVerified(Handle handle, UUID user, boolean valid, String ip) {
        String name = "password_verification_attempt";
        if (!has(name)) {
            return Optional.empty();
        }
        ObjectNode input = JsonNodeFactory.instance.objectNode();
        input.put("user_id", user.toString());
        input.put("valid", valid);
        JsonNode answer = call(handle, name, input, ip);
        String message = answer.path("message").asString("");
        return Optional.of(new Decision(
                answer.path("decision").asString("").equals("reject"),
                message.isEmpty() ? "Further password verification attempts will be rejected." : message,
                answer.path("should_logout_user").asBoolean(false)));
    }

    /** Has the project send a mail; false where it leaves that to the mailbox. */
    boolean sendsEmail(Handle handle, ObjectNode user, ObjectNode data) {
        String name = "send_email";
        if (!has(name)) {
            return false;
        }
        ObjectNode input = JsonNodeFactory.instance.objectNode();
        input.set("user", user);
        input.set("email_data", data);
        call(handle, name, input, "");
        return true;
    }

    private JsonNode call(Handle handle, String name, ObjectNode input, String ip) {
        String uri = hooks.getOrDefault(name, new AuthRules.Hook("")).uri();
        Matcher function = URI.matcher(uri);
        if (!function.matches()) {
            throw new AuthError(
                    501,
                    "not_implemented",
                    "auth.hook." + name + " of config.toml is \"" + uri + "\"; the embedded Supabase calls functions of"
                            + " the database only, as pg-functions://postgres/public/my_hook. Use such a URI, or a"
                            + " local or hosted target");
        }
        ObjectNode metadata = JsonNodeFactory.instance.objectNode();
        metadata.put("uuid", UUID.randomUUID().toString());
        metadata.put("time", clock.instant().toString());
        metadata.put("name", name.replace('_', '-'));
        if (!ip.isEmpty()) {
            metadata.put("ip_address", ip);
        }
        ObjectNode payload = JsonNodeFactory.instance.objectNode();
        payload.set("metadata", metadata);
        payload.setAll(input);
        JsonNode answer = run(handle, uri, "\"" + function.group(1) + "\".\"" + function.group(2) + "\"", payload);
        JsonNode error = answer.path("error");
        String message = error.path("message").asString("");
        if (!message.isEmpty()) {
            int status = error.path("http_code").asInt(500);
            boolean known = status >= 400 && status <= 599;
            throw new AuthError(
                    known ? status : 500, known && status != 500 ? "unknown" : "unexpected_failure", message);
        }
        return answer;
    }

    private static JsonNode run(Handle handle, String uri, String function, ObjectNode payload) {
        try {
            handle.execute("set local statement_timeout to '" + SECONDS + "s'");
            String answer = handle.createQuery("select cast(" + function + "(cast(:payload as jsonb)) as text)")
                    .bind("payload", payload.toString())
                    .mapTo(String.class)
                    .findOne()
                    .orElse("null");
            handle.execute("set local statement_timeout to default");
            return Form.JSON.readTree(answer);
        } catch (JdbiException e) {
            throw AuthError.database("Error running hook URI: " + uri, e);
        }
    }
}
