package dev.assay.process;

/**
 * A supervised process that has been started. Safe for use by several threads; its {@link Output} may call it.
 *
 * <p>A tool call that is open holds the idle clock still and has a clock of its own.
 */
public interface Running {
    long pid();

    boolean alive();

    /** Waits for its end, and for the end of all that it left behind. An interrupt ends the wait, not the process. */
    Exit await() throws InterruptedException;

    /** Stops it and all its descendants, within about five seconds, and waits for that; once ended, says how. */
    Exit stop();

    /** A tool call has begun. */
    void toolOpened(String callId);

    /** A tool call has ended; one that is not known is ignored. */
    void toolClosed(String callId);

    /** Its last event was seen: from now on it lingers. A later one starts the linger clock again. */
    void finalEventSeen();

    /** That event was not its last: it works on, and does not linger. */
    void goesOn();
}
