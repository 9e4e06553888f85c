package dev.assay.supabase.auth;

import dev.assay.supabase.Exchange;
import java.time.Clock;
import java.util.Optional;
import org.jdbi.v3.core.Handle;
import tools.jackson.databind.node.ObjectNode;

/** {@code POST /token}: a session for a password, a refresh token or a PKCE code. */
final class Grants {
    private final Users users;
    private final Sessions sessions;
    private final Flows flows;
    private final Hooks hooks;
    private final Clock clock;

    Grants(Users users, Sessions sessions, Flows flows, Hooks hooks, Clock clock) {
        this.users = users;
        this.sessions = sessions;
        this.flows = flows;
        this.hooks = hooks;
        this.clock = clock;
    }

    ObjectNode byPassword(Handle handle, Form form, Exchange exchange) {
        if (form.text("phone").isPresent()) {
            throw new AuthError(400, "phone_provider_disabled", "Phone logins are disabled");
        }
        String email = form.text("email")
                .map(text -> text.toLowerCase(java.util.Locale.ROOT))
                .orElseThrow(() -> AuthError.invalid("missing email or phone"));
        String password = form.text("password").orElse("");
        User user = users.findByEmail(handle, email).orElseThrow(Grants::wrong);
        boolean valid = users.passwordMatches(handle, user, password);
        if (valid && user.banned(clock.instant())) {
            throw new AuthError(400, "user_banned", "User is banned");
        }
        Optional<Hooks.Decision> decision = hooks.passwordVerified(handle, user.id(), valid, exchange.remoteAddress());
        if (decision.isPresent() && decision.get().rejected()) {
            if (decision.get().logout()) {
                sessions.end(handle, user.id(), Optional.empty(), "global");
            }
            throw AuthError.kept(400, "invalid_credentials", decision.get().message());
        }
        if (!valid) {
            // what the hook wrote, as a count of failed attempts, must stay
            throw AuthError.kept(400, "invalid_credentials", "Invalid login credentials");
        }
        if (!user.emailConfirmed()) {
            throw new AuthError(400, "email_not_confirmed", "Email not confirmed");
        }
        return sessions.start(handle, user, "password", exchange);
    }

    private static AuthError wrong() {
        return new AuthError(400, "invalid_credentials", "Invalid login credentials");
    }

    ObjectNode byRefreshToken(Handle handle, Form form) {
        Optional<String> token = form.text("refresh_token");
        if (token.isEmpty()) {
            throw AuthError.invalid("refresh_token required");
        }
        return sessions.refresh(handle, token.get());
    }

    ObjectNode byCode(Handle handle, Form form, Exchange exchange) {
        Optional<String> code = form.text("auth_code");
        Optional<String> verifier = form.text("code_verifier");
        if (code.isEmpty() || verifier.isEmpty()) {
            throw AuthError.invalid("invalid request: both auth code and code verifier should be non-empty");
        }
        Flows.Redeemed redeemed = flows.redeem(handle, code.get(), verifier.get());
        return sessions.start(handle, users.get(handle, redeemed.user()), redeemed.method(), exchange);
    }
}
