/**
 * PostgREST's dialect of HTTP over PostgreSQL: {@code /rest/v1}.
 *
 * <p>The door is {@link dev.assay.supabase.rest.RestSurface}. A request is parsed ({@code QueryParser},
 * {@code Preferences}, {@code Payload}), resolved against the schema ({@code Catalog}, {@code Relations}) into a tree
 * ({@code ReadNode}), written as one statement ({@code ReadSql}, {@code WriteSql}, {@code CallSql}) and run in one
 * transaction under the caller's role. PostgreSQL makes the JSON and decides what a role may see: this room never
 * filters rows. It must not know the other surfaces.
 */
@org.jspecify.annotations.NullMarked
package dev.assay.supabase.rest;
