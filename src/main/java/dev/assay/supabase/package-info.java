/**
 * An embedded Supabase: the HTTP face of a project ({@link dev.assay.supabase.Gateway}), its keys and who a request
 * speaks for; one package below for each surface.
 *
 * <p>A product of its own: it must not know experiments, runs, agents or checks.
 */
@org.jspecify.annotations.NullMarked
package dev.assay.supabase;
