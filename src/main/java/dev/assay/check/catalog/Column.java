package dev.assay.check.catalog;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * A column.
 *
 * @param type as SQL spells it, fit for a cast
 * @param base the base type's name in pg_type, below domains, such as {@code text}, {@code int4}, {@code uuid}
 * @param defaultExpression empty where there is none
 * @param generated whether PostgreSQL alone gives the value
 * @param enumValues the labels of an enum type, in order
 * @param element of an array
 * @param domainChecks what a domain asks of its values, as expressions
 * @param grants by role of the API: SELECT, INSERT, UPDATE
 */
public record Column(
        String name,
        String type,
        String base,
        boolean notNull,
        String defaultExpression,
        boolean generated,
        List<String> enumValues,
        Optional<Element> element,
        List<String> domainChecks,
        Map<String, Set<String>> grants) {

    /** What an array is made of. */
    public record Element(String base, List<String> enumValues) {}

    boolean hasDefault() {
        return !defaultExpression.isEmpty();
    }

    /** Whether an insert must give a value. */
    boolean required() {
        return notNull && !hasDefault() && !generated;
    }

    /** Whether a value can be compared with {@code =}. */
    boolean comparable() {
        return !Set.of("json", "xml", "point", "path", "polygon", "box", "line", "lseg", "circle")
                .contains(base);
    }

    /** Whether a role of the API has a privilege on the column. */
    public boolean granted(String role, String privilege) {
        return grants.getOrDefault(role, Set.of()).contains(privilege);
    }
}
