package dev.assay.process;

/** A process was to be started while all are being stopped: the user has interrupted what is under way. */
public final class ClosingDown extends IllegalStateException {
    private static final long serialVersionUID = 1L;

    public ClosingDown(String program) {
        super("Cannot start '" + program + "': Assay is closing down and stops all processes.");
    }
}
