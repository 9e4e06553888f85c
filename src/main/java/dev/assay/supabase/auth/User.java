package dev.assay.supabase.auth;

import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * A row of {@code auth.users} as Postgres gives it in JSON, with its identities.
 *
 * @param row the columns by their names, {@code identities} and {@code factors}
 */
record User(JsonNode row) {
    /** What an answer shows, in GoTrue's order: column, name in the answer, whether it is left out when empty. */
    private record Shown(String column, String name, boolean optional) {}

    private static final List<Shown> BEFORE_METADATA = List.of(
            new Shown("id", "id", false),
            new Shown("aud", "aud", false),
            new Shown("role", "role", false),
            new Shown("email", "email", false),
            new Shown("email_confirmed_at", "email_confirmed_at", true),
            new Shown("invited_at", "invited_at", true),
            new Shown("phone", "phone", false),
            new Shown("phone_confirmed_at", "phone_confirmed_at", true),
            new Shown("confirmation_sent_at", "confirmation_sent_at", true),
            new Shown("confirmed_at", "confirmed_at", true),
            new Shown("recovery_sent_at", "recovery_sent_at", true),
            new Shown("email_change", "new_email", true),
            new Shown("email_change_sent_at", "email_change_sent_at", true),
            new Shown("reauthentication_sent_at", "reauthentication_sent_at", true),
            new Shown("last_sign_in_at", "last_sign_in_at", true));
    private static final List<Shown> AFTER_METADATA = List.of(
            new Shown("created_at", "created_at", false),
            new Shown("updated_at", "updated_at", false),
            new Shown("banned_until", "banned_until", true),
            new Shown("deleted_at", "deleted_at", true));
    private static final List<Shown> IDENTITY = List.of(
            new Shown("id", "identity_id", false),
            new Shown("provider_id", "id", false),
            new Shown("user_id", "user_id", false),
            new Shown("identity_data", "identity_data", false),
            new Shown("provider", "provider", false),
            new Shown("last_sign_in_at", "last_sign_in_at", false),
            new Shown("created_at", "created_at", false),
            new Shown("updated_at", "updated_at", false),
            new Shown("email", "email", true));

    private static final List<Shown> FACTOR = List.of(
            new Shown("id", "id", false),
            new Shown("created_at", "created_at", false),
            new Shown("updated_at", "updated_at", false),
            new Shown("status", "status", false),
            new Shown("friendly_name", "friendly_name", true),
            new Shown("factor_type", "factor_type", false),
            new Shown("last_challenged_at", "last_challenged_at", true));

    UUID id() {
        return UUID.fromString(row.path("id").stringValue());
    }

    String text(String column) {
        JsonNode node = row.path(column);
        return node.isString() ? node.stringValue() : "";
    }

    String email() {
        return text("email");
    }

    /** The database role; {@code authenticated} where the row has none, as for users put in by hand. */
    String role() {
        String role = text("role");
        return role.isEmpty() ? "authenticated" : role;
    }

    boolean emailConfirmed() {
        return row.path("email_confirmed_at").isString();
    }

    boolean anonymous() {
        return row.path("is_anonymous").asBoolean(false);
    }

    boolean hasPassword() {
        return !text("encrypted_password").isEmpty();
    }

    boolean banned(Instant now) {
        return instant("banned_until").filter(until -> until.isAfter(now)).isPresent();
    }

    Optional<Instant> instant(String column) {
        return Optional.of(text(column))
                .filter(text -> !text.isEmpty())
                .map(text -> OffsetDateTime.parse(text).toInstant());
    }

    ObjectNode appMetadata() {
        return object("raw_app_meta_data");
    }

    ObjectNode userMetadata() {
        return object("raw_user_meta_data");
    }

    private ObjectNode object(String column) {
        return row.path(column) instanceof ObjectNode object ? object : JsonNodeFactory.instance.objectNode();
    }

    /** The user as answers show it. */
    ObjectNode json() {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        show(row, BEFORE_METADATA, json);
        json.set("app_metadata", appMetadata());
        json.set("user_metadata", userMetadata());
        ArrayNode identities = json.putArray("identities");
        row.path("identities").forEach(identity -> show(identity, IDENTITY, identities.addObject()));
        if (!row.path("factors").isEmpty()) {
            json.set("factors", factors());
        }
        show(row, AFTER_METADATA, json);
        json.put("is_anonymous", anonymous());
        return json;
    }

    ArrayNode factors() {
        ArrayNode factors = JsonNodeFactory.instance.arrayNode();
        row.path("factors").forEach(factor -> factors.add(factor(factor)));
        return factors;
    }

    /** A row of {@code auth.mfa_factors} as answers show it: never its secret. */
    static ObjectNode factor(JsonNode row) {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        show(row, FACTOR, json);
        return json;
    }

    private static void show(JsonNode from, List<Shown> what, ObjectNode to) {
        for (Shown shown : what) {
            JsonNode value = from.path(shown.column());
            boolean empty = value.isMissingNode()
                    || value.isNull()
                    || value.isString() && value.stringValue().isEmpty();
            if (!empty) {
                to.set(shown.name(), zulu(shown.column(), value));
            } else if (!shown.optional()) {
                to.put(shown.name(), "");
            }
        }
    }

    /** Times as Go writes them: {@code …Z}. */
    private static JsonNode zulu(String column, JsonNode value) {
        if (column.endsWith("_at") || column.equals("banned_until")) {
            return JsonNodeFactory.instance.stringNode(
                    OffsetDateTime.parse(value.stringValue()).toInstant().toString());
        }
        return value;
    }
}
