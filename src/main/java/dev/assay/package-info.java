/** Assay: measures where AI coding agents go wrong when they build Supabase apps. */
@org.jspecify.annotations.NullMarked
package dev.assay;
