package dev.assay.supabase.realtime;

/** A join or a token that is not let in. */
final class Refused extends Exception {
    private static final long serialVersionUID = 1L;

    private final String code;
    private final String reason;

    /**
     * @param code what the service calls it, for example {@code Unauthorized}
     * @param reason why, for people
     */
    Refused(String code, String reason) {
        super(code + ": " + reason, null, false, false);
        this.code = code;
        this.reason = reason;
    }

    /** As a join is answered. */
    String full() {
        return code + ": " + reason;
    }

    /** As a channel that was open is told. */
    String reason() {
        return reason;
    }
}
