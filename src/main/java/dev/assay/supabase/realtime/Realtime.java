package dev.assay.supabase.realtime;

import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/** What all channels of a project share. */
record Realtime(
        Tokens tokens,
        Authorization authorization,
        Rooms rooms,
        Replay replay,
        ChangeFeed feed,
        Limits limits,
        Rate joins,
        Rate messages,
        Rate presences,
        ScheduledExecutorService clock) {

    /** Does something in a while; nothing any more where the project closes before. */
    void later(long seconds, Runnable work) {
        try {
            var unused = clock.schedule(work, seconds, TimeUnit.SECONDS);
        } catch (RejectedExecutionException e) {
            // the project closes, and its channels with it
        }
    }
}
