/**
 * What is built, by whom, and what must hold of it: the experiment files and their matrix.
 *
 * <p>The door is {@link dev.assay.experiment.ExperimentFiles}: names, selection, and reading with errors that name file
 * and line. {@link dev.assay.experiment.Overrides} lays options over what a file says. The room must not know which
 * tools there are, how a run goes, or how a contract is checked.
 */
@org.jspecify.annotations.NullMarked
package dev.assay.experiment;
