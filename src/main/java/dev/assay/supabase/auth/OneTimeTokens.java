package dev.assay.supabase.auth;

import dev.assay.supabase.project.ProjectConfig;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Supplier;
import org.jdbi.v3.core.Handle;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * Codes of six digits that a mail carries. What is kept is a hash of address and code, as GoTrue keeps it, in
 * {@code auth.users} and {@code auth.one_time_tokens}.
 */
final class OneTimeTokens {
    /** Marks a hash whose link leads on with a code to be exchanged, not with tokens. */
    static final String PKCE = "pkce_";

    /** For what a code is: column of the hash, column of the time, enum value, by the type that links name. */
    enum Purpose {
        SIGNUP("confirmation_token", "confirmation_sent_at"),
        INVITE("confirmation_token", "confirmation_sent_at"),
        RECOVERY("recovery_token", "recovery_sent_at"),
        MAGICLINK("recovery_token", "recovery_sent_at"),
        EMAIL_CHANGE("email_change_token_new", "email_change_sent_at"),
        /** The old address' word on a new one. */
        EMAIL_CHANGE_CURRENT("email_change_token_current", "email_change_sent_at"),
        REAUTHENTICATION("reauthentication_token", "reauthentication_sent_at");

        private final String column;
        private final String sent;

        Purpose(String column, String sent) {
            this.column = column;
            this.sent = sent;
        }

        String type() {
            return this == EMAIL_CHANGE_CURRENT ? EMAIL_CHANGE.type() : name().toLowerCase(Locale.ROOT);
        }

        /** As mails and hooks name it. */
        String action() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** By the {@code type} of a verification, what the code may have been issued for. */
    private static final Map<String, List<Purpose>> PURPOSES = Map.of(
            "signup", List.of(Purpose.SIGNUP),
            "invite", List.of(Purpose.INVITE),
            "recovery", List.of(Purpose.RECOVERY),
            "magiclink", List.of(Purpose.MAGICLINK, Purpose.SIGNUP),
            "email", List.of(Purpose.MAGICLINK, Purpose.SIGNUP),
            "email_change", List.of(Purpose.EMAIL_CHANGE, Purpose.EMAIL_CHANGE_CURRENT));

    private final ProjectConfig.Auth config;
    private final Supplier<String> apiUrl;
    private final Mailbox mailbox;
    private final Hooks hooks;
    private final Clock clock;
    private final SecureRandom random = new SecureRandom();

    OneTimeTokens(ProjectConfig.Auth config, Supplier<String> apiUrl, Mailbox mailbox, Hooks hooks, Clock clock) {
        this.config = config;
        this.apiUrl = apiUrl;
        this.mailbox = mailbox;
        this.hooks = hooks;
        this.clock = clock;
    }

    /** A code just issued. */
    record Issued(String code, String hash, String link, String redirect) {}

    /**
     * Issues a code and mails it.
     *
     * @throws AuthError 429 where the one before it is not old enough
     */
    Issued mail(Handle handle, User user, Purpose purpose, String address, String redirect, boolean pkce) {
        checkFrequency(user, purpose);
        Issued issued = issue(handle, user, purpose, address, redirect, pkce);
        send(handle, user, purpose, address, issued, issued);
        return issued;
    }

    /** Mails to the new address, and to the old one where the project wants its word too. */
    void mailChange(Handle handle, User user, String email, String redirect, boolean pkce) {
        checkFrequency(user, Purpose.EMAIL_CHANGE);
        handle.createUpdate("""
                        update auth.users set email_change = :email, email_change_confirm_status = 0,
                            email_change_token_current = '' where id = :id
                        """).bind("email", email).bind("id", user.id()).execute();
        Issued fresh = issue(handle, user, Purpose.EMAIL_CHANGE, email, redirect, pkce);
        if (!config.rules().mail().doubleConfirm() || user.email().isEmpty()) {
            send(handle, user, Purpose.EMAIL_CHANGE, email, fresh, fresh);
            return;
        }
        Issued current = issue(handle, user, Purpose.EMAIL_CHANGE_CURRENT, user.email(), redirect, pkce);
        if (hooks.has("send_email")) {
            // one call for both: GoTrue swaps the hashes, and apps rely on that
            send(handle, user, Purpose.EMAIL_CHANGE, email, current, fresh);
            return;
        }
        send(handle, user, Purpose.EMAIL_CHANGE_CURRENT, user.email(), current, current);
        send(handle, user, Purpose.EMAIL_CHANGE, email, fresh, fresh);
    }

    private void checkFrequency(User user, Purpose purpose) {
        Duration least = config.rules().mail().maxFrequency();
        Optional<Duration> left = user.instant(purpose.sent)
                .map(sent -> Duration.between(clock.instant(), sent.plus(least)))
                .filter(wait -> !wait.isNegative() && !wait.isZero());
        if (!least.isZero() && left.isPresent()) {
            throw new AuthError(
                    429,
                    "over_email_send_rate_limit",
                    "For security purposes, you can only request this after "
                            + Math.max(1, left.get().toSeconds()) + " seconds.");
        }
    }

