package dev.assay.supabase.auth;

import dev.assay.supabase.Exchange;
import dev.assay.supabase.project.ProjectConfig;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.Optional;
import java.util.UUID;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.JdbiException;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** Sessions and their refresh tokens: each good for one use, with reuse found out as GoTrue does. */
final class Sessions {
    private static final String ALPHABET = "abcdefghijklmnopqrstuvwxyz0123456789";
    private static final int TOKEN_LENGTH = 12;

    private final ProjectConfig.Auth config;
    private final Users users;
    private final AccessTokens accessTokens;
    private final Clock clock;
    private final SecureRandom random = new SecureRandom();

    Sessions(ProjectConfig.Auth config, Users users, AccessTokens accessTokens, Clock clock) {
        this.config = config;
        this.users = users;
        this.accessTokens = accessTokens;
        this.clock = clock;
    }

    private record RefreshToken(String token, @Nullable String parent, boolean revoked, Instant updatedAt) {}

    /**
     * Signs a user in.
     *
     * @param method how, as the {@code amr} claim names it: {@code password}, {@code otp}, {@code anonymous}, …
     * @return the session as answers show it
     */
    ObjectNode start(Handle handle, User user, String method, Exchange exchange) {
        UUID session = UUID.randomUUID();
        OffsetDateTime now = now();
        try {
            handle.createUpdate("""
                            insert into auth.sessions (id, user_id, created_at, updated_at, aal, user_agent, ip)
                            values (:id, :user, :now, :now, 'aal1', :agent, cast(:ip as inet))
                            """)
                    .bind("id", session)
                    .bind("user", user.id())
                    .bind("now", now)
                    .bind("agent", exchange.header("user-agent").orElse(null))
                    .bind("ip", exchange.remoteAddress())
                    .execute();
            handle.createUpdate("""
                            insert into auth.mfa_amr_claims (id, session_id, created_at, updated_at, authentication_method)
                            values (gen_random_uuid(), :session, :now, :now, :method)
                            """)
                    .bind("session", session)
                    .bind("now", now)
                    .bind("method", method)
                    .execute();
            handle.createUpdate("update auth.users set last_sign_in_at = :now, updated_at = :now where id = :id")
                    .bind("id", user.id())
                    .bind("now", now)
                    .execute();
            String refresh = addToken(handle, user.id(), session, null);
            return answer(handle, users.get(handle, user.id()), session, refresh, method);
        } catch (JdbiException e) {
            throw AuthError.database("Database error granting user", e);
        }
    }

    private String addToken(Handle handle, UUID user, UUID session, @Nullable String parent) {
        StringBuilder token = new StringBuilder();
        for (int i = 0; i < TOKEN_LENGTH; i++) {
            token.append(ALPHABET.charAt(random.nextInt(ALPHABET.length())));
        }
        handle.createUpdate("""
                        insert into auth.refresh_tokens (instance_id, token, user_id, revoked, created_at, updated_at,
                            parent, session_id)
                        values ('00000000-0000-0000-0000-000000000000', :token, :user, false, :now, :now, :parent,
                            :session)
                        """)
                .bind("token", token.toString())
                .bind("user", user.toString())
                .bind("now", now())
                .bind("parent", parent)
                .bind("session", session)
                .execute();
        return token.toString();
    }

    private ObjectNode answer(Handle handle, User user, UUID session, String refreshToken, String method) {
        JsonNode amr = handle.createQuery("""
                        select coalesce(jsonb_agg(jsonb_build_object('method', authentication_method, 'timestamp',
                            extract(epoch from updated_at)::bigint) order by updated_at desc), '[]')
                        from auth.mfa_amr_claims where session_id = :session
                        """)
                .bind("session", session)
                .mapTo(String.class)
                .map(Form.JSON::readTree)
                .one();
        boolean raised = false;
        for (JsonNode claim : amr) {
            raised |= claim.path("method").asString("").equals("totp");
        }
        AccessTokens.Minted minted = accessTokens.mint(handle, method, user, session, raised ? "aal2" : "aal1", amr);
        ObjectNode answer = JsonNodeFactory.instance.objectNode();
        answer.put("access_token", minted.token());
        answer.put("token_type", "bearer");
        answer.put("expires_in", minted.expiresIn());
        answer.put("expires_at", minted.expiresAt());
        answer.put("refresh_token", refreshToken);
        answer.set("user", user.json());
        return answer;
    }

