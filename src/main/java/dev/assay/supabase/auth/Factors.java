package dev.assay.supabase.auth;

import dev.assay.supabase.Exchange;
import dev.assay.supabase.project.ProjectConfig;
import java.net.URI;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.Optional;
import java.util.UUID;
import org.jdbi.v3.core.Handle;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** {@code /factors}: authenticator apps as a second factor, which lift a session to {@code aal2}; rules as GoTrue's. */
final class Factors {
    /** How long a factor that is not verified, and a challenge, are kept. */
    private static final Duration LASTS = Duration.ofMinutes(5);

    private static final int MOST_VERIFIED = 10;

    private final ProjectConfig.Auth config;
    private final Users users;
    private final Sessions sessions;
    private final Clock clock;
    private final SecureRandom random = new SecureRandom();

    Factors(ProjectConfig.Auth config, Users users, Sessions sessions, Clock clock) {
        this.config = config;
        this.users = users;
        this.sessions = sessions;
        this.clock = clock;
    }

    private record Challenge(Instant created, boolean verified, String ip) {}

    ObjectNode enroll(Handle handle, Form form, SignedIn.Identity who) {
        checkNotAnonymous(who);
        String type = form.text("factor_type").orElse("");
        switch (type) {
            case "totp" -> {
                if (!config.rules().mfa().enroll()) {
                    throw new AuthError(422, "mfa_totp_enroll_not_enabled", "MFA enroll is disabled for TOTP");
                }
            }
            case "phone" ->
                throw new AuthError(422, "mfa_phone_enroll_not_enabled", "MFA enroll is disabled for Phone");
            case "webauthn" ->
                throw new AuthError(422, "mfa_webauthn_enroll_not_enabled", "MFA enroll is disabled for WebAuthn");
            default -> throw AuthError.invalid("factor_type needs to be totp, phone, or webauthn");
        }
        String name = form.text("friendly_name").orElse("");
        checkRoom(handle, who, name);
        Totp totp = Totp.random(random);
        UUID id = UUID.randomUUID();
        handle.createUpdate("""
                        insert into auth.mfa_factors (id, user_id, friendly_name, factor_type, status, secret, created_at,
                            updated_at)
                        values (:id, :user, :name, 'totp', 'unverified', :secret, :now, :now)
                        """)
                .bind("id", id)
                .bind("user", who.user().id())
                .bind("name", name)
                .bind("secret", totp.secret())
                .bind("now", now())
                .execute();
        String uri =
                totp.uri(form.text("issuer").orElseGet(this::issuer), who.user().email());
        ObjectNode answer = JsonNodeFactory.instance.objectNode();
        answer.put("id", id.toString()).put("type", "totp").put("friendly_name", name);
        answer.putObject("totp")
                .put("qr_code", QrCode.of(uri).svg())
                .put("secret", totp.secret())
                .put("uri", uri);
        return answer;
    }

    private static void checkNotAnonymous(SignedIn.Identity who) {
        if (who.user().anonymous()) {
            throw new AuthError(403, "no_authorization", "Anonymous user not allowed to perform these actions");
        }
    }

    private String issuer() {
        try {
            String host = URI.create(config.siteUrl()).getAuthority();
            return host == null ? config.siteUrl() : host;
        } catch (IllegalArgumentException e) {
            return config.siteUrl();
        }
    }

    private void checkRoom(Handle handle, SignedIn.Identity who, String name) {
        handle.createUpdate("""
                        delete from auth.mfa_factors f where status <> 'verified' and created_at < :since
                            and not exists (select from auth.mfa_challenges c where c.factor_id = f.id)
                        """).bind("since", now().minus(LASTS)).execute();
        int all = 0;
        int verified = 0;
        for (JsonNode factor : users.get(handle, who.user().id()).row().path("factors")) {
            if (factor.path("friendly_name").asString("").equals(name)) {
                throw new AuthError(
                        422,
                        "mfa_factor_name_conflict",
                        "A factor with the friendly name \"" + name + "\" for this user already exists");
            }
            all++;
            verified += factor.path("status").asString("").equals("verified") ? 1 : 0;
        }
        if (all >= config.rules().mfa().maxEnrolled() || verified >= MOST_VERIFIED) {
            throw new AuthError(
                    422,
                    "too_many_enrolled_mfa_factors",
                    "Maximum number of verified factors reached, unenroll to continue");
        }
        if (verified > 0 && !isRaised(handle, who)) {
            throw new AuthError(403, "insufficient_aal", "AAL2 required to enroll a new factor");
        }
    }

