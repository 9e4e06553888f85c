package dev.assay.supabase.rest;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The {@code Prefer} headers of a request (RFC 7240, PostgREST's "Prefer Header").
 *
 * @param resolution {@code merge-duplicates}, {@code ignore-duplicates} or {@code null}
 * @param missing {@code default}, {@code null} (the word) or {@code null}
 * @param returned {@code representation}, {@code headers-only}, {@code minimal} or {@code null}
 * @param count {@code exact}, {@code planned}, {@code estimated} or {@code null}
 * @param transaction {@code commit}, {@code rollback} or {@code null}
 * @param timezone PostgreSQL says whether there is such a one
 * @param handling {@code strict} refuses what is not understood
 */
record Preferences(
        @Nullable String resolution,
        @Nullable String missing,
        @Nullable String returned,
        @Nullable String count,
        @Nullable String transaction,
        @Nullable String handling,
        @Nullable String timezone,
        @Nullable Long maxAffected) {

    private static final Map<String, List<String>> KNOWN = Map.of(
            "resolution", List.of("merge-duplicates", "ignore-duplicates"),
            "missing", List.of("default", "null"),
            "return", List.of("representation", "headers-only", "minimal"),
            "count", List.of("exact", "planned", "estimated"),
            "tx", List.of("commit", "rollback"),
            "handling", List.of("strict", "lenient"));

    /**
     * @throws Refusal PGRST122 when {@code handling=strict} stands beside something that is not understood
     */
    static Preferences of(List<String> headers) {
        Map<String, String> known = new java.util.HashMap<>();
        List<String> unknown = new ArrayList<>();
        for (String header : headers) {
            for (String preference : header.split(",", -1)) {
                String text = preference.strip();
                int equals = text.indexOf('=');
                String name = equals < 0 ? text : text.substring(0, equals).strip();
                String value = equals < 0 ? "" : text.substring(equals + 1).strip();
                if (isKnown(name, value)) {
                    known.putIfAbsent(name, value);
                } else if (!text.isEmpty()) {
                    unknown.add(text);
                }
            }
        }
        if ("strict".equals(known.get("handling")) && !unknown.isEmpty()) {
            throw Refusal.of(
                    400,
                    "PGRST122",
                    "Invalid preferences given with handling=strict",
                    "Invalid preferences: " + String.join(", ", unknown),
                    null);
        }
        return new Preferences(
                known.get("resolution"),
                known.get("missing"),
                known.get("return"),
                known.get("count"),
                known.get("tx"),
                known.get("handling"),
                known.get("timezone"),
                Optional.ofNullable(known.get("max-affected"))
                        .map(Long::valueOf)
                        .orElse(null));
    }

    private static boolean isKnown(String name, String value) {
        return switch (name) {
            case "timezone" -> !value.isEmpty();
            case "max-affected" -> value.matches("\\d{1,18}");
            default -> KNOWN.getOrDefault(name, List.of()).contains(value);
        };
    }

    boolean isStrict() {
        return "strict".equals(handling);
    }

    boolean wantsRepresentation() {
        return "representation".equals(returned);
    }

    boolean wantsHeaders() {
        return "headers-only".equals(returned);
    }

    boolean fillsMissing() {
        return "default".equals(missing);
    }

    boolean countsExactly() {
        return "exact".equals(count);
    }

    /** The kinds of request, which follow different preferences. */
    enum Kind {
        READ,
        /** With a key that tells duplicates. */
        UPSERT,
        INSERT,
        UPDATE,
        PUT,
        DELETE,
        CALL
    }

    /**
     * What is told as {@code Preference-Applied}: those that matter to the kind of request; empty for none.
     *
     * @param mayEnd whether the request may say how its transaction ends
     */
    String applied(Kind kind, boolean mayEnd) {
        boolean write = kind != Kind.READ && kind != Kind.CALL;
        List<String> applied = new ArrayList<>();
        add(applied, "resolution", kind == Kind.UPSERT ? resolution : null);
        add(applied, "missing", write && kind != Kind.PUT && kind != Kind.DELETE ? missing : null);
        add(applied, "return", write ? returned : null);
        add(applied, "count", count);
        add(applied, "tx", mayEnd ? transaction : null);
        add(applied, "handling", handling);
        add(applied, "timezone", timezone);
        boolean limited = isStrict() && (kind == Kind.UPDATE || kind == Kind.DELETE || kind == Kind.CALL);
        add(applied, "max-affected", limited && maxAffected != null ? maxAffected.toString() : null);
        return String.join(", ", applied);
    }

    private static void add(List<String> applied, String name, @Nullable String value) {
        if (value != null) {
            applied.add(name + "=" + value);
        }
    }
}
