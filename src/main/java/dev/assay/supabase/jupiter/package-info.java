/**
 * The embedded Supabase for anybody's Jupiter tests: {@link dev.assay.supabase.jupiter.EmbeddedSupabase} is the door.
 *
 * <p>It needs {@code junit-jupiter-api} 5.13 or later on the test class path, and nothing of Assay's own engine.
 */
@org.jspecify.annotations.NullMarked
package dev.assay.supabase.jupiter;
