package dev.assay.check.browser;

/** The page or the whole browser broke down in the middle of a visit: the app's fault, or the browser's own. */
final class Crashed extends RuntimeException {
    private static final long serialVersionUID = 1L;

    Crashed(String message, Throwable cause) {
        super(message, cause);
    }
}
