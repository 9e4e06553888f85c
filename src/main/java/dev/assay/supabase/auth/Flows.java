package dev.assay.supabase.auth;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Clock;
import java.time.Duration;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.Base64;
import java.util.Locale;
import java.util.Optional;
import java.util.UUID;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/** PKCE (RFC 7636): a mailed link leads on with a code, which only who asked for the mail can trade for a session. */
final class Flows {
    private static final Duration VALID = Duration.ofMinutes(5);

    private final Clock clock;

    Flows(Clock clock) {
        this.clock = clock;
    }

    /** Remembers the challenge that a request came with; says whether it had one. */
    boolean begin(Handle handle, Form form, @Nullable UUID user, String method) {
        Optional<String> challenge = form.text("code_challenge");
        if (challenge.isEmpty()) {
            return false;
        }
        String how = form.text("code_challenge_method").orElse("plain").toLowerCase(Locale.ROOT);
        if (!how.equals("s256") && !how.equals("plain")) {
            throw AuthError.invalid("invalid code challenge method");
        }
        handle.createUpdate("""
                        insert into auth.flow_state (id, user_id, auth_code, code_challenge_method, code_challenge,
                            provider_type, authentication_method, created_at, updated_at)
                        values (gen_random_uuid(), :user, cast(gen_random_uuid() as text),
                            cast(:how as auth.code_challenge_method), :challenge, 'email', :method, now(), now())
                        """)
                .bind("user", user)
                .bind("how", how)
                .bind("challenge", challenge.get())
                .bind("method", method)
                .execute();
        return true;
    }

    /** The code that a followed link leads on with; empty where no flow waits for it. */
    Optional<String> code(Handle handle, UUID user, String method) {
        return handle.createQuery("""
                        update auth.flow_state set auth_code_issued_at = :now, updated_at = :now
                        where id = (select id from auth.flow_state where user_id = :user
                            and authentication_method = :method order by created_at desc limit 1)
                        returning auth_code
                        """)
                .bind("now", clock.instant().atOffset(ZoneOffset.UTC))
                .bind("user", user)
                .bind("method", method)
                .mapTo(String.class)
                .findOne();
    }

    /** Whose code it was, and how that user began. */
    record Redeemed(UUID user, String method) {}

    private record Flow(
            UUID user,
            String method,
            String how,
            String challenge,
            @Nullable OffsetDateTime issued) {}

    /** The user whose code and verifier these are; the code is then void. */
    Redeemed redeem(Handle handle, String code, String verifier) {
        Flow flow = handle.createQuery("""
                        select user_id, authentication_method, code_challenge_method, code_challenge, auth_code_issued_at
                        from auth.flow_state
                        where auth_code = :code and user_id is not null
                        """)
                .bind("code", code)
                .map((row, context) -> new Flow(
                        row.getObject(1, UUID.class),
                        row.getString(2),
                        row.getString(3),
                        row.getString(4),
                        row.getObject(5, OffsetDateTime.class)))
                .findOne()
                .orElseThrow(() ->
                        new AuthError(404, "flow_state_not_found", "invalid flow state, no valid flow state found"));
        if (flow.issued() == null || flow.issued().toInstant().plus(VALID).isBefore(clock.instant())) {
            throw new AuthError(422, "flow_state_expired", "invalid flow state, flow state has expired");
        }
        String answer = flow.how().equals("s256") ? sha256(verifier) : verifier;
        if (!MessageDigest.isEqual(
                answer.getBytes(StandardCharsets.UTF_8), flow.challenge().getBytes(StandardCharsets.UTF_8))) {
            throw new AuthError(
                    400, "bad_code_verifier", "code challenge does not match previously saved code verifier");
        }
        handle.createUpdate("delete from auth.flow_state where auth_code = :code")
                .bind("code", code)
                .execute();
        return new Redeemed(flow.user(), flow.method());
    }

    private static String sha256(String text) {
        try {
            return Base64.getUrlEncoder()
                    .withoutPadding()
                    .encodeToString(MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e); // every JVM has it
        }
    }
}
