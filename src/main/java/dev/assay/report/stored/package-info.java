/**
 * Documents made of one stored run: for people in Markdown and HTML, for programs in JSON, JSON Lines, CTRF and Open
 * Test Reporting.
 *
 * <p>The door is {@link dev.assay.report.stored.RunFormat}. Each document is made from the rows of the log database alone
 * and from files of the run's folder where they are still there. The room must not know how rows are read, nor where its
 * documents go.
 */
@org.jspecify.annotations.NullMarked
package dev.assay.report.stored;
