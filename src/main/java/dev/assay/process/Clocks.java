package dev.assay.process;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * The timers of one process, on the monotonic clock, in nanoseconds. With a startup timer the idle clock starts at the
 * first output, else at the start.
 */
final class Clocks {
    private final Command.Timers timers;
    private final long start;
    /** Written by the streams' threads on each read, so no lock. */
    private volatile long lastOutput;

    private volatile boolean printed;
    private final Map<String, Long> openTools = new HashMap<>();
    private long idleFrom;
    private long stoodStillAt;
    private Optional<Long> finalEvent = Optional.empty();

    /** A timer that is due at a moment. */
    record Due(Exit.Limit limit, long at) {
        private Due orEarlier(Exit.Limit other, long otherAt) {
            return otherAt - at < 0 ? new Due(other, otherAt) : this;
        }
    }

    Clocks(Command.Timers timers, long now) {
        this.timers = timers;
        this.start = now;
        this.lastOutput = now;
        this.idleFrom = now;
    }

    void output(long now) {
        lastOutput = now;
        printed = true;
    }

    synchronized void toolOpened(String callId, long now) {
        if (openTools.isEmpty()) {
            stoodStillAt = now;
        }
        openTools.putIfAbsent(callId, now);
    }

    synchronized void toolClosed(String callId, long now) {
        if (openTools.remove(callId) != null && openTools.isEmpty()) {
            long elapsed = Math.max(0, stoodStillAt - later(idleFrom, lastOutput));
            idleFrom = now - elapsed;
        }
    }

    synchronized void finalEvent(long now) {
        finalEvent = Optional.of(now);
    }

    synchronized void goesOn() {
        finalEvent = Optional.empty();
    }

    /** The timer that is due first, with limit {@code NONE} and a moment far away where there is none. */
    synchronized Due next(long now) {
        Due due = new Due(Exit.Limit.NONE, now + (Long.MAX_VALUE >> 1));
        if (timers.wall().isPresent()) {
            due = due.orEarlier(Exit.Limit.WALL, start + timers.wall().get().toNanos());
        }
        boolean starting = timers.startup().isPresent() && !printed;
        if (starting) {
            due = due.orEarlier(
                    Exit.Limit.STARTUP, start + timers.startup().get().toNanos());
        }
        if (timers.idle().isPresent() && openTools.isEmpty() && !starting) {
            due = due.orEarlier(
                    Exit.Limit.IDLE,
                    later(idleFrom, lastOutput) + timers.idle().get().toNanos());
        }
        if (timers.tool().isPresent()) {
            long limit = timers.tool().get().toNanos();
            for (long opened : openTools.values()) {
                due = due.orEarlier(Exit.Limit.TOOL, opened + limit);
            }
        }
        if (timers.linger().isPresent() && finalEvent.isPresent()) {
            due = due.orEarlier(
                    Exit.Limit.LINGER, finalEvent.get() + timers.linger().get().toNanos());
        }
        return due;
    }

    private static long later(long a, long b) {
        return a - b > 0 ? a : b;
    }
}