    private static boolean isRaised(Handle handle, SignedIn.Identity who) {
        return who.session()
                .map(session -> handle.createQuery(
                                "select exists (select from auth.sessions where id = :id and aal = 'aal2')")
                        .bind("id", session)
                        .mapTo(Boolean.class)
                        .one())
                .orElse(false);
    }

    /** Refuses what only a session of both factors may do, to a user who has both. */
    void checkMayChange(Handle handle, Form form, SignedIn.Identity who) {
        boolean sensitive = form.text("password").isPresent()
                || form.email()
                        .filter(email -> !email.equals(who.user().email()))
                        .isPresent();
        if (sensitive && has(who.user()) && !isRaised(handle, who)) {
            throw new AuthError(
                    401,
                    "insufficient_aal",
                    "AAL2 session is required to update email or password when MFA is enabled.");
        }
    }

    private static boolean has(User user) {
        for (JsonNode factor : user.row().path("factors")) {
            if (factor.path("status").asString("").equals("verified")) {
                return true;
            }
        }
        return false;
    }

    /** A factor of the user, as its row. */
    private static JsonNode owned(User user, String id) {
        UUID uuid = uuid(id, "factor_id must be an UUID");
        for (JsonNode factor : user.row().path("factors")) {
            if (factor.path("id").asString("").equals(uuid.toString())) {
                return factor;
            }
        }
        throw new AuthError(404, "mfa_factor_not_found", "Factor not found");
    }

    private static UUID uuid(String text, String otherwise) {
        try {
            return UUID.fromString(text);
        } catch (IllegalArgumentException e) {
            throw new AuthError(404, "validation_failed", otherwise);
        }
    }

    private void checkVerifies() {
        if (!config.rules().mfa().verify()) {
            throw new AuthError(422, "mfa_totp_verify_not_enabled", "MFA verification is disabled for TOTP");
        }
    }

    ObjectNode challenge(Handle handle, String factor, SignedIn.Identity who, Exchange exchange) {
        checkNotAnonymous(who);
        JsonNode owned = owned(who.user(), factor);
        checkVerifies();
        UUID id = UUID.randomUUID();
        handle.createUpdate("""
                        insert into auth.mfa_challenges (id, factor_id, created_at, ip_address)
                        values (:id, cast(:factor as uuid), :now, cast(:ip as inet))
                        """)
                .bind("id", id)
                .bind("factor", owned.path("id").asString(""))
                .bind("now", now())
                .bind("ip", exchange.remoteAddress())
                .execute();
        handle.createUpdate(
                        "update auth.mfa_factors set last_challenged_at = clock_timestamp() where id = cast(:id as uuid)")
                .bind("id", owned.path("id").asString(""))
                .execute();
        return JsonNodeFactory.instance
                .objectNode()
                .put("id", id.toString())
                .put("type", "totp")
                .put("expires_at", clock.instant().plus(LASTS).getEpochSecond());
    }

    /** Lifts the session, which gets new tokens; sessions of the user that are not lifted end. */
    ObjectNode verify(Handle handle, String factor, Form form, SignedIn.Identity who, Exchange exchange) {
        checkNotAnonymous(who);
        JsonNode owned = owned(who.user(), factor);
        String code = form.text("code").orElseThrow(() -> AuthError.invalid("Code needs to be non-empty"));
        checkVerifies();
        UUID session = who.session()
                .orElseThrow(() -> new AuthError(403, "session_not_found", "A valid session is required to verify"));
        UUID challenge = challenge(handle, owned, form.text("challenge_id").orElse(""), exchange);
        if (!new Totp(owned.path("secret").asString("")).matches(code, clock.instant())) {
            throw new AuthError(422, "mfa_verification_failed", "Invalid TOTP code entered");
        }
        handle.createUpdate("update auth.mfa_challenges set verified_at = :now where id = :id")
                .bind("now", now())
                .bind("id", challenge)
                .execute();
        UUID id = UUID.fromString(owned.path("id").asString(""));
        handle.createUpdate("update auth.mfa_factors set status = 'verified', updated_at = :now where id = :id")
                .bind("now", now())
                .bind("id", id)
                .execute();
        handle.createUpdate(
                        "delete from auth.mfa_factors where user_id = :user and status <> 'verified' and factor_type = 'totp'")
                .bind("user", who.user().id())
                .execute();
        return sessions.raise(handle, users.get(handle, who.user().id()), session, id);
    }

