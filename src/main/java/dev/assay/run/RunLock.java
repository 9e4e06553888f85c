package dev.assay.run;

import dev.assay.settings.UsageError;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** That one process at a time works on a run. The system gives it back when the process is gone, in whatever way. */
final class RunLock implements AutoCloseable {
    private static final String FILE = "run.lock";

    private final FileChannel channel;

    private RunLock(FileChannel channel) {
        this.channel = channel;
    }

    /** @throws UsageError where another one works on the run */
    static RunLock of(RunInfo run) {
        return of(run.id(), run.folder());
    }

    /** @throws UsageError where another one works on the run */
    static RunLock of(String run, Path folder) {
        Path file = folder.resolve(FILE);
        try {
            Files.createDirectories(folder);
            FileChannel channel = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
            if (!isLocked(channel)) {
                channel.close();
                throw new UsageError("Run " + run + " is still under way: another process works in " + folder
                        + ". Wait for its end, or stop that process.");
            }
            return new RunLock(channel);
        } catch (IOException e) {
            throw new UncheckedIOException("the run's folder " + folder + " cannot be used", e);
        }
    }

    private static boolean isLocked(FileChannel channel) throws IOException {
        try {
            FileLock lock = channel.tryLock();
            return lock != null;
        } catch (OverlappingFileLockException e) {
            return false; // this process has it
        }
    }

    @Override
    public void close() {
        try {
            channel.close();
        } catch (IOException e) {
            throw new UncheckedIOException("the run's lock could not be given back", e);
        }
    }
}
