package dev.assay.supabase.auth;

import dev.assay.supabase.project.ProjectConfig;
import java.time.Duration;
import java.util.Optional;
import java.util.UUID;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.JdbiException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** {@code PUT /user}: what a user changes of itself. */
final class Account {
    private final ProjectConfig.Auth config;
    private final Users users;
    private final Sessions sessions;
    private final OneTimeTokens tokens;
    private final Redirects redirects;
    private final Flows flows;

    Account(
            ProjectConfig.Auth config,
            Users users,
            Sessions sessions,
            OneTimeTokens tokens,
            Redirects redirects,
            Flows flows) {
        this.config = config;
        this.users = users;
        this.sessions = sessions;
        this.tokens = tokens;
        this.redirects = redirects;
        this.flows = flows;
    }

    ObjectNode update(Handle handle, Form form, SignedIn.Identity who) {
        User user = who.user();
        if (form.text("phone").isPresent()) {
            throw new AuthError(400, "phone_provider_disabled", "Phone numbers are not part of this project");
        }
        if (form.object("app_metadata").isPresent() && !user.role().equals("service_role")) {
            throw new AuthError(403, "not_admin", "Updating app_metadata requires admin privileges");
        }
        try {
            Optional<String> email = form.email().filter(address -> !address.equals(user.email()));
            Optional<String> password = form.text("password");
            if (password.isPresent()) {
                changePassword(handle, form, who, password.get(), email.isPresent());
            }
            form.object("data")
                    .ifPresent(data ->
                            users.mergeMetadata(handle, user.id(), "raw_user_meta_data", user.userMetadata(), data));
            if (email.isPresent()) {
                changeEmail(handle, form, user, email.get());
            }
        } catch (JdbiException e) {
            throw AuthError.database("Database error updating user", e);
        }
        return users.get(handle, user.id()).json();
    }

    private void changePassword(Handle handle, Form form, SignedIn.Identity who, String password, boolean withEmail) {
        User user = who.user();
        if (user.anonymous() && !withEmail) {
            throw new AuthError(
                    422,
                    "validation_failed",
                    "Updating password of an anonymous user without an email or phone is not allowed");
        }
        users.checkPassword(password);
        boolean fresh = !config.rules().mail().securePasswordChange()
                || sessions.beganWithin(handle, who.session(), Duration.ofDays(1));
        if (!fresh) {
            String nonce = form.text("nonce")
                    .orElseThrow(() ->
                            new AuthError(400, "reauthentication_needed", "Password update requires reauthentication"));
            if (!tokens.reauthenticates(handle, user, nonce)) {
                throw new AuthError(422, "reauthentication_not_valid", "Nonce has expired or is invalid");
            }
        }
        if (user.hasPassword() && users.passwordMatches(handle, user, password)) {
            throw new AuthError(422, "same_password", "New password should be different from the old password.");
        }
        users.setPassword(handle, user.id(), password);
        sessions.end(handle, user.id(), who.session(), "others");
    }

    /** An anonymous user takes an address as at sign-up; any other must always confirm the new one. */
    private void changeEmail(Handle handle, Form form, User user, String email) {
        users.refuseTaken(handle, email);
        if (user.anonymous() && !config.confirmations()) {
            users.setEmail(handle, user, email);
            return;
        }
        boolean pkce = flows.begin(handle, form, user.id(), "email_change");
        tokens.mailChange(handle, user, email, redirects.allowed(form.parameter("redirect_to")), pkce);
    }

    /** Mails a code without which an old session may not change the password. */
    void reauthenticate(Handle handle, SignedIn.Identity who) {
        User user = who.user();
        if (user.email().isEmpty()) {
            throw AuthError.invalid("Reauthentication requires the user to have an email or a phone number");
        }
        if (!user.emailConfirmed()) {
            throw new AuthError(422, "email_not_confirmed", "Please verify your email first.");
        }
        tokens.mail(handle, user, OneTimeTokens.Purpose.REAUTHENTICATION, user.email(), config.siteUrl(), false);
    }

    /** Takes one of a user's identities away; the last one stays. */
    ObjectNode unlink(Handle handle, String idText, SignedIn.Identity who) {
        checkMayLink();
        UUID id;
        try {
            id = UUID.fromString(idText);
        } catch (IllegalArgumentException e) {
            throw new AuthError(404, "validation_failed", "identity_id must be an UUID");
        }
        JsonNode identities = who.user().row().path("identities");
        if (identities.size() <= 1) {
            throw new AuthError(
                    422, "single_identity_not_deletable", "User must have at least 1 identity after unlinking");
        }
        boolean own = identities
                .valueStream()
                .anyMatch(identity -> identity.path("id").asString("").equals(id.toString()));
        if (!own) {
            throw new AuthError(422, "identity_not_found", "Identity doesn't exist");
        }
        users.removeIdentity(handle, who.user().id(), id);
        return JsonNodeFactory.instance.objectNode();
    }

    /**
     * @throws AuthError 404 where the project does not let users link identities
     */
    void checkMayLink() {
        if (!config.rules().manualLinking()) {
            throw new AuthError(404, "manual_linking_disabled", "Manual linking is disabled");
        }
    }
}
