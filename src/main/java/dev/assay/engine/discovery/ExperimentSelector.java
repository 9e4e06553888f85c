package dev.assay.engine.discovery;

import dev.assay.run.StoredRun;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.platform.engine.DiscoverySelector;

/**
 * The engine's own selectors: one level of the tree each, so that any node can be reached alone and brings the nodes
 * above it along.
 */
sealed interface ExperimentSelector extends DiscoverySelector {
    /** An experiment's file, below a class or below the engine itself. */
    record OfFile(Optional<Class<?>> owner, Path file) implements ExperimentSelector {}

    /** A problem that stands in an experiment's place. */
    record OfProblem(Optional<Class<?>> owner, String name, Exception problem) implements ExperimentSelector {}

    /** A cell of the experiment's matrix. */
    record OfVariant(OfFile experiment, String variant) implements ExperimentSelector {}

    /** A repetition of the variant. */
    record OfRun(OfVariant variant, int repetition) implements ExperimentSelector {}

    /** The experiment of a stored run, of which something is to be done again. */
    record OfStored(OfFile experiment, StoredRun run, Again again) implements ExperimentSelector {}

    /** Its variant, whether the experiment's file still names it or not. */
    record OfStoredVariant(OfStored stored) implements ExperimentSelector {}

    /** The run itself. */
    record OfStoredRun(OfStoredVariant variant) implements ExperimentSelector {}
}
