package dev.assay.check.browser;

import java.time.Duration;

/** A task did not end in its time, not even after its own bounds; its browser was killed. */
final class Overdue extends Exception {
    private static final long serialVersionUID = 1L;

    Overdue(Duration limit) {
        super("The browser did not come back within " + limit.toSeconds() + " s and was killed.");
    }
}
