package dev.assay.analysis;

/** What was asked to be compared cannot be; the message says why, and what to do. */
public final class Incomparable extends RuntimeException {
    private static final long serialVersionUID = 1;

    Incomparable(String message) {
        super(message);
    }
}
