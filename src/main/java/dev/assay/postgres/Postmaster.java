package dev.assay.postgres;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * A server process on a data folder, listening on a free port of 127.0.0.1.
 *
 * @param process the postmaster: every program in front of it replaced itself by the next
 * @param port where it listens
 */
record Postmaster(Process process, int port) {
    private static final byte[] LOOPBACK = {127, 0, 0, 1};
    private static final int PORT_TRIES = 20;
    private static final long POLL_MILLIS = 5;
    private static final Duration STOP = Duration.ofSeconds(10);
    /** Line of {@code postmaster.pid} that says {@code ready}; see PostgreSQL's {@code miscadmin.h}. */
    private static final int STATUS_LINE = 7;

    /**
     * Starts the server and waits until it takes connections.
     *
     * @param wanted where to listen if it is free; 0 for any port
     * @param ready how long it may take, recovery after a crash included
     * @throws PostgresUnavailable with the end of its log where it does not start
     */
    static Postmaster start(
            PostgresBinaries binaries,
            Account account,
            Path data,
            Path log,
            Map<String, String> settings,
            int wanted,
            Duration ready)
            throws IOException, InterruptedException {
        for (int attempt = 1; ; attempt++) {
            int port = attempt == 1 && wanted > 0 ? wanted : freePort();
            long logged = Files.exists(log) ? Files.size(log) : 0;
            Process process = launch(binaries, account, data, log, settings, port);
            boolean started = false;
            try {
                if (waitUntilReady(process, data, ready)) {
                    started = true;
                    return new Postmaster(process, port);
                }
            } finally {
                if (!started) {
                    process.destroyForcibly();
                }
            }
            boolean portTaken = said(log, logged).contains("could not bind");
            if (process.isAlive() || !portTaken || attempt == PORT_TRIES) {
                throw new PostgresUnavailable("PostgreSQL did not start on " + data + ": "
                        + (process.isAlive()
                                ? "it was not ready after " + ready.toSeconds() + " s"
                                : "it ended with exit code " + process.exitValue())
                        + ". The end of its log says:\n" + PostgresUnavailable.tail(log));
            }
        }
    }

    private static Process launch(
            PostgresBinaries binaries, Account account, Path data, Path log, Map<String, String> settings, int port)
            throws IOException {
        List<String> command =
                new ArrayList<>(List.of(binaries.program("postgres").toString(), "-D", data.toString()));
        Map<String, String> all = new LinkedHashMap<>();
        all.put("listen_addresses", "127.0.0.1");
        all.put("unix_socket_directories", "");
        all.put("timezone", "UTC");
        all.put("log_timezone", "UTC");
        all.putAll(settings);
        all.put("port", Integer.toString(port));
        all.forEach((name, value) -> command.addAll(List.of("-c", name + "=" + value)));
        return quiet(new ProcessBuilder(account.line(command)), log).start();
    }

    /** Output into the log, nothing to read, and nothing of our environment but the path. */
    static ProcessBuilder quiet(ProcessBuilder builder, Path log) {
        String path = System.getenv("PATH");
        builder.environment().clear();
        builder.environment().put("PATH", path == null ? "/usr/bin:/bin" : path);
        builder.environment().put("LC_ALL", "C");
        return builder.redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()))
                .redirectInput(ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()));
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket()) {
            socket.bind(new InetSocketAddress(InetAddress.getByAddress(LOOPBACK), 0));
            return socket.getLocalPort();
        }
    }

    private static boolean waitUntilReady(Process process, Path data, Duration limit)
            throws IOException, InterruptedException {
        long end = System.nanoTime() + limit.toNanos();
        Path pidFile = data.resolve("postmaster.pid");
        while (process.isAlive() && System.nanoTime() < end) {
            try {
                List<String> lines = Files.readAllLines(pidFile, StandardCharsets.UTF_8);
                // the file may be one that an earlier server left
                if (lines.size() > STATUS_LINE
                        && lines.get(0).equals(Long.toString(process.pid()))
                        && lines.get(STATUS_LINE).startsWith("ready")) {
                    return true;
                }
            } catch (NoSuchFileException e) {
                // not written yet
            }
            process.waitFor(POLL_MILLIS, TimeUnit.MILLISECONDS);
        }
        return false;
    }

    private static String said(Path log, long from) throws IOException {
        byte[] all = Files.readAllBytes(log);
        return new String(all, (int) from, all.length - (int) from, StandardCharsets.UTF_8);
    }

    /** Ends all sessions, writes everything, and stops: what is there is whole. */
    void stopFast() throws InterruptedException {
        stop("INT");
    }

    /** Stops at once, for data that nobody needs any more. */
    void stopImmediately() throws InterruptedException {
        stop("QUIT");
    }

    private void stop(String signal) throws InterruptedException {
        if (process.isAlive()) {
            try {
                new ProcessBuilder("sh", "-c", "kill -" + signal + " \"$0\"", Long.toString(process.pid()))
                        .redirectErrorStream(true)
                        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                        .start()
                        .waitFor();
            } catch (IOException e) {
                throw new UncheckedIOException("the server could not be told to stop", e);
            }
        }
        if (!process.waitFor(STOP.toSeconds(), TimeUnit.SECONDS)) {
            process.destroyForcibly().waitFor();
        }
    }
}
