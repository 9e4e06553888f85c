/**
 * The loop: plan, steps, smoke, browser, evaluation. Read {@link dev.assay.run.RunLoop} first, from top to bottom.
 *
 * <p>Its two doors to the outside are {@link dev.assay.run.Stages}, which turns what the loop does into a tree, and
 * {@link dev.assay.run.RunListener}, which hears all that happens. It must not know JUnit, a database, a report, nor
 * which tool an agent is.
 */
@org.jspecify.annotations.NullMarked
package dev.assay.run;
