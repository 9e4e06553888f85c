package dev.assay.supabase.auth;

import dev.assay.supabase.project.GoDuration;
import java.time.Clock;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.JdbiException;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** {@code /admin/users}, {@code /admin/generate_link} and {@code /invite}; the caller has been found to be the service. */
final class Admin {
    private static final int PAGE = 50;
    private static final int MOST = 1000;

    private final Users users;
    private final OneTimeTokens tokens;
    private final Redirects redirects;
    private final Clock clock;

    Admin(Users users, OneTimeTokens tokens, Redirects redirects, Clock clock) {
        this.users = users;
        this.tokens = tokens;
        this.redirects = redirects;
        this.clock = clock;
    }

    /** A page of users. */
    record Page(ObjectNode body, Map<String, String> headers) {}

    Page list(Handle handle, Form form) {
        int page = number(form, "page", 1);
        int size = Math.min(number(form, "per_page", PAGE), MOST);
        long total = users.count(handle);
        ObjectNode body = JsonNodeFactory.instance.objectNode();
        ArrayNode array = body.putArray("users");
        users.page(handle, page, size).forEach(user -> array.add(user.json()));
        body.put("aud", "authenticated");
        long last = Math.max(1, (total + size - 1) / size);
        StringBuilder link = new StringBuilder();
        if (page < last) {
            link.append("</admin/users?page=")
                    .append(page + 1)
                    .append("&per_page=")
                    .append(size)
                    .append(">; rel=\"next\", ");
        }
        link.append("</admin/users?page=")
                .append(last)
                .append("&per_page=")
                .append(size)
                .append(">; rel=\"last\"");
        return new Page(body, Map.of("X-Total-Count", Long.toString(total), "Link", link.toString()));
    }

    private static int number(Form form, String name, int otherwise) {
        String text = form.parameter(name).orElse("");
        if (text.isEmpty()) {
            return otherwise;
        }
        try {
            return Math.max(1, Integer.parseUnsignedInt(text));
        } catch (NumberFormatException e) {
            throw AuthError.invalid(
                    "Bad Pagination Parameters: strconv.ParseUint: parsing \"" + text + "\": invalid syntax");
        }
    }

    ObjectNode get(Handle handle, String id) {
        return users.get(handle, uuid(id)).json();
    }

    private static UUID uuid(String id) {
        try {
            return UUID.fromString(id);
        } catch (IllegalArgumentException e) {
            throw new AuthError(404, "validation_failed", "user_id must be an UUID");
        }
    }

    ObjectNode create(Handle handle, Form form) {
        String email = form.email()
                .orElseThrow(() -> AuthError.invalid("Cannot create a user without either an email or phone"));
        Optional<String> password = form.text("password");
        password.ifPresent(users::checkPassword);
        users.refuseTaken(handle, email);
        ObjectNode app = form.object("app_metadata").orElseGet(JsonNodeFactory.instance::objectNode);
        SignUps.byEmail().properties().forEach(entry -> app.set(entry.getKey(), entry.getValue()));
        UUID id = form.text("id").map(Admin::uuid).orElseGet(UUID::randomUUID);
        User user = users.create(
                handle,
                new Users.NewUser(
                        id,
                        email,
                        password.orElse(null),
                        form.object("user_metadata").orElseGet(JsonNodeFactory.instance::objectNode),
                        app,
                        form.text("role").orElse("authenticated"),
                        false,
                        form.ip()));
        if (form.flag("email_confirm", false)) {
            users.confirm(handle, user);
        }
        ban(handle, form, id);
        return users.get(handle, id).json();
    }

    ObjectNode update(Handle handle, String idText, Form form) {
        UUID id = uuid(idText);
        User user = users.get(handle, id);
        try {
            Optional<String> email = form.email().filter(address -> !address.equals(user.email()));
            if (email.isPresent()) {
                users.refuseTaken(handle, email.get());
                users.setEmail(handle, user, email.get());
                if (!user.emailConfirmed() && !form.flag("email_confirm", false)) {
                    users.set(handle, id, "email_confirmed_at", null);
                }
            }
            form.text("password").ifPresent(password -> {
                users.checkPassword(password);
                users.setPassword(handle, id, password);
            });
            form.object("user_metadata")
                    .ifPresent(
                            data -> users.mergeMetadata(handle, id, "raw_user_meta_data", user.userMetadata(), data));
            form.object("app_metadata")
                    .ifPresent(data -> users.mergeMetadata(
                            handle,
                            id,
                            "raw_app_meta_data",
                            users.get(handle, id).appMetadata(),
                            data));
            form.text("role").ifPresent(role -> users.set(handle, id, "role", role));
            ban(handle, form, id);
            if (form.flag("email_confirm", false)) {
                users.confirm(handle, users.get(handle, id));
            }
        } catch (JdbiException e) {
            throw AuthError.database("Error updating user", e);
        }
        return users.get(handle, id).json();
    }

