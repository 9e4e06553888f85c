package dev.assay.process;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/**
 * The shell script {@code watchdog.sh} in a session of its own, which kills by the JVM's cookie when the JVM is gone,
 * however that happened. It is started with the first {@link #watch()}, and again should it have been killed.
 */
final class Watchdog {
    private final String jvmCookie;
    private final Set<Path> removals = new LinkedHashSet<>();
    private final Set<Long> pids = new LinkedHashSet<>();
    private Process process;
    private boolean closed;

    Watchdog(Cookie jvm) {
        this.jvmCookie = Cookie.NAME + "=" + jvm.value();
    }

    /** Sees to it that it is there. */
    synchronized void watch() {
        if (closed || (process != null && process.isAlive())) {
            return;
        }
        process = start();
        removals.forEach(path -> tell("remove " + path));
        pids.forEach(pid -> tell("pid " + pid));
    }

    /** Tells it of a process, for systems without a {@code /proc} that can be searched. */
    synchronized void watch(long pid) {
        if (pids.add(pid)) {
            watch();
            tell("pid " + pid);
        }
    }

    synchronized void remove(Path path) {
        if (removals.add(path)) {
            watch();
            tell("remove " + path);
        }
    }

    synchronized void keep(Path path) {
        if (removals.remove(path)) {
            watch();
            tell("keep " + path);
        }
    }

    /** Ends it, when all that it would kill is gone. */
    synchronized void close() {
        closed = true;
        if (process == null) {
            return;
        }
        tell("bye");
        try {
            process.getOutputStream().close();
        } catch (IOException e) {
            process.destroyForcibly(); // it has ended by itself already
        }
        boolean interrupted = false;
        try {
            if (!process.waitFor(3, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        } catch (InterruptedException e) {
            interrupted = true;
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private Process start() {
        List<String> line = new ArrayList<>();
        // Out of the terminal's session, so that Ctrl-C and the end of the terminal do not reach it.
        if (Files.isExecutable(Path.of("/usr/bin/setsid")) || Files.isExecutable(Path.of("/bin/setsid"))) {
            line.add("setsid");
        }
        line.addAll(List.of("/bin/sh", "-c", script(), "assay-watchdog", jvmCookie));
        ProcessBuilder builder = new ProcessBuilder(line)
                .directory(Path.of("/").toFile())
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .redirectError(ProcessBuilder.Redirect.DISCARD);
        Map<String, String> environment = builder.environment();
        String path = environment.getOrDefault("PATH", Launch.USUAL_PATH);
        environment.clear();
        environment.put("PATH", path);
        try {
            return builder.start();
        } catch (IOException e) {
            throw new ProgramNotFound(
                    "/bin/sh",
                    "The watchdog that stops processes when this JVM is killed could not be started: it needs /bin/sh, "
                            + "grep and the core utilities (" + e.getMessage() + ").",
                    e);
        }
    }

    private void tell(String line) {
        try {
            OutputStream pipe = process.getOutputStream();
            pipe.write((line + "\n").getBytes(StandardCharsets.UTF_8));
            pipe.flush();
        } catch (IOException e) {
            process.destroyForcibly(); // somebody has killed it; the next start of a process brings a new one
        }
    }

    private static String script() {
        try (InputStream in = Watchdog.class.getResourceAsStream("watchdog.sh")) {
            if (in == null) {
                throw new IllegalStateException("watchdog.sh is missing from the class path: the build is broken.");
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