    /**
     * Trades a refresh token for the next one. A used one that comes again later than the reuse interval allows, and is
     * not the parent of the current one, was stolen from somebody: the whole session ends.
     *
     * @throws AuthError whose traces in the database stay
     */
    ObjectNode refresh(Handle handle, String token) {
        Optional<UUID> session = handle.createQuery(
                        "select session_id from auth.refresh_tokens where token = :token and session_id is not null")
                .bind("token", token)
                .mapTo(UUID.class)
                .findOne();
        if (session.isEmpty()) {
            throw AuthError.kept(400, "refresh_token_not_found", "Invalid Refresh Token: Refresh Token Not Found");
        }
        // one refresh of a session at a time
        Began began = handle.createQuery(
                        "select user_id, created_at, coalesce(refreshed_at at time zone 'UTC', created_at)"
                                + " from auth.sessions where id = :id for update")
                .bind("id", session.get())
                .map((row, context) -> new Began(
                        row.getObject(1, UUID.class),
                        row.getObject(2, OffsetDateTime.class).toInstant(),
                        row.getObject(3, OffsetDateTime.class).toInstant()))
                .one();
        User user = users.get(handle, began.user());
        if (isOver(began.created(), config.rules().sessions().timebox())) {
            throw AuthError.kept(400, "session_expired", "Invalid Refresh Token: Session Expired");
        }
        if (isOver(began.used(), config.rules().sessions().inactivity())) {
            throw AuthError.kept(400, "session_expired", "Invalid Refresh Token: Session Expired (Inactivity)");
        }
        if (user.banned(clock.instant())) {
            throw AuthError.kept(400, "user_banned", "Invalid Refresh Token: User Banned");
        }
        RefreshToken given = token(handle, "token = :key", token).orElseThrow();
        String next = null;
        if (given.revoked()) {
            Optional<RefreshToken> active = token(
                    handle,
                    "session_id = cast(:key as uuid) and not revoked order by id desc limit 1",
                    session.get().toString());
            if (active.isPresent() && token.equals(active.get().parent())) {
                next = active.get().token(); // the caller never saw the answer to its last refresh
            } else if (clock.instant().isAfter(given.updatedAt().plus(config.reuseInterval()))) {
                if (config.rotation()) {
                    revokeAll(handle, session.get());
                }
                throw AuthError.kept(400, "refresh_token_already_used", "Invalid Refresh Token: Already Used");
            }
        }
        if (next == null) {
            next = swap(handle, user, session.get(), given);
        }
        handle.createUpdate("update auth.sessions set refreshed_at = :now, updated_at = :now where id = :id")
                .bind("id", session.get())
                .bind("now", now())
                .execute();
        return answer(handle, user, session.get(), next, "token_refresh");
    }

    /** Lifts a session by a second factor and ends those of the user that have but one. */
    ObjectNode raise(Handle handle, User user, UUID session, UUID factor) {
        OffsetDateTime now = now();
        handle.createUpdate("""
                        insert into auth.mfa_amr_claims (id, session_id, created_at, updated_at, authentication_method)
                        values (gen_random_uuid(), :session, :now, :now, 'totp')
                        on conflict (session_id, authentication_method) do update set updated_at = excluded.updated_at
                        """).bind("session", session).bind("now", now).execute();
        handle.createUpdate(
                        "update auth.sessions set aal = 'aal2', factor_id = :factor, updated_at = :now where id = :id")
                .bind("factor", factor)
                .bind("now", now)
                .bind("id", session)
                .execute();
        handle.createUpdate("delete from auth.sessions where user_id = :user and aal < 'aal2'")
                .bind("user", user.id())
                .execute();
        // a refresh token of the time before would give out the lifted session
        revokeAll(handle, session);
        return answer(handle, user, session, addToken(handle, user.id(), session, null), "totp");
    }

    /** Takes a factor that is gone from the sessions that it lifted. */
    void lower(Handle handle, UUID factor) {
        handle.createUpdate("""
                        delete from auth.mfa_amr_claims where authentication_method = 'totp'
                            and session_id in (select id from auth.sessions where factor_id = :factor)
                        """).bind("factor", factor).execute();
        handle.createUpdate("update auth.sessions set aal = 'aal1', factor_id = null where factor_id = :factor")
                .bind("factor", factor)
                .execute();
    }

    private record Began(UUID user, Instant created, Instant used) {}

    private boolean isOver(Instant from, Duration allowed) {
        return !allowed.isZero() && clock.instant().isAfter(from.plus(allowed));
    }

    private String swap(Handle handle, User user, UUID session, RefreshToken given) {
        if (config.rotation() || given.revoked()) {
            handle.createUpdate("update auth.refresh_tokens set revoked = true, updated_at = :now where token = :token")
                    .bind("token", given.token())
                    .bind("now", now())
                    .execute();
            return addToken(handle, user.id(), session, given.token());
        }
        return given.token();
    }

    private void revokeAll(Handle handle, UUID session) {
        handle.createUpdate(
                        "update auth.refresh_tokens set revoked = true, updated_at = :now where session_id = :id and not revoked")
                .bind("id", session)
                .bind("now", now())
                .execute();
    }

    private static Optional<RefreshToken> token(Handle handle, String where, String key) {
        return handle.createQuery("select token, parent, revoked, updated_at from auth.refresh_tokens where " + where)
                .bind("key", key)
                .map((row, context) -> new RefreshToken(
                        row.getString(1),
                        row.getString(2),
                        row.getBoolean(3),
                        row.getObject(4, OffsetDateTime.class).toInstant()))
                .findOne();
    }

    boolean exists(Handle handle, UUID session) {
        return handle.createQuery("select exists (select from auth.sessions where id = :id)")
                .bind("id", session)
                .mapTo(Boolean.class)
                .one();
    }

    /** Whether the session began within the time. */
    boolean beganWithin(Handle handle, Optional<UUID> session, Duration time) {
        return session.isPresent()
                && handle.createQuery(
                                "select exists (select from auth.sessions where id = :id and created_at > :since)")
                        .bind("id", session.get())
                        .bind("since", now().minus(time))
                        .mapTo(Boolean.class)
                        .one();
    }

    /** Ends sessions of a user: its own ({@code local}), all but its own ({@code others}) or all ({@code global}). */
    void end(Handle handle, UUID user, Optional<UUID> session, String scope) {
        String which = switch (scope) {
            case "local" -> "id = :session";
            case "others" -> "user_id = :user and id is distinct from :session";
            default -> "user_id = :user";
        };
        handle.createUpdate("delete from auth.sessions where " + which + " and user_id = :user")
                .bind("user", user)
                .bind("session", session.orElse(null))
                .execute();
    }

    private OffsetDateTime now() {
        return clock.instant().atOffset(ZoneOffset.UTC);
    }
}
