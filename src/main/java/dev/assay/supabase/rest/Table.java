package dev.assay.supabase.rest;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A table or view.
 *
 * @param oid PostgreSQL's number for it
 * @param columns by name, in order
 * @param primaryKey columns; for a view, its columns that come from its tables' keys
 * @param writable PostgreSQL's bits for what it takes: 4 update, 8 insert, 16 delete
 * @param unique the columns of each unique constraint
 * @param comment what its owner says of it, or {@code null}
 */
record Table(
        long oid,
        Name name,
        boolean view,
        int writable,
        Map<String, Column> columns,
        List<String> primaryKey,
        List<List<String>> unique,
        @Nullable String comment) {

    boolean isInsertable() {
        return (writable & 8) != 0;
    }

    boolean isUpdatable() {
        return (writable & 4) != 0;
    }

    boolean isDeletable() {
        return (writable & 16) != 0;
    }

    boolean isKey(List<String> some) {
        return matches(primaryKey, some) || unique.stream().anyMatch(key -> matches(key, some));
    }

    private static boolean matches(List<String> key, List<String> some) {
        return !key.isEmpty() && key.size() == some.size() && key.containsAll(some);
    }

    /** The same with other keys. */
    Table keyed(List<String> primary, List<List<String>> others) {
        return new Table(oid, name, view, writable, columns, primary, others, comment);
    }

    /** Whether clients see a column in another form than its own. */
    boolean hasForms() {
        return columns.values().stream().anyMatch(column -> column.form().toJson() != null);
    }

    /**
     * A column.
     *
     * @param type as SQL, qualified where needed
     * @param baseType the type below a domain
     * @param defaultSql what a row gets without a value, or {@code null}
     * @param form how a domain's values are written for clients
     * @param required whether it refuses null
     * @param labels of an enum, in order
     */
    record Column(
            String name,
            int number,
            String type,
            String baseType,
            @Nullable String defaultSql,
            Form form,
            boolean required,
            @Nullable String comment,
            List<String> labels) {
        boolean isJson() {
            return baseType.equals("json") || baseType.equals("jsonb");
        }
    }

    /**
     * Functions, as SQL, that a domain's casts name ("Domain Representations" of PostgREST's reference).
     *
     * @param toJson makes what a client sees
     * @param fromJson reads a value of a body
     * @param fromText reads a value of a filter
     */
    record Form(
            @Nullable String toJson,
            @Nullable String fromJson,
            @Nullable String fromText) {}
}
