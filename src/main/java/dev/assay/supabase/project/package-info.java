/**
 * A Supabase project below its API: the template database that all start as, {@code supabase/config.toml}, and the
 * migrations and seed files, applied as the Supabase CLI applies them.
 *
 * <p>Doors: {@link dev.assay.supabase.project.TemplateDatabase}, {@link dev.assay.supabase.project.ProjectConfig},
 * {@link dev.assay.supabase.project.Migrations}. It must not know HTTP.
 */
@org.jspecify.annotations.NullMarked
package dev.assay.supabase.project;
