package dev.assay.supabase.rest;

import java.util.List;

/**
 * A column, or a place inside it.
 *
 * @param name the column; {@code *} stands for all in a select
 * @param path steps into a json or composite value, outermost first
 */
record Field(String name, List<Step> path) {

    Field(String name) {
        this(name, List.of());
    }

    boolean isStar() {
        return name.equals("*") && path.isEmpty();
    }

    /**
     * {@code ->key}, {@code ->>key}, {@code ->0} or {@code ->>0}.
     *
     * @param asText whether it yields text ({@code ->>})
     * @param operand a key, or the digits of an index
     * @param index whether the operand is an array index
     */
    record Step(boolean asText, String operand, boolean index) {}
}
