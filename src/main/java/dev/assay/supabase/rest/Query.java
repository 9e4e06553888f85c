package dev.assay.supabase.rest;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A query string, read.
 *
 * @param select what to return; {@code *} when it did not say
 * @param scopes filters, order and limits by the path of embeds they are about; the empty path is the resource itself
 * @param columns of {@code columns=}
 * @param onConflict of {@code on_conflict=}
 * @param arguments in the order they came: pairs that are no filters, for functions called by GET
 */
record Query(
        List<SelectItem> select,
        Map<List<String>, Scope> scopes,
        Optional<List<String>> columns,
        Optional<List<String>> onConflict,
        List<Map.Entry<String, String>> arguments) {

    Scope scope(List<String> path) {
        return scopes.getOrDefault(path, Scope.EMPTY);
    }

    /** Whether just all columns are asked for. */
    boolean isWhole() {
        return select.isEmpty()
                || (select.size() == 1
                        && select.get(0) instanceof SelectItem.Column column
                        && column.field().isStar()
                        && column.aggregate() == null);
    }

    Scope top() {
        return scope(List.of());
    }
}
