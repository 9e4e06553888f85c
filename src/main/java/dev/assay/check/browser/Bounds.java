package dev.assay.check.browser;

import java.time.Duration;

/**
 * How long is waited for an app.
 *
 * @param state for one thing to be on the screen
 * @param visit for all that a check does
 * @param evidence for what is kept of it afterwards; then the browser is killed under it
 */
record Bounds(Duration state, Duration visit, Duration evidence) {
    static final Bounds DEFAULT = new Bounds(Duration.ofSeconds(20), Duration.ofSeconds(45), Duration.ofSeconds(15));

    /** For one thing that needs the page's help. */
    double pageEvidence() {
        return evidence.toMillis() / 3.0;
    }

    Duration whole() {
        return visit.plus(evidence);
    }
}
