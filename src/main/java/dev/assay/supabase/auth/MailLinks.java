package dev.assay.supabase.auth;

import dev.assay.supabase.Exchange;
import dev.assay.supabase.project.ProjectConfig;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jdbi.v3.core.Handle;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** Mails that sign in, recover or confirm ({@code /otp}, {@code /magiclink}, {@code /recover}, {@code /resend}), and
 * {@code /verify}, which redeems what they carry. */
final class MailLinks {
    private static final Pattern PHONE = Pattern.compile("[1-9]\\d{1,14}");
    private static final String HALF_WAY =
            "Confirmation link accepted. Please proceed to confirm link sent to the other email";

    private final ProjectConfig.Auth config;
    private final Users users;
    private final Sessions sessions;
    private final OneTimeTokens tokens;
    private final Redirects redirects;
    private final Flows flows;
    private final Clock clock;

    MailLinks(
            ProjectConfig.Auth config,
            Users users,
            Sessions sessions,
            OneTimeTokens tokens,
            Redirects redirects,
            Flows flows,
            Clock clock) {
        this.config = config;
        this.users = users;
        this.sessions = sessions;
        this.tokens = tokens;
        this.redirects = redirects;
        this.flows = flows;
        this.clock = clock;
    }

    private static String address(Form form, String missing) {
        if (form.text("phone").isPresent()) {
            throw new AuthError(400, "phone_provider_disabled", "Unsupported phone provider");
        }
        return form.email().orElseThrow(() -> AuthError.invalid(missing));
    }

    /** Mails a code that signs in; makes the user where there is none, unless {@code create_user} is false. */
    void oneTimePassword(Handle handle, Form form) {
        String email = address(form, "One of email or phone must be set");
        Optional<User> known = users.findByEmail(handle, email);
        if (known.isEmpty() && (!form.flag("create_user", true) || !config.signups() || !config.emailSignups())) {
            throw form.flag("create_user", true)
                    ? new AuthError(422, "signup_disabled", "Signups not allowed for this instance")
                    : new AuthError(422, "otp_disabled", "Signups not allowed for otp");
        }
        User user = known.orElseGet(() -> users.create(handle, SignUps.newUser(email, null, form)));
        boolean confirm = config.confirmations() && !user.emailConfirmed();
        mail(
                handle,
                form,
                user,
                confirm ? OneTimeTokens.Purpose.SIGNUP : OneTimeTokens.Purpose.MAGICLINK,
                confirm ? "email/signup" : "magiclink");
    }

    /** Mails a code to set a new password; says nothing about whether the address is known. */
    void recover(Handle handle, Form form) {
        String email = address(form, "Password recovery requires an email");
        users.findByEmail(handle, email)
                .ifPresent(user -> mail(handle, form, user, OneTimeTokens.Purpose.RECOVERY, "recovery"));
    }

    void resend(Handle handle, Form form) {
        String type = form.text("type").orElse("");
        if (!type.equals("signup") && !type.equals("email_change")) {
            throw AuthError.invalid("Type provided requires an email address of type signup or email_change");
        }
        Optional<User> user = users.findByEmail(handle, address(form, "Type provided requires an email address"));
        if (type.equals("signup")) {
            user.filter(found -> !found.emailConfirmed())
                    .ifPresent(found -> mail(handle, form, found, OneTimeTokens.Purpose.SIGNUP, "email/signup"));
        } else {
            user.filter(found -> !found.text("email_change").isEmpty())
                    .ifPresent(found -> tokens.mailChange(
                            handle,
                            found,
                            found.text("email_change"),
                            redirects.allowed(form.parameter("redirect_to")),
                            flows.begin(handle, form, found.id(), "email_change")));
        }
    }

    private void mail(Handle handle, Form form, User user, OneTimeTokens.Purpose purpose, String method) {
        boolean pkce = flows.begin(handle, form, user.id(), method);
        tokens.mail(handle, user, purpose, user.email(), redirects.allowed(form.parameter("redirect_to")), pkce);
    }

