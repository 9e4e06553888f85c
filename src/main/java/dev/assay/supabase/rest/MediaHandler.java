package dev.assay.supabase.rest;

import org.jspecify.annotations.Nullable;

/**
 * What the database makes an answer of a media type by: an aggregate over rows, or a function that returns a domain
 * named like the type ("Media Type Handlers" of PostgREST's reference).
 *
 * @param aggregate the aggregate; {@code null} where a function's own result is the answer
 * @param target the table whose rows the aggregate takes, or the function; {@code null} for any rows
 * @param accepts the type as clients name it, in lower case; {@code *}{@code /*} for whatever they ask for
 * @param answers the type of the answer
 */
record MediaHandler(@Nullable Name aggregate, @Nullable Name target, String accepts, String answers) {}
