/**
 * The Supabase under test: {@link dev.assay.target.Target} is one run's, {@link dev.assay.target.Targets} opens them,
 * one class for each kind.
 *
 * <p>It must not know what is built on a target, nor what is checked of it.
 */
@org.jspecify.annotations.NullMarked
package dev.assay.target;
