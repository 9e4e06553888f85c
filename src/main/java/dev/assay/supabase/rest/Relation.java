package dev.assay.supabase.rest;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How rows of one table belong to rows of another.
 *
 * @param constraint the foreign key, or the function of a computed relationship
 * @param self whether one key, or one junction, leads back to the same table
 * @param joins pairs of columns; of a many-to-many, between source and junction
 * @param junction the table between, of a many-to-many
 * @param function what computes the rows, instead of joins
 */
record Relation(
        Cardinality cardinality,
        Table source,
        Table target,
        String constraint,
        boolean self,
        List<Pair> joins,
        @Nullable Junction junction,
        @Nullable Function function) {

    enum Cardinality {
        ONE_TO_MANY("one-to-many"),
        MANY_TO_ONE("many-to-one"),
        ONE_TO_ONE("one-to-one"),
        MANY_TO_MANY("many-to-many");

        private final String words;

        Cardinality(String words) {
            this.words = words;
        }

        String words() {
            return words;
        }
    }

    /**
     * @param source column of the table that is left
     * @param target column of the table that is reached
     */
    record Pair(String source, String target) {}

    /**
     * @param constraint the foreign key to the target
     * @param joins between junction and target
     */
    record Junction(Table table, String constraint, List<Pair> joins) {}

    boolean toOne() {
        return cardinality == Cardinality.MANY_TO_ONE || cardinality == Cardinality.ONE_TO_ONE;
    }
}
