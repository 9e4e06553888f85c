package dev.assay.experiment;

import java.util.Optional;

/**
 * How the runs of an experiment follow each other.
 *
 * @param parallelism none of its runs begins while so many runs are under way, its own or another experiment's
 * @param failFast whether none of its runs begins once a run of the same launch did not pass
 * @param stopEarly what is asked of its repetitions, where a settled question leaves the remaining ones out
 */
public record Pace(int parallelism, boolean failFast, Optional<Question> stopEarly) {
    /** One after the other, and all of them. */
    public static final Pace DEFAULT = new Pace(1, false, Optional.empty());
}
