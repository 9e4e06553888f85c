package dev.assay.supabase.rest;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/** A form of answer, with whether nulls are left out of it. */
record MediaType(Form form, boolean stripsNulls) {

    /** What an answer can be. */
    enum Form {
        JSON("application/json; charset=utf-8"),
        ARRAY("application/vnd.pgrst.array+json; charset=utf-8"),
        OBJECT("application/vnd.pgrst.object+json; charset=utf-8"),
        CSV("text/csv; charset=utf-8"),
        BYTES("application/octet-stream"),
        TEXT("text/plain; charset=utf-8"),
        OPEN_API("application/openapi+json; charset=utf-8");

        private final String contentType;

        Form(String contentType) {
            this.contentType = contentType;
        }
    }

    static final MediaType JSON = new MediaType(Form.JSON, false);

    /**
     * The first type of an {@code Accept} header that this surface has.
     *
     * @throws Refusal 406 PGRST107 when it has none
     */
    static MediaType accepted(Optional<String> accept) {
        if (accept.isEmpty() || accept.get().isBlank()) {
            return JSON;
        }
        return Arrays.stream(accept.get().split(",", -1))
                .map(String::strip)
                .flatMap(type -> of(type).stream())
                .findFirst()
                .orElseThrow(() -> Refusal.of(
                        406, "PGRST107", "None of these media types are available: " + accept.get(), null, null));
    }

    private static Optional<MediaType> of(String text) {
        String[] parts = text.toLowerCase(Locale.ROOT).replace(" ", "").split(";", -1);
        boolean strips = Arrays.asList(parts).contains("nulls=stripped");
        return switch (parts[0]) {
            case "*/*", "application/*", "application/json" -> Optional.of(JSON);
            case "application/vnd.pgrst.array", "application/vnd.pgrst.array+json" ->
                Optional.of(strips ? new MediaType(Form.ARRAY, true) : JSON);
            case "application/vnd.pgrst.object", "application/vnd.pgrst.object+json" ->
                Optional.of(new MediaType(Form.OBJECT, strips));
            case "text/csv" -> Optional.of(new MediaType(Form.CSV, false));
            case "application/octet-stream" -> Optional.of(new MediaType(Form.BYTES, false));
            case "text/plain" -> Optional.of(new MediaType(Form.TEXT, false));
            case "application/openapi+json" -> Optional.of(new MediaType(Form.OPEN_API, false));
            default -> Optional.empty();
        };
    }

    boolean isSingle() {
        return form == Form.OBJECT;
    }

    String contentType() {
        return stripsNulls ? form.contentType.replace("; charset", ";nulls=stripped; charset") : form.contentType;
    }

    /** SQL that makes the body from the rows named {@code _t}. */
    String rowsBody() {
        String row = stripsNulls ? "json_strip_nulls(row_to_json(_t))" : "_t";
        return switch (form) {
            case OBJECT -> "coalesce((json_agg(" + row + ")->0)::text, 'null')";
            case CSV ->
                "(select coalesce((select string_agg(k, ',') from (select json_object_keys(row_to_json(h)) as k"
                        + " from (select * from pgrst_rows limit 1) h) keys), ''))"
                        + " || E'\\n' || coalesce(string_agg(substring(_t::text, 2, length(_t::text) - 2), E'\\n'), '')";
            case BYTES, TEXT, OPEN_API ->
                throw Refusal.of(
                        406, "PGRST107", "None of these media types are available: " + form.contentType, null, null);
            default -> "coalesce(json_agg(" + row + "), '[]')::text";
        };
    }

    /** SQL that makes the body from scalars, in the column {@code pgrst_scalar} of {@code _t}. */
    String scalarBody(boolean set) {
        return switch (form) {
            case BYTES -> "string_agg(_t.pgrst_scalar, null)";
            case TEXT -> "string_agg(_t.pgrst_scalar::text, '')";
            case CSV, OPEN_API -> rowsBody();
            default ->
                set && !isSingle()
                        ? "coalesce(json_agg(_t.pgrst_scalar), '[]')::text"
                        : "coalesce((json_agg(_t.pgrst_scalar)->0)::text, 'null')";
        };
    }
}
