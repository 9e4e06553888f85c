package dev.assay.supabase.auth;

import dev.assay.supabase.project.ProjectConfig;
import java.util.Optional;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.JdbiException;
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
        try {
            Optional<String> email = form.email().filter(address -> !address.equals(user.email()));
            Optional<String> password = form.text("password");
            if (password.isPresent()) {
                changePassword(handle, who, password.get(), email.isPresent());
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

    private void changePassword(Handle handle, SignedIn.Identity who, String password, boolean withEmail) {
        User user = who.user();
        if (user.anonymous() && !withEmail) {
            throw AuthError.invalid("Updating password of an anonymous user without an email or phone is not allowed");
        }
        users.checkPassword(password);
        if (user.hasPassword() && users.passwordMatches(handle, user, password)) {
            throw new AuthError(422, "same_password", "New password should be different from the old password.");
        }
        users.setPassword(handle, user.id(), password);
        sessions.end(handle, user.id(), who.session(), "others");
    }

    private void changeEmail(Handle handle, Form form, User user, String email) {
        if (users.findByEmail(handle, email).isPresent()) {
            throw new AuthError(422, "email_exists", "A user with this email address has already been registered");
        }
        if (!config.confirmations()) {
            users.setEmail(handle, user, email);
            return;
        }
        boolean pkce = flows.begin(handle, form, user.id(), "email_change");
        users.set(handle, user.id(), "email_change", email);
        tokens.mail(
                handle,
                user,
                OneTimeTokens.Purpose.EMAIL_CHANGE,
                email,
                redirects.allowed(form.parameter("redirect_to")),
                pkce);
    }
}