    private UUID challenge(Handle handle, JsonNode factor, String id, Exchange exchange) {
        UUID challenge;
        try {
            challenge = UUID.fromString(id);
        } catch (IllegalArgumentException e) {
            throw new AuthError(400, "bad_json", "Could not parse request body as JSON: challenge_id is no UUID");
        }
        Optional<Challenge> found = handle.createQuery("""
                        select created_at, verified_at is not null, host(ip_address) from auth.mfa_challenges
                        where id = :id and factor_id = cast(:factor as uuid)
                        """)
                .bind("id", challenge)
                .bind("factor", factor.path("id").asString(""))
                .map((row, context) -> new Challenge(
                        row.getObject(1, OffsetDateTime.class).toInstant(), row.getBoolean(2), row.getString(3)))
                .findOne();
        if (found.isEmpty()) {
            throw new AuthError(422, "mfa_factor_not_found", "MFA factor with the provided challenge ID not found");
        }
        if (found.get().verified() || !found.get().ip().equals(exchange.remoteAddress())) {
            throw new AuthError(422, "mfa_ip_address_mismatch", "Challenge and verify IP addresses mismatch.");
        }
        if (clock.instant().isAfter(found.get().created().plus(LASTS))) {
            throw new AuthError(
                    422,
                    "mfa_challenge_expired",
                    "MFA challenge " + challenge
                            + " has expired, verify against another challenge or create a new challenge.");
        }
        return challenge;
    }

    ObjectNode unenroll(Handle handle, String factor, SignedIn.Identity who) {
        checkNotAnonymous(who);
        JsonNode owned = owned(who.user(), factor);
        if (owned.path("status").asString("").equals("verified") && !isRaised(handle, who)) {
            throw new AuthError(422, "insufficient_aal", "AAL2 required to unenroll verified factor");
        }
        remove(handle, owned);
        return JsonNodeFactory.instance.objectNode().put("id", owned.path("id").asString(""));
    }

    private void remove(Handle handle, JsonNode factor) {
        UUID id = UUID.fromString(factor.path("id").asString(""));
        handle.createUpdate("delete from auth.mfa_factors where id = :id")
                .bind("id", id)
                .execute();
        sessions.lower(handle, id);
    }

    /** {@code GET /admin/users/ID/factors}. */
    ArrayNode list(Handle handle, String user) {
        return named(handle, user).factors();
    }

    /** {@code DELETE /admin/users/ID/factors/ID}. */
    ObjectNode delete(Handle handle, String user, String factor) {
        JsonNode owned = owned(named(handle, user), factor);
        remove(handle, owned);
        return User.factor(owned);
    }

    /** {@code PUT /admin/users/ID/factors/ID}. */
    ObjectNode rename(Handle handle, String user, String factor, Form form) {
        JsonNode owned = owned(named(handle, user), factor);
        form.text("friendly_name")
                .ifPresent(name -> handle.createUpdate(
                                "update auth.mfa_factors set friendly_name = :name, updated_at = :now where id = cast(:id as uuid)")
                        .bind("name", name)
                        .bind("now", now())
                        .bind("id", owned.path("id").asString(""))
                        .execute());
        return User.factor(owned(named(handle, user), factor));
    }

    private User named(Handle handle, String id) {
        return users.find(handle, uuid(id, "user_id must be an UUID"))
                .orElseThrow(() -> new AuthError(404, "user_not_found", "User not found"));
    }

    private OffsetDateTime now() {
        return clock.instant().atOffset(ZoneOffset.UTC);
    }
}
