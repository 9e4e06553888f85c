package dev.assay.supabase.realtime;

import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/** Counts events of the last minute, and says when they are more than so many a second on average. */
final class Rate {
    private static final int SECONDS = 60;

    private final long most;
    private final LongSupplier nanos;
    private final long[] counts = new long[SECONDS];
    private final long[] seconds = new long[SECONDS];

    Rate(int perSecond, LongSupplier nanos) {
        this.most = (long) perSecond * SECONDS;
        this.nanos = nanos;
    }

    /** Whether so many more are within the limit; then they are counted. */
    synchronized boolean allows(int more) {
        long second = TimeUnit.NANOSECONDS.toSeconds(nanos.getAsLong());
        long sum = more;
        for (int i = 0; i < SECONDS; i++) {
            if (second - seconds[i] < SECONDS) {
                sum += counts[i];
            }
        }
        if (sum > most) {
            return false;
        }
        int slot = (int) Math.floorMod(second, (long) SECONDS);
        if (seconds[slot] != second) {
            seconds[slot] = second;
            counts[slot] = 0;
        }
        counts[slot] += more;
        return true;
    }
}