    private void ban(Handle handle, Form form, UUID id) {
        Optional<String> duration = form.text("ban_duration");
        if (duration.isEmpty()) {
            return;
        }
        if (duration.get().equals("none")) {
            users.set(handle, id, "banned_until", null);
            return;
        }
        Duration length = GoDuration.parse(duration.get())
                .orElseThrow(() -> AuthError.invalid(
                        "invalid format for ban duration: time: invalid duration \"" + duration.get() + "\""));
        users.set(handle, id, "banned_until", clock.instant().plus(length).toString());
    }

    ObjectNode delete(Handle handle, String idText, Form form) {
        UUID id = uuid(idText);
        users.get(handle, id);
        try {
            if (form.flag("should_soft_delete", false)) {
                users.deleteSoftly(handle, id);
            } else {
                users.delete(handle, id);
            }
        } catch (JdbiException e) {
            throw AuthError.database("Database error deleting user", e);
        }
        return JsonNodeFactory.instance.objectNode();
    }

    ObjectNode invite(Handle handle, Form form) {
        String email = form.email().orElseThrow(() -> AuthError.invalid("An email address is required"));
        users.refuseTaken(handle, email);
        User user = users.create(handle, SignUps.newUser(email, null, form));
        users.set(handle, user.id(), "invited_at", clock.instant().toString());
        tokens.mail(
                handle,
                user,
                OneTimeTokens.Purpose.INVITE,
                email,
                redirects.allowed(form.parameter("redirect_to")),
                false);
        return users.get(handle, user.id()).json();
    }

    /** A link that is given to the caller instead of being mailed. */
    ObjectNode generateLink(Handle handle, Form form) {
        String email = form.email().orElseThrow(() -> AuthError.invalid("An email address is required"));
        Optional<User> known = users.findByEmail(handle, email);
        String asked = form.text("type").orElse("");
        // a magic link for nobody signs up
        String type = asked.equals("magiclink") && known.isEmpty() ? "signup" : asked;
        OneTimeTokens.Purpose purpose = purpose(type);
        boolean makes = purpose == OneTimeTokens.Purpose.SIGNUP || purpose == OneTimeTokens.Purpose.INVITE;
        if (known.isEmpty() && !makes) {
            throw new AuthError(404, "user_not_found", "User with this email not found");
        }
        if (makes && known.filter(User::emailConfirmed).isPresent()) {
            users.refuseTaken(handle, email);
        }
        if (asked.equals("signup") && known.isEmpty()) {
            users.checkPassword(
                    form.text("password").orElseThrow(() -> AuthError.invalid("Signup requires a valid password")));
        }
        User user = known.orElseGet(() -> users.create(
                handle, SignUps.newUser(email, form.text("password").orElse(null), form)));
        if (purpose == OneTimeTokens.Purpose.INVITE) {
            users.set(handle, user.id(), "invited_at", clock.instant().toString());
        }
        String address = email;
        if (purpose == OneTimeTokens.Purpose.EMAIL_CHANGE || purpose == OneTimeTokens.Purpose.EMAIL_CHANGE_CURRENT) {
            String fresh = form.text("new_email")
                    .map(Emails::valid)
                    .orElseThrow(() -> AuthError.invalid("An email address is required"));
            users.refuseTaken(handle, fresh);
            users.set(handle, user.id(), "email_change", fresh);
            address = purpose == OneTimeTokens.Purpose.EMAIL_CHANGE ? fresh : email;
        }
        String redirect = redirects.allowed(form.text("redirect_to").or(() -> form.parameter("redirect_to")));
        OneTimeTokens.Issued issued = tokens.issue(handle, user, purpose, address, redirect, false);
        ObjectNode answer = users.get(handle, user.id()).json();
        answer.put("action_link", issued.link());
        answer.put("email_otp", issued.code());
        answer.put("hashed_token", issued.hash());
        answer.put("verification_type", type);
        answer.put("redirect_to", redirect);
        return answer;
    }

    private static OneTimeTokens.Purpose purpose(String type) {
        return switch (type) {
            case "signup" -> OneTimeTokens.Purpose.SIGNUP;
            case "invite" -> OneTimeTokens.Purpose.INVITE;
            case "recovery" -> OneTimeTokens.Purpose.RECOVERY;
            case "magiclink" -> OneTimeTokens.Purpose.MAGICLINK;
            case "email_change_new" -> OneTimeTokens.Purpose.EMAIL_CHANGE;
            case "email_change_current" -> OneTimeTokens.Purpose.EMAIL_CHANGE_CURRENT;
            default -> throw AuthError.invalid("Invalid email action link type requested: " + type);
        };
    }
}
