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
 */
record Table(
        long oid,
        Name name,
        boolean view,
        int writable,
        Map<String, Column> columns,
        List<String> primaryKey,
        List<List<String>> unique) {

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

    /**
     * A column.
     *
     * @param type as SQL, qualified where needed
     * @param baseType the type below a domain
     * @param defaultSql what a row gets without a value, or {@code null}
     */
    record Column(
            String name,
            int number,
            String type,
            String baseType,
            @Nullable String defaultSql) {
        boolean isJson() {
            return baseType.equals("json") || baseType.equals("jsonb");
        }

        boolean isTextSearchVector() {
            return baseType.equals("tsvector");
        }
    }
}
