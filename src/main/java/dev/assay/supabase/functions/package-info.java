/**
 * Edge functions ({@code /functions/v1}) on the real Deno: one sandboxed process for each function, started at its first
 * call, replaced when its files change, gone with the project.
 *
 * <p>The doors are {@link dev.assay.supabase.functions.EdgeRuntime}, which a JVM has one of, and
 * {@link dev.assay.supabase.functions.EdgeFunctions}, which a project has. Limits and answers are those of the Supabase
 * CLI's {@code functions serve}. The room must not know the database, nor who calls.
 */
@org.jspecify.annotations.NullMarked
package dev.assay.supabase.functions;
