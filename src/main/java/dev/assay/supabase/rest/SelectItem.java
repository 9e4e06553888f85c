package dev.assay.supabase.rest;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** One item of {@code select=}. */
sealed interface SelectItem {

    /**
     * {@code alias:field::cast}.
     *
     * @param aggregate as {@code sum}, or {@code null}
     * @param aggregateCast cast of the aggregate's result
     */
    record Column(
            Field field,
            @Nullable String alias,
            @Nullable String cast,
            @Nullable String aggregate,
            @Nullable String aggregateCast)
            implements SelectItem {
        static Column of(String name) {
            return new Column(new Field(name), null, null, null, null);
        }

        /** How the JSON names it. */
        String label() {
            if (alias != null) {
                return alias;
            }
            for (int i = field.path().size() - 1; i >= 0; i--) {
                if (!field.path().get(i).index()) {
                    return field.path().get(i).operand();
                }
            }
            return field.name();
        }
    }

    /**
     * {@code alias:relation!hint!inner(items)}; spread when written {@code ...relation(items)}.
     *
     * @param hint a constraint, column or junction table that tells one relationship from another
     */
    record Embed(
            String relation,
            @Nullable String alias,
            @Nullable String hint,
            boolean inner,
            boolean spread,
            List<SelectItem> items)
            implements SelectItem {
        /** How filters, orders and the JSON name it. */
        String key() {
            return alias == null ? relation : alias;
        }
    }
}
