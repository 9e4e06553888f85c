package dev.assay.settings;

/** Something was asked for that makes no sense; the message is for people. Exit code 2. */
public class UsageError extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public UsageError(String message) {
        super(message);
    }

    public UsageError(String message, Throwable cause) {
        super(message, cause);
    }
}
