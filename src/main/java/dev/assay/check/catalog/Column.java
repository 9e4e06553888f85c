package dev.assay.check.catalog;

import java.util.List;

/**
 * A column.
 *
 * @param type as SQL spells it, fit for a cast
 * @param base the base type's name in pg_type, below domains, such as {@code text}, {@code int4}, {@code uuid}
 * @param defaultExpression empty where there is none
 * @param generated whether PostgreSQL alone gives the value
 * @param enumValues the labels of an enum type, in order
 */
public record Column(
        String name,
        String type,
        String base,
        boolean notNull,
        String defaultExpression,
        boolean generated,
        List<String> enumValues) {
    boolean hasDefault() {
        return !defaultExpression.isEmpty();
    }
}