    /** {@code POST /verify}: a session for a typed code, or for the hash of a link. */
    ObjectNode verify(Handle handle, Form form, Exchange exchange) {
        String type = form.text("type").orElseThrow(() -> AuthError.invalid("Verify requires a verification type"));
        Optional<OneTimeTokens.Redeemed> redeemed;
        Optional<String> hash = form.text("token_hash");
        if (hash.isPresent()) {
            if (form.text("email").isPresent()) {
                throw AuthError.invalid("Only the token_hash and type should be provided");
            }
            redeemed = tokens.redeem(handle, type, hash.get());
        } else {
            if (form.text("phone").isPresent()) {
                // nobody has a phone here, so no code of one can be right
                if (!PHONE.matcher(form.text("phone").get().replaceFirst("^\\+", ""))
                        .matches()) {
                    throw AuthError.invalid("Invalid phone number format (E.164 required)");
                }
                throw expired();
            }
            String email = address(form, "Only an email address or phone number should be provided on verify");
            String code =
                    form.text("token").orElseThrow(() -> AuthError.invalid("Verify requires a token or a token hash"));
            redeemed = tokens.redeem(handle, type, email, code);
        }
        OneTimeTokens.Redeemed right = redeemed.orElseThrow(MailLinks::expired);
        if (awaitsOther(handle, right)) {
            return JsonNodeFactory.instance.objectNode().put("code", "200").put("msg", HALF_WAY);
        }
        User user = users.get(handle, confirmed(handle, right));
        if (user.banned(clock.instant())) {
            throw new AuthError(403, "user_banned", "User is banned");
        }
        return sessions.start(handle, user, "otp", exchange);
    }

    /** Whether the other of the two addresses has still to confirm the change. */
    private boolean awaitsOther(Handle handle, OneTimeTokens.Redeemed redeemed) {
        if (!isChange(redeemed.purpose())
                || !config.confirmations()
                || !config.rules().mail().doubleConfirm()) {
            return false;
        }
        return handle.createUpdate("""
                        update auth.users set email_change_confirm_status = 1
                        where id = :id and email_change_confirm_status = 0 and coalesce(email, '') <> ''
                        """).bind("id", redeemed.user()).execute() == 1;
    }

    private static boolean isChange(OneTimeTokens.Purpose purpose) {
        return purpose == OneTimeTokens.Purpose.EMAIL_CHANGE || purpose == OneTimeTokens.Purpose.EMAIL_CHANGE_CURRENT;
    }

    private static AuthError expired() {
        return new AuthError(403, "otp_expired", "Token has expired or is invalid");
    }

    private UUID confirmed(Handle handle, OneTimeTokens.Redeemed redeemed) {
        User user = users.get(handle, redeemed.user());
        if (isChange(redeemed.purpose())) {
            users.setEmail(handle, user, user.text("email_change"));
        } else if (!user.emailConfirmed()) {
            users.confirm(handle, user);
        }
        return user.id();
    }

    /** {@code GET /verify}: where a followed link leads, with the session or with what went wrong. */
    String follow(Handle handle, Form form, Exchange exchange) {
        String redirect = redirects.allowed(form.parameter("redirect_to"));
        String type = form.parameter("type").orElse("");
        Optional<OneTimeTokens.Redeemed> redeemed = form.parameter("token")
                .or(() -> form.parameter("token_hash"))
                .flatMap(hash -> tokens.redeem(handle, type, hash));
        if (redeemed.isEmpty()) {
            Map<String, String> error = new LinkedHashMap<>();
            error.put("error", "access_denied");
            error.put("error_code", "otp_expired");
            error.put("error_description", "Email link is invalid or has expired");
            return redirect + "#" + encoded(error);
        }
        if (awaitsOther(handle, redeemed.get())) {
            return redirect + "#" + encoded(Map.of("message", HALF_WAY));
        }
        UUID user = confirmed(handle, redeemed.get());
        if (redeemed.get().pkce()) {
            Optional<String> code =
                    flows.code(handle, user, method(redeemed.get().purpose()));
            if (code.isPresent()) {
                return redirect + (redirect.contains("?") ? "&" : "?") + "code=" + code.get();
            }
        }
        ObjectNode session = sessions.start(handle, users.get(handle, user), "otp", exchange);
        Map<String, String> fragment = new LinkedHashMap<>();
        for (String name : List.of("access_token", "expires_at", "expires_in", "refresh_token", "token_type")) {
            fragment.put(name, session.path(name).asString());
        }
        fragment.put("type", type);
        return redirect + "#" + encoded(fragment);
    }

    private static String method(OneTimeTokens.Purpose purpose) {
        return switch (purpose) {
            case SIGNUP -> "email/signup";
            case INVITE -> "invite";
            case RECOVERY -> "recovery";
            case MAGICLINK -> "magiclink";
            case EMAIL_CHANGE, EMAIL_CHANGE_CURRENT -> "email_change";
            case REAUTHENTICATION -> throw new IllegalArgumentException("no link carries it");
        };
    }

    private static String encoded(Map<String, String> values) {
        return values.entrySet().stream()
                .map(entry -> entry.getKey() + "=" + URLEncoder.encode(entry.getValue(), StandardCharsets.UTF_8))
                .collect(Collectors.joining("&"));
    }
}
