package dev.assay.process;

import java.time.Duration;

/**
 * How a supervised process ended.
 *
 * @param code its exit code; 128 + n where a signal ended it
 * @param fired the timer or reason that made us stop it, {@link Limit#NONE} where it ended by itself
 * @param survivors processes of it that were still alive after its end and were killed
 * @param duration from start to end
 */
public record Exit(int code, Limit fired, int survivors, Duration duration) {
    public boolean succeeded() {
        return code == 0 && fired == Limit.NONE;
    }

    /** Why we stopped a process. */
    public enum Limit {
        NONE,
        STARTUP,
        IDLE,
        TOOL,
        WALL,
        LINGER,
        STOPPED
    }
}
