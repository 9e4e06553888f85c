package dev.assay.supabase.rest;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** What a row must meet: a filter, or filters joined by and/or. */
sealed interface Condition {

    /**
     * Conditions joined by one word.
     *
     * @param all and; else or
     */
    record Logic(boolean negated, boolean all, List<Condition> parts) implements Condition {}

    /**
     * One comparison.
     *
     * @param quantifier {@code any}, {@code all} or {@code null}
     * @param language text search configuration, or {@code null}
     * @param value as sent: PostgreSQL reads it as the field's type
     * @param values the members of {@code in.(…)}
     */
    record Filter(
            Field field,
            boolean negated,
            Operator operator,
            @Nullable String quantifier,
            @Nullable String language,
            String value,
            List<String> values)
            implements Condition {}
}
