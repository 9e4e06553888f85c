package dev.assay.postgres;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * A process, told apart from a later one with the same number.
 *
 * @param pid its number
 * @param start when it started, in clock ticks since boot (field 22 of {@code /proc/PID/stat})
 */
record ProcessId(long pid, long start) {

    static ProcessId current() {
        long pid = ProcessHandle.current().pid();
        return of(pid).orElseThrow(() -> new PostgresUnavailable("This process's own entry /proc/" + pid
                + "/stat cannot be read, so an embedded PostgreSQL could not be watched over. Mount /proc."));
    }

    /** The live process with this number; empty where there is none, or only its exit status is left. */
    static Optional<ProcessId> of(long pid) {
        String stat;
        try {
            stat = new String(Files.readAllBytes(Path.of("/proc", Long.toString(pid), "stat")), StandardCharsets.UTF_8);
        } catch (IOException e) {
            return Optional.empty(); // no such process
        }
        // the name in parentheses may hold anything, also spaces and parentheses
        String[] fields = stat.substring(stat.lastIndexOf(')') + 1).trim().split(" ", -1);
        boolean dead = fields[0].equals("Z") || fields[0].equals("X");
        return dead ? Optional.empty() : Optional.of(new ProcessId(pid, Long.parseLong(fields[19])));
    }

    boolean alive() {
        return of(pid).filter(this::equals).isPresent();
    }

    /** As {@link #toString()} wrote it; empty for anything else. */
    static Optional<ProcessId> parse(String text) {
        String[] parts = text.strip().split("-", -1);
        if (parts.length < 2) {
            return Optional.empty();
        }
        try {
            return Optional.of(new ProcessId(Long.parseLong(parts[0]), Long.parseLong(parts[1])));
        } catch (NumberFormatException e) {
            return Optional.empty();
        }
    }

    @Override
    public String toString() {
        return pid + "-" + start;
    }
}
