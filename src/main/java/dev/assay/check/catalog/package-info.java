/**
 * What the database of an app holds, read from PostgreSQL's own catalog, and rows made from it.
 *
 * <p>The doors are {@link dev.assay.check.catalog.Catalog#read} and {@link dev.assay.check.catalog.RowMaker}. Nothing
 * here knows what is asked of an app.
 */
@org.jspecify.annotations.NullMarked
package dev.assay.check.catalog;
