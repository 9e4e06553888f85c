package dev.assay.supabase.auth;

import dev.assay.supabase.project.ProjectConfig;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.JdbiException;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** The users of a project: rows of {@code auth.users} and {@code auth.identities}, and their passwords. */
final class Users {
    private static final String SELECT = """
            select to_jsonb(u) || jsonb_build_object('identities', coalesce(
                (select jsonb_agg(to_jsonb(i) order by i.created_at, i.id) from auth.identities i where i.user_id = u.id),
                '[]'), 'factors', coalesce(
                (select jsonb_agg(to_jsonb(f) order by f.created_at, f.id) from auth.mfa_factors f where f.user_id = u.id),
                '[]')) as json
            from auth.users u
            """;
    /** GoTrue cannot read a row that has NULL in one of these, as rows written by hand often have. */
    private static final List<String> NEVER_NULL = List.of(
            "confirmation_token",
            "recovery_token",
            "email_change_token_new",
            "email_change",
            "email_change_token_current",
            "phone_change",
            "phone_change_token",
            "reauthentication_token");

    private static final String LOWER = "abcdefghijklmnopqrstuvwxyz";
    private static final String UPPER = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
    private static final String DIGITS = "0123456789";
    private static final String SYMBOLS = "!@#$%^&*()_+-=[]{};'\\:\"|<>?,./`~";
    /** What bcrypt takes, in bytes. */
    private static final int LONGEST_PASSWORD = 72;

    private final ProjectConfig.Auth config;
    private final Hooks hooks;

    Users(ProjectConfig.Auth config, Hooks hooks) {
        this.config = config;
        this.hooks = hooks;
    }

    /**
     * A user to be.
     *
     * @param id its id, chosen by the caller only in the admin API
     * @param email in lower case; null for anonymous users
     * @param password null for none
     * @param data its metadata
     * @param app metadata that only the service may change
     * @param ip the address that asks for it
     */
    record NewUser(
            UUID id,
            @Nullable String email,
            @Nullable String password,
            ObjectNode data,
            ObjectNode app,
            String role,
            boolean anonymous,
            String ip) {
        /** As hooks see it before it is made. */
        User shown(String now) {
            ObjectNode row = JsonNodeFactory.instance.objectNode();
            row.put("id", id.toString());
            row.put("aud", "authenticated");
            row.put("role", role);
            row.put("email", email == null ? "" : email);
            row.set("raw_app_meta_data", app);
            row.set("raw_user_meta_data", data);
            row.put("created_at", now);
            row.put("updated_at", now);
            row.put("is_anonymous", anonymous);
            return new User(row);
        }
    }

    Optional<User> find(Handle handle, UUID id) {
        return one(handle, SELECT + "where u.id = :key and u.deleted_at is null", id);
    }

    Optional<User> findByEmail(Handle handle, String email) {
        return one(
                handle,
                SELECT
                        + "where lower(u.email) = :key and not u.is_sso_user and coalesce(u.aud, '') in ('', 'authenticated')"
                        + " limit 1",
                email);
    }

    User get(Handle handle, UUID id) {
        return find(handle, id).orElseThrow(() -> new AuthError(404, "user_not_found", "User not found"));
    }

    private static Optional<User> one(Handle handle, String sql, Object key) {
        return handle.createQuery(sql)
                .bind("key", key)
                .mapTo(String.class)
                .findOne()
                .map(Users::read);
    }

    private static User read(String json) {
        JsonNode row = Form.JSON.readTree(json);
        for (String column : NEVER_NULL) {
            if (row.path(column).isNull()) {
                throw AuthError.database(
                        "Database error querying schema",
                        new IllegalStateException("auth.users." + column
                                + " is NULL: GoTrue cannot read such a row; write an empty text instead"));
            }
        }
        return new User(row);
    }

    List<User> page(Handle handle, int page, int size) {
        return handle.createQuery(SELECT + "order by u.created_at desc, u.id limit :size offset :offset")
                .bind("size", size)
                .bind("offset", (long) (page - 1) * size)
                .mapTo(String.class)
                .map(Users::read)
                .list();
    }

    long count(Handle handle) {
        return handle.createQuery("select count(*) from auth.users")
                .mapTo(Long.class)
                .one();
    }

