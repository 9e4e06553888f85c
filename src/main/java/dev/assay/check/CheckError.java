package dev.assay.check;

/** Assay could not measure: the outcome is aborted with cause {@code check-error}, never the app's failure. */
public final class CheckError extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public CheckError(String message) {
        super(message);
    }

    public CheckError(String message, Throwable cause) {
        super(message, cause);
    }
}
