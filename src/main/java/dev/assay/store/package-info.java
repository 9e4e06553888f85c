/**
 * The log of all runs in PostgreSQL: its schema, what writes it, and a read-only look at it.
 *
 * <p>The doors are {@link dev.assay.store.LogDatabase}, {@link dev.assay.store.RunStore}, which listens to runs, and
 * {@link dev.assay.store.SqlQuery}. Lines go to the run's folder first, then in batches to the database, which may be
 * away. The room must not know what the figures mean, nor who looks at them.
 */
@org.jspecify.annotations.NullMarked
package dev.assay.store;
