/**
 * What the stored runs mean: summaries, errors, tools, comparisons, patterns and classes of failures.
 *
 * <p>All it does with the log database is read it, but for the classes of failures, which it stores. The figures come
 * from {@link dev.assay.analysis.statistics}, which knows numbers only. The room must not know how runs are made, nor who
 * looks at the pages.
 */
@org.jspecify.annotations.NullMarked
package dev.assay.analysis;
