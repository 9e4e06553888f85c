/**
 * Supabase Storage: {@code /storage/v1}.
 *
 * <p>The door is {@link dev.assay.supabase.storage.StorageSurface}. PostgreSQL decides by row level security on
 * {@code storage.buckets} and {@code storage.objects} what a caller may do: a right is tried under the caller's role
 * and claims before any byte moves, and files are named by an object's version, never by what a caller sent. Routes,
 * error codes and words are those of the supabase/storage service. This room never filters rows, and must not know the
 * other surfaces.
 */
@org.jspecify.annotations.NullMarked
package dev.assay.supabase.storage;
