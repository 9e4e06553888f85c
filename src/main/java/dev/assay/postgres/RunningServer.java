package dev.assay.postgres;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A server that another process started on a data folder, as its {@code postmaster.pid} tells.
 *
 * @param pid the postmaster
 * @param port where it listens
 * @param ready whether it takes connections
 */
record RunningServer(long pid, int port, boolean ready) {
    private static final int PORT_LINE = 3;
    private static final int STATUS_LINE = 7;

    /** The server on this data; empty where there is none, also where a dead one left its file. */
    static Optional<RunningServer> on(Path data) throws IOException {
        List<String> lines;
        try {
            lines = Files.readAllLines(data.resolve("postmaster.pid"), StandardCharsets.UTF_8);
        } catch (NoSuchFileException e) {
            return Optional.empty();
        }
        if (lines.isEmpty() || !lines.get(0).matches("\\d{1,10}")) {
            return Optional.empty();
        }
        long pid = Long.parseLong(lines.get(0));
        if (!worksIn(data, Long.toString(pid))) {
            return Optional.empty();
        }
        // a server that has just begun has not written all lines yet
        boolean ready = lines.size() > STATUS_LINE && lines.get(STATUS_LINE).startsWith("ready");
        int port = lines.size() > PORT_LINE && lines.get(PORT_LINE).matches("\\d{1,5}")
                ? Integer.parseInt(lines.get(PORT_LINE))
                : 0;
        return Optional.of(new RunningServer(pid, port, ready && port > 0));
    }

    /** All PostgreSQL processes on this data, also those that outlive their postmaster for a moment. */
    static List<String> processesOn(Path data) throws IOException {
        List<String> found = new ArrayList<>();
        try (var processes = Files.newDirectoryStream(Path.of("/proc"), "[0-9]*")) {
            for (Path process : processes) {
                String pid = process.getFileName().toString();
                if (worksIn(data, pid)) {
                    found.add(pid);
                }
            }
        }
        return found;
    }

    private static boolean worksIn(Path data, String pid) {
        Path process = Path.of("/proc", pid);
        try {
            return Files.readSymbolicLink(process.resolve("cwd")).equals(data.toRealPath())
                    && Files.readString(process.resolve("comm")).startsWith("postgres");
        } catch (IOException e) {
            return false; // gone, or another user's
        }
    }
}
