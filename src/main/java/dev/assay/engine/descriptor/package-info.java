/**
 * The nodes of the tree: class › experiment › variant › run › stage are known before a run, all below a stage comes
 * while it goes on, one by one. Each node is a thin adapter that calls the run and reports what came of it.
 */
@org.jspecify.annotations.NullMarked
package dev.assay.engine.descriptor;