    /**
     * Makes a user that is not confirmed yet.
     *
     * @throws AuthError with "Database error saving new user" where the database refuses
     */
    User create(Handle handle, NewUser user) {
        hooks.beforeUserCreated(handle, user.shown("0001-01-01T00:00:00Z").json(), user.ip());
        try {
            handle.createUpdate("""
                            insert into auth.users (instance_id, id, aud, role, email, encrypted_password,
                                confirmation_token, recovery_token, email_change_token_new, email_change,
                                raw_app_meta_data, raw_user_meta_data, is_anonymous, created_at, updated_at)
                            values ('00000000-0000-0000-0000-000000000000', :id, 'authenticated', :role, :email,
                                case when cast(:password as text) is null then ''
                                    else extensions.crypt(:password, extensions.gen_salt('bf')) end,
                                '', '', '', '', cast(:app as jsonb), cast(:data as jsonb), :anonymous, now(), now())
                            """)
                    .bind("id", user.id())
                    .bind("role", user.role())
                    .bind("email", user.email())
                    .bind("password", user.password())
                    .bind("app", user.app().toString())
                    .bind("data", user.data().toString())
                    .bind("anonymous", user.anonymous())
                    .execute();
            if (user.email() != null) {
                addIdentity(handle, user.id(), user.email(), false, user.data());
            }
        } catch (JdbiException e) {
            throw AuthError.database("Database error saving new user", e);
        }
        return get(handle, user.id());
    }

    private void addIdentity(Handle handle, UUID id, String email, boolean verified, ObjectNode data) {
        ObjectNode identity = data.deepCopy();
        identity.put("sub", id.toString());
        identity.put("email", email);
        identity.put("email_verified", verified);
        identity.put("phone_verified", false);
        handle.createUpdate("""
                        insert into auth.identities (provider_id, user_id, identity_data, provider, last_sign_in_at,
                            created_at, updated_at)
                        values (cast(:id as text), :user, cast(:data as jsonb), 'email', now(), now(), now())
                        """)
                .bind("id", id.toString())
                .bind("user", id)
                .bind("data", identity.toString())
                .execute();
    }

    /**
     * @throws AuthError 422 where another user has the address
     */
    void refuseTaken(Handle handle, String email) {
        if (findByEmail(handle, email).isPresent()) {
            throw new AuthError(422, "email_exists", "A user with this email address has already been registered");
        }
    }

    /** Takes the address for the user's own. */
    void confirm(Handle handle, User user) {
        ObjectNode data = user.userMetadata().deepCopy();
        data.put("sub", user.id().toString());
        data.put("email", user.email());
        data.put("email_verified", true);
        data.put("phone_verified", false);
        handle.createUpdate("""
                        update auth.users set email_confirmed_at = coalesce(email_confirmed_at, now()),
                            confirmation_token = '', raw_user_meta_data = cast(:data as jsonb), updated_at = now()
                        where id = :id
                        """)
                .bind("id", user.id())
                .bind("data", data.toString())
                .execute();
    }

    void setPassword(Handle handle, UUID id, String password) {
        handle.createUpdate("""
                        update auth.users set encrypted_password = extensions.crypt(:password, extensions.gen_salt('bf')),
                            updated_at = now()
                        where id = :id
                        """).bind("id", id).bind("password", password).execute();
    }

    /** Gives a user another address, confirmed. */
    void setEmail(Handle handle, User user, String email) {
        boolean hasIdentity = !user.row().path("identities").isEmpty();
        handle.createUpdate("delete from auth.one_time_tokens where user_id = :id and token_type in"
                        + " ('email_change_token_new', 'email_change_token_current')")
                .bind("id", user.id())
                .execute();
        handle.createUpdate("""
                        update auth.users set email = :email, email_change = '', email_change_token_new = '',
                            email_change_token_current = '', email_change_confirm_status = 0, is_anonymous = false,
                            email_confirmed_at = now(), updated_at = now(),
                            raw_app_meta_data = coalesce(raw_app_meta_data, '{}')
                                || '{"provider": "email", "providers": ["email"]}'
                        where id = :id
                        """).bind("id", user.id()).bind("email", email).execute();
        if (hasIdentity) {
            handle.createUpdate("""
                            update auth.identities set updated_at = now(), identity_data = identity_data
                                || jsonb_build_object('email', cast(:email as text), 'email_verified', true)
                            where user_id = :id and provider = 'email'
                            """).bind("id", user.id()).bind("email", email).execute();
        } else {
            addIdentity(handle, user.id(), email, true, JsonNodeFactory.instance.objectNode());
        }
    }

    /** Takes an identity away; what the user is called by then comes from those that are left. */
    void removeIdentity(Handle handle, UUID user, UUID identity) {
        handle.createUpdate("delete from auth.identities where id = :identity and user_id = :user")
                .bind("identity", identity)
                .bind("user", user)
                .execute();
        handle.createUpdate("""
                        update auth.users u set updated_at = now(),
                            email = case when exists (select from auth.identities i where i.user_id = u.id and i.email = u.email)
                                then u.email
                                else (select i.email from auth.identities i where i.user_id = u.id and i.email is not null
                                    order by i.created_at limit 1) end,
                            raw_app_meta_data = coalesce(raw_app_meta_data, '{}') || (
                                select jsonb_build_object('provider', (array_agg(provider order by created_at))[1],
                                    'providers', jsonb_agg(provider order by created_at))
                                from auth.identities i where i.user_id = u.id)
                        where id = :user
                        """).bind("user", user).execute();
    }

