/**
 * What the nodes of the tree share while it runs: {@link dev.assay.engine.execution.Session} for all of them,
 * {@link dev.assay.engine.execution.RunExecution} for those of one run; and how a result becomes a test result. Knows no
 * node.
 */
@org.jspecify.annotations.NullMarked
package dev.assay.engine.execution;
