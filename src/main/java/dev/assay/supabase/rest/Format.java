package dev.assay.supabase.rest;

import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The form of an answer that client and database agreed on.
 *
 * @param type of the answer
 * @param handler of the database's own that makes it, or {@code null}
 */
record Format(MediaType type, @Nullable MediaHandler handler) {

    /**
     * The first accepted type that there is something to make it by.
     *
     * @param identifier the table whose rows are answered, or the function
     * @param whole whether all columns are asked for: only then a handler of the table's own rows fits
     * @throws Refusal 406 PGRST107 when there is none
     */
    static Format agreed(Catalog catalog, List<MediaType> accepted, Name identifier, boolean whole) {
        for (MediaType type : accepted) {
            boolean allowed =
                    type.plan() == null || catalog.settings().features().plan();
            Optional<Format> found = allowed ? of(catalog, type, identifier, whole) : Optional.empty();
            if (found.isPresent()) {
                return found.get();
            }
        }
        throw unavailable(accepted);
    }

    static Refusal unavailable(List<MediaType> accepted) {
        return Refusal.of(
                406,
                "PGRST107",
                "None of these media types are available: "
                        + accepted.stream().map(MediaType::text).collect(Collectors.joining(", ")),
                null,
                null);
    }

    private static Optional<Format> of(Catalog catalog, MediaType type, Name identifier, boolean whole) {
        if (type.name().equals(MediaType.OBJECT) || type.name().equals(MediaType.ARRAY)) {
            return Optional.of(new Format(type, null));
        }
        Optional<MediaHandler> own = whole
                ? handler(catalog, identifier, MediaType.ANY).or(() -> handler(catalog, identifier, type.name()))
                : Optional.empty();
        Optional<MediaHandler> found = own.or(() -> handler(catalog, null, type.name()));
        if (found.isPresent()) {
            return Optional.of(new Format(new MediaType(found.get().answers(), false, type.plan()), found.get()));
        }
        return switch (type.name()) {
            case MediaType.ANY, "application/*", "application/json" ->
                Optional.of(new Format(new MediaType(MediaType.JSON.name(), false, type.plan()), null));
            case "text/csv" -> Optional.of(new Format(type, null));
            case "application/geo+json" ->
                throw Refusal.unsupported(
                        "GeoJSON, which needs the extension PostGIS,", "Ask for application/json instead");
            default -> Optional.empty();
        };
    }

    private static Optional<MediaHandler> handler(Catalog catalog, @Nullable Name target, String accepts) {
        return catalog.handlers().stream()
                .filter(h -> java.util.Objects.equals(h.target(), target)
                        && h.accepts().equals(accepts))
                .findFirst();
    }

    boolean isObject() {
        return type.name().equals(MediaType.OBJECT);
    }

    /** SQL that makes the body from the rows named {@code _t}. */
    String rows() {
        MediaHandler own = handler;
        if (own != null) {
            Name aggregate = own.aggregate();
            Name target = own.target();
            if (aggregate == null) {
                return scalar("_t.pgrst_scalar");
            }
            return aggregate.sql() + "(_t" + (target == null ? "" : "::" + target.sql()) + ")";
        }
        if (type.name().equals("text/csv")) {
            return "(select coalesce((select string_agg(k, ',') from (select json_object_keys(row_to_json(h)) as k"
                    + " from (select * from pgrst_rows limit 1) h) keys), ''))"
                    + " || E'\\n' || coalesce(string_agg(substring(_t::text, 2, length(_t::text) - 2), E'\\n'), '')";
        }
        String row = type.stripsNulls() ? "json_strip_nulls(row_to_json(_t))" : "_t";
        return isObject() ? first(row) : all(row);
    }

    /** SQL that makes the body from the only row of a function. */
    String row() {
        boolean json = handler == null && !type.name().equals("text/csv");
        return json ? first(type.stripsNulls() ? "json_strip_nulls(row_to_json(_t))" : "_t") : rows();
    }

    /** SQL that makes the body from scalars, in the column {@code pgrst_scalar} of {@code _t}. */
    String scalars(boolean set) {
        MediaHandler own = handler;
        if (own != null) {
            Name aggregate = own.aggregate();
            return aggregate == null
                    ? scalar("_t.pgrst_scalar")
                    : aggregate.sql() + (set ? "(_t)" : "(_t.pgrst_scalar)");
        }
        if (type.name().equals("text/csv")) {
            return rows();
        }
        return set && !isObject() ? all("_t.pgrst_scalar") : first("_t.pgrst_scalar");
    }

    private static String scalar(String value) {
        return "(array_agg(" + value + "))[1]";
    }

    private static String first(String value) {
        return "coalesce((json_agg(" + value + ")->0)::text, 'null')";
    }

    private static String all(String value) {
        return "coalesce(json_agg(" + value + "), '[]')::text";
    }
}
