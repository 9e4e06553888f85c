package dev.assay.supabase.rest;

import org.jspecify.annotations.Nullable;

/**
 * One term of {@code order=}.
 *
 * @param relation the to-one embed that the field belongs to, if any
 * @param direction {@code asc} or {@code desc}, if said
 * @param nulls {@code first} or {@code last}, if said
 */
record Order(
        Field field,
        @Nullable String relation,
        @Nullable String direction,
        @Nullable String nulls) {}
