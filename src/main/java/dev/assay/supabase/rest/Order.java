package dev.assay.supabase.rest;

import org.jspecify.annotations.Nullable;

/**
 * One term of {@code order=}.
 *
 * @param relation the to-one embed that the field belongs to, or {@code null}
 * @param direction {@code asc}, {@code desc} or {@code null}
 * @param nulls {@code first}, {@code last} or {@code null}
 */
record Order(
        Field field,
        @Nullable String relation,
        @Nullable String direction,
        @Nullable String nulls) {}
