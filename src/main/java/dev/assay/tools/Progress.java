package dev.assay.tools;

import java.io.PrintStream;
import java.nio.file.Path;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/** Says every five seconds how far a download is, as npm says nothing where there is no terminal. */
final class Progress implements AutoCloseable {
    private static final int SECONDS = 5;

    private final String what;
    private final Path folder;
    private final PrintStream out;
    private final long start = System.nanoTime();
    private final ScheduledExecutorService clock = Executors.newSingleThreadScheduledExecutor(work -> {
        Thread thread = new Thread(work, "assay-progress");
        thread.setDaemon(true);
        return thread;
    });

    Progress(String what, Path folder, PrintStream out) {
        this.what = what;
        this.folder = folder;
        this.out = out;
    }

    void start() {
        var unused = clock.scheduleAtFixedRate(this::say, SECONDS, SECONDS, TimeUnit.SECONDS);
    }

    @Override
    public void close() {
        clock.shutdownNow();
    }

    private void say() {
        long seconds = TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - start);
        out.println(what + ": " + Shell.megabytes(folder) + " MB unpacked after " + seconds + " s …");
    }
}
