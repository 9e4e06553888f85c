/**
 * What people read of a run while it goes and afterwards: the live tree on the console and Allure's result files.
 *
 * <p>The doors are {@link dev.assay.report.ConsoleTree} and {@link dev.assay.report.AllureReport}, both listeners of a
 * run. All that an agent or an app said is shown as text and never as markup. The room decides nothing and must not know
 * JUnit.
 */
@org.jspecify.annotations.NullMarked
package dev.assay.report;
