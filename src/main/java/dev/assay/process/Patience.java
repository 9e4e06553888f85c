package dev.assay.process;

import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/**
 * Waits that an interrupt does not shorten, as a kill must be seen through. {@link #restore()} hands the interrupt on
 * afterwards. Times in nanoseconds of {@link System#nanoTime()}.
 */
final class Patience {
    private static final long STEP = TimeUnit.MILLISECONDS.toNanos(5);

    private boolean interrupted;

    /** Whether the process ended in time. */
    boolean exit(Process process, long time) {
        long deadline = System.nanoTime() + time;
        while (true) {
            try {
                return process.waitFor(deadline - System.nanoTime(), TimeUnit.NANOSECONDS);
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
    }

    /** Whether all threads ended before the deadline. */
    boolean join(List<Thread> threads, long deadline) {
        for (Thread thread : threads) {
            while (thread.isAlive()) {
                long left = deadline - System.nanoTime();
                if (left <= 0) {
                    return false;
                }
                try {
                    TimeUnit.NANOSECONDS.timedJoin(thread, left);
                } catch (InterruptedException e) {
                    interrupted = true;
                }
            }
        }
        return true;
    }

    void until(BooleanSupplier state, long deadline) {
        while (!state.getAsBoolean() && System.nanoTime() - deadline < 0) {
            sleep(STEP);
        }
    }

    void forever(CountDownLatch latch) {
        while (true) {
            try {
                latch.await();
                return;
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
    }

    void sleep(long time) {
        long deadline = System.nanoTime() + time;
        long left = time;
        while (left > 0) {
            try {
                TimeUnit.NANOSECONDS.sleep(left);
            } catch (InterruptedException e) {
                interrupted = true;
            }
            left = deadline - System.nanoTime();
        }
    }

    void restore() {
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