    /** Sets {@code raw_user_meta_data} or {@code raw_app_meta_data}: keys are added or replaced, null takes one away. */
    void mergeMetadata(Handle handle, UUID id, String column, ObjectNode old, ObjectNode changes) {
        ObjectNode merged = old.deepCopy();
        changes.properties().forEach(change -> {
            if (change.getValue().isNull()) {
                merged.remove(change.getKey());
            } else {
                merged.set(change.getKey(), change.getValue());
            }
        });
        set(handle, id, column, merged.toString());
    }

    /** Sets one column, cast from text to its type. */
    void set(Handle handle, UUID id, String column, @Nullable String value) {
        String type = switch (column) {
            case "raw_user_meta_data", "raw_app_meta_data" -> "jsonb";
            case "banned_until", "deleted_at", "invited_at", "email_confirmed_at" -> "timestamptz";
            case "role", "phone", "email_change" -> "text";
            default -> throw new IllegalArgumentException(column);
        };
        handle.createUpdate("update auth.users set " + column + " = cast(:value as " + type
                        + "), updated_at = now() where id = :id")
                .bind("id", id)
                .bind("value", value)
                .execute();
    }

    void delete(Handle handle, UUID id) {
        handle.createUpdate("delete from auth.users where id = :id")
                .bind("id", id)
                .execute();
    }

    /** Makes a user unknown without losing its row: what it was known by is kept as a hash only. */
    void deleteSoftly(Handle handle, UUID id) {
        handle.createUpdate("delete from auth.sessions where user_id = :id")
                .bind("id", id)
                .execute();
        handle.createUpdate("""
                        update auth.identities set identity_data = '{}', updated_at = now(), provider_id =
                            encode(extensions.digest(cast(user_id as text) || provider_id, 'sha256'), 'hex')
                        where user_id = :id
                        """).bind("id", id).execute();
        handle.createUpdate("""
                        update auth.users set deleted_at = now(), updated_at = now(), encrypted_password = '',
                            email = encode(extensions.digest(cast(id as text) || email, 'sha256'), 'hex'),
                            phone = encode(extensions.digest(cast(id as text) || phone, 'sha256'), 'hex'),
                            raw_user_meta_data = '{}', raw_app_meta_data = '{}', email_change = '', phone_change = '',
                            confirmation_token = '', recovery_token = '', email_change_token_current = '',
                            email_change_token_new = '', phone_change_token = '', reauthentication_token = ''
                        where id = :id
                        """).bind("id", id).execute();
        handle.createUpdate("delete from auth.one_time_tokens where user_id = :id")
                .bind("id", id)
                .execute();
    }

    /** Whether the password is the user's; hashes that are not bcrypt's match nothing. */
    boolean passwordMatches(Handle handle, User user, String password) {
        return handle.createQuery("""
                        select case when encrypted_password ~ '^\\$2[abxy]\\$\\d\\d\\$.{53}$'
                            then encrypted_password = extensions.crypt(:password, encrypted_password) else false end
                        from auth.users where id = :id
                        """)
                .bind("id", user.id())
                .bind("password", password)
                .mapTo(Boolean.class)
                .findOne()
                .orElse(false);
    }

    /**
     * Refuses passwords that the project does not want.
     *
     * @throws AuthError where it is weak or too long
     */
    void checkPassword(String password) {
        if (password.getBytes(java.nio.charset.StandardCharsets.UTF_8).length > LONGEST_PASSWORD) {
            throw AuthError.invalid("Password cannot be longer than 72 characters");
        }
        List<String> reasons = new ArrayList<>();
        StringBuilder message = new StringBuilder();
        if (password.length() < config.minimumPasswordLength()) {
            reasons.add("length");
            message.append("Password should be at least ")
                    .append(config.minimumPasswordLength())
                    .append(" characters.");
        }
        List<String> required = requiredCharacters();
        if (!required.stream().allMatch(set -> password.chars().anyMatch(c -> set.indexOf(c) >= 0))) {
            reasons.add("characters");
            message.append(message.length() == 0 ? "" : " ")
                    .append("Password should contain at least one character of each: ")
                    .append(String.join(", ", required))
                    .append('.');
        }
        if (!reasons.isEmpty()) {
            throw AuthError.weakPassword(message.toString(), reasons);
        }
    }

    private List<String> requiredCharacters() {
        return switch (config.passwordRequirements()) {
            case "letters_digits" -> List.of(LOWER + UPPER, DIGITS);
            case "lower_upper_letters_digits" -> List.of(LOWER, UPPER, DIGITS);
            case "lower_upper_letters_digits_symbols" -> List.of(LOWER, UPPER, DIGITS, SYMBOLS);
            default -> List.of();
        };
    }
}
