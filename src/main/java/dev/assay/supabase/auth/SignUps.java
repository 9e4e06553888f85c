package dev.assay.supabase.auth;

import dev.assay.supabase.Exchange;
import dev.assay.supabase.project.ProjectConfig;
import java.util.Optional;
import java.util.UUID;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** {@code POST /signup}: by e-mail and password, or without either as an anonymous user. */
final class SignUps {
    private final ProjectConfig.Auth config;
    private final Users users;
    private final Sessions sessions;
    private final OneTimeTokens tokens;
    private final Redirects redirects;
    private final Flows flows;

    SignUps(
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

    ObjectNode signUp(Handle handle, Form form, Exchange exchange) {
        if (!config.signups()) {
            throw new AuthError(422, "signup_disabled", "Signups not allowed for this instance");
        }
        if (form.text("phone").isPresent()) {
            throw new AuthError(400, "phone_provider_disabled", "Phone signups are disabled");
        }
        if (form.text("email").isEmpty()) {
            return anonymous(handle, form, exchange);
        }
        if (!config.emailSignups()) {
            throw new AuthError(400, "email_provider_disabled", "Email signups are disabled");
        }
        String password =
                form.text("password").orElseThrow(() -> AuthError.invalid("Signup requires a valid password"));
        users.checkPassword(password);
        String email = form.email().orElseThrow();
        Optional<User> known = users.findByEmail(handle, email);
        if (known.isPresent() && known.get().emailConfirmed()) {
            if (!config.confirmations()) {
                throw new AuthError(422, "user_already_exists", "User already registered");
            }
            return lookAlike(form, email);
        }
        User user = known.isPresent()
                ? again(handle, known.get(), password, form)
                : users.create(handle, newUser(email, password, form));
        if (config.confirmations()) {
            boolean pkce = flows.begin(handle, form, user.id(), "email/signup");
            String redirect = redirects.allowed(form.parameter("redirect_to"));
            tokens.mail(handle, user, OneTimeTokens.Purpose.SIGNUP, email, redirect, pkce);
            return users.get(handle, user.id()).json();
        }
        users.confirm(handle, user);
        return sessions.start(handle, users.get(handle, user.id()), "password", exchange);
    }

    /** An unconfirmed address that signs up again gets a new mail, and its new password counts. */
    private User again(Handle handle, User user, String password, Form form) {
        users.setPassword(handle, user.id(), password);
        form.object("data")
                .ifPresent(data ->
                        users.mergeMetadata(handle, user.id(), "raw_user_meta_data", user.userMetadata(), data));
        return users.get(handle, user.id());
    }

    private ObjectNode anonymous(Handle handle, Form form, Exchange exchange) {
        if (!config.anonymous()) {
            throw new AuthError(422, "anonymous_provider_disabled", "Anonymous sign-ins are disabled");
        }
        User user = users.create(
                handle,
                new Users.NewUser(
                        UUID.randomUUID(),
                        null,
                        null,
                        form.object("data").orElseGet(JsonNodeFactory.instance::objectNode),
                        JsonNodeFactory.instance.objectNode(),
                        "authenticated",
                        true,
                        form.ip()));
        return sessions.start(handle, user, "anonymous", exchange);
    }

    static Users.NewUser newUser(String email, @Nullable String password, Form form) {
        return new Users.NewUser(
                UUID.randomUUID(),
                email,
                password,
                form.object("data").orElseGet(JsonNodeFactory.instance::objectNode),
                byEmail(),
                "authenticated",
                false,
                form.ip());
    }

    static ObjectNode byEmail() {
        ObjectNode app = JsonNodeFactory.instance.objectNode();
        app.put("provider", "email");
        app.putArray("providers").add("email");
        return app;
    }

    /** What a taken address gets where addresses are confirmed: the look of a new user, so that it tells nothing. */
    private static ObjectNode lookAlike(Form form, String email) {
        String now = java.time.Instant.now().toString();
        ObjectNode row = JsonNodeFactory.instance.objectNode();
        row.put("id", UUID.randomUUID().toString());
        row.put("aud", "authenticated");
        row.put("email", email);
        row.put("confirmation_sent_at", now);
        row.set("raw_app_meta_data", byEmail());
        row.set("raw_user_meta_data", form.object("data").orElseGet(JsonNodeFactory.instance::objectNode));
        row.put("created_at", now);
        row.put("updated_at", now);
        return new User(row).json();
    }
}
