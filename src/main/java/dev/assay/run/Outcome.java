package dev.assay.run;

import java.util.Locale;

/** What came of a run, an attempt, or a node of the tree. */
public enum Outcome {
    PASSED,
    /** The agent's failure. */
    FAILED,
    /** The world's failure. */
    ABORTED,
    /** Did not succeed, and was tried again. */
    SUPERSEDED,
    SKIPPED;

    public String id() {
        return name().toLowerCase(Locale.ROOT);
    }
}