    private void send(Handle handle, User user, Purpose purpose, String address, Issued first, Issued second) {
        ObjectNode data = JsonNodeFactory.instance.objectNode();
        data.put("token", first.code());
        data.put("token_hash", second.hash());
        data.put("redirect_to", first.redirect());
        data.put("email_action_type", purpose.type());
        data.put("site_url", config.siteUrl());
        data.put("token_new", first == second ? "" : second.code());
        data.put("token_hash_new", first == second ? "" : first.hash());
        if (!hooks.sendsEmail(handle, user.json(), data)) {
            mailbox.put(new Mailbox.Mail(
                    clock.instant(), address, purpose.action(), first.code(), first.hash(), first.link()));
        }
    }

    /** Issues a code; the one before it for the same purpose is void. */
    Issued issue(Handle handle, User user, Purpose purpose, String address, String redirect, boolean pkce) {
        int digits = config.rules().mail().codeLength();
        String code = String.format(Locale.ROOT, "%0" + digits + "d", random.nextLong((long) Math.pow(10, digits)));
        String hash = (pkce ? PKCE : "") + hash(address, code);
        OffsetDateTime now = clock.instant().atOffset(ZoneOffset.UTC);
        handle.createUpdate("update auth.users set " + purpose.column + " = :hash, " + purpose.sent
                        + " = :now, updated_at = :now where id = :id")
                .bind("id", user.id())
                .bind("hash", hash)
                .bind("now", now)
                .execute();
        handle.createUpdate("""
                        insert into auth.one_time_tokens (id, user_id, token_type, token_hash, relates_to)
                        values (gen_random_uuid(), :user, cast(:type as auth.one_time_token_type), :hash, :address)
                        on conflict (user_id, token_type) do update set token_hash = excluded.token_hash,
                            relates_to = excluded.relates_to, created_at = now(), updated_at = now()
                        """)
                .bind("user", user.id())
                .bind("type", purpose.column)
                .bind("hash", hash)
                .bind("address", address)
                .execute();
        String link = apiUrl.get() + "/auth/v1/verify?token=" + hash + "&type=" + purpose.type() + "&redirect_to="
                + URLEncoder.encode(redirect, StandardCharsets.UTF_8);
        return new Issued(code, hash, link, redirect);
    }

    /** Whether this is the code that a user was mailed to change its password; it is then void. */
    boolean reauthenticates(Handle handle, User user, String nonce) {
        OffsetDateTime oldest = clock.instant().minus(config.otpExpiry()).atOffset(ZoneOffset.UTC);
        return handle.createUpdate("""
                        update auth.users set reauthentication_token = '' where id = :id
                            and reauthentication_token = :hash and reauthentication_sent_at >= :oldest
                        """)
                        .bind("id", user.id())
                        .bind("hash", hash(user.email(), nonce))
                        .bind("oldest", oldest)
                        .execute()
                == 1;
    }

    /** A code that was right. */
    record Redeemed(UUID user, Purpose purpose, boolean pkce) {}

    /** Redeems the hash of a link; empty where it is unknown, used or too old. */
    Optional<Redeemed> redeem(Handle handle, String type, String hash) {
        List<Purpose> purposes = PURPOSES.get(type);
        if (purposes == null) {
            throw AuthError.invalid("Verify requires a verification type");
        }
        OffsetDateTime oldest = clock.instant().minus(config.otpExpiry()).atOffset(ZoneOffset.UTC);
        for (Purpose purpose : purposes) {
            // clearing it in the same statement makes it good for one use, also by two at once
            Optional<UUID> user = handle.createQuery("update auth.users set " + purpose.column + " = '' where "
                            + purpose.column + " = :hash and " + purpose.sent + " >= :oldest returning id")
                    .bind("hash", hash)
                    .bind("oldest", oldest)
                    .mapTo(UUID.class)
                    .findOne();
            if (user.isPresent()) {
                handle.createUpdate("delete from auth.one_time_tokens where user_id = :id and token_hash = :hash")
                        .bind("id", user.get())
                        .bind("hash", hash)
                        .execute();
                return Optional.of(new Redeemed(user.get(), purpose, hash.startsWith(PKCE)));
            }
        }
        return Optional.empty();
    }

    /** Redeems a typed code. */
    Optional<Redeemed> redeem(Handle handle, String type, String address, String code) {
        String hash = hash(address, code);
        return redeem(handle, type, hash).or(() -> redeem(handle, type, PKCE + hash));
    }

    private static String hash(String address, String code) {
        try {
            return HexFormat.of()
                    .formatHex(MessageDigest.getInstance("SHA-224")
                            .digest((address + code).getBytes(StandardCharsets.UTF_8)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e); // every JVM has it
        }
    }
}
