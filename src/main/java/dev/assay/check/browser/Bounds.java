package dev.assay.check.browser;

import java.time.Duration;

/**
 * How long is waited for an app.
 *
 * @param state for one thing to be on the screen
 * @param visit for one whole check
 */
record Bounds(Duration state, Duration visit) {
    static final Bounds DEFAULT = new Bounds(Duration.ofSeconds(20), Duration.ofSeconds(60));

    /** What a check may take in the end, with its evidence, before the browser is killed under it. */
    Duration last() {
        return visit.plusSeconds(20);
    }
}
