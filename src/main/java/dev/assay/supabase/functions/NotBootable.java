package dev.assay.supabase.functions;

/** A function that cannot be started as its files stand. The message is Deno's, or says what to correct. */
final class NotBootable extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final boolean infrastructure;

    NotBootable(String message) {
        this(message, false);
    }

    /** @param infrastructure whether it might start elsewhere: what it needs cannot be had on this machine */
    NotBootable(String message, boolean infrastructure) {
        super(message);
        this.infrastructure = infrastructure;
    }

    boolean infrastructure() {
        return infrastructure;
    }

    String reason() {
        return String.valueOf(getMessage());
    }
}
