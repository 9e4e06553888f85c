/**
 * Statistics on counts of passed and failed runs: pure functions, each with the source of its formula.
 *
 * <p>What cannot be said from so few runs is empty, never zero. The package must not know runs, databases or texts.
 */
@org.jspecify.annotations.NullMarked
package dev.assay.analysis.statistics;
