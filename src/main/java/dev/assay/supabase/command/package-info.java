/**
 * The {@code supabase} command of agents and apps: small programs put first on a PATH, which ask the project that the
 * machine runs ({@link dev.assay.supabase.command.CommandSurface}) instead of Docker or the hosted service.
 *
 * <p>The doors are {@link dev.assay.supabase.command.CommandFolder}, which writes the programs, and the surface. What
 * needs no project (new files) the programs do themselves, in the folder they are called in.
 */
@org.jspecify.annotations.NullMarked
package dev.assay.supabase.command;
