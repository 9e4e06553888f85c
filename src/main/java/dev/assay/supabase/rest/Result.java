package dev.assay.supabase.rest;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The one row that the statement of a request returns.
 *
 * @param total rows without limit; {@code null} when not counted
 * @param rows in the body, or written
 * @param headers that a function set, as JSON
 * @param status that a function set
 * @param location {@code column=eq.value} of the only row written
 * @param inserted how many of the rows written are new; {@code null} when not told apart
 */
@SuppressWarnings("ArrayRecordComponent") // handed on once, never compared
record Result(
        @Nullable Long total,
        long rows,
        byte[] body,
        @Nullable String headers,
        @Nullable String status,
        List<String> location,
        @Nullable Integer inserted) {}
