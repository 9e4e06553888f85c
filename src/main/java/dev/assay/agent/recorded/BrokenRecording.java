package dev.assay.agent.recorded;

/** A recording that cannot be replayed; the message names the file and what to do. */
final class BrokenRecording extends Exception {
    private static final long serialVersionUID = 1;

    BrokenRecording(String message) {
        super(message);
    }

    BrokenRecording(String message, Throwable cause) {
        super(message, cause);
    }
}
