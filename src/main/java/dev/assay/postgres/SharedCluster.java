package dev.assay.postgres;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.TimeUnit;

/**
 * The one PostgreSQL that is kept in the user's data folder, for all processes that use it at a time. The first one to
 * join starts it; some seconds after the last one is gone, in whatever way, a script outside of all of them stops it.
 */
public final class SharedCluster implements AutoCloseable {
    private static final Duration GRACE = Duration.ofSeconds(10);
    private static final Duration TICK = Duration.ofMillis(500);
    /** Recovery after a crash replays the log, which takes its time. */
    private static final Duration READY = Duration.ofMinutes(5);

    private static final Duration ORPHANS = Duration.ofSeconds(20);
    private static final long POLL_MILLIS = 20;
    private static final String SUPERUSER = "postgres";

    /** Text is ordered by code point: the same on every machine, and fast. */
    private static final List<String> INITDB = List.of("--locale-provider=builtin", "--builtin-locale=C.UTF-8");

    private static final Map<String, String> SETTINGS =
            Map.of("max_connections", "100", "wal_level", "minimal", "max_wal_senders", "0", "jit", "off");

    private final Path userFile;
    private final String url;

    private SharedCluster(Path userFile, String url) {
        this.userFile = userFile;
        this.url = url;
    }

    /**
     * Joins the cluster in {@code <dataDir>/log-db}, which is made and started where it is not there.
     *
     * @param dataDir the user's data folder for Assay
     * @param cache the user's cache folder for Assay
     * @throws PostgresUnavailable where it cannot be started, as on damaged data
     */
    public static SharedCluster join(Path dataDir, Path cache) throws InterruptedException {
        return join(dataDir, cache, GRACE);
    }

    /**
     * Joins it as {@link #join(Path, Path)} does.
     *
     * @param grace how long it stays without users; counts where this process is the first
     */
    public static SharedCluster join(Path dataDir, Path cache, Duration grace) throws InterruptedException {
        Path folder = dataDir.toAbsolutePath().resolve("log-db");
        Path userFile = folder.resolve("users").resolve(ProcessId.current() + "-" + UUID.randomUUID());
        boolean joined = false;
        try {
            if (!Files.isDirectory(folder)) {
                Files.createDirectories(
                        folder, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
            }
            Files.createDirectories(userFile.getParent());
            try (CacheLock lock = CacheLock.on(folder.resolve("lock"))) {
                Files.createFile(userFile);
                awaitEndOfStop(folder);
                ensureKeeper(folder, grace);
                int port = ensureServer(folder, cache);
                String password = Files.readString(folder.resolve("data").resolve(DataFolder.PASSWORD_FILE))
                        .strip();
                joined = true;
                return new SharedCluster(userFile, PostgresCluster.url(port, "postgres", SUPERUSER, password));
            }
        } catch (IOException e) {
            throw new PostgresUnavailable(
                    "The log database in " + folder + " could not be opened: " + e
                            + ". Check that the folder can be written and its disk has space.",
                    e);
        } finally {
            if (!joined) {
                leave(userFile);
            }
        }
    }

    private static void awaitEndOfStop(Path folder) throws IOException, InterruptedException {
        Path mark = folder.resolve("stopping");
        for (Optional<ProcessId> keeper = processIn(mark); keeper.isPresent(); keeper = processIn(mark)) {
            if (!keeper.get().alive()) {
                Files.deleteIfExists(mark); // it was killed while it stopped the server
            } else {
                Thread.sleep(POLL_MILLIS);
            }
        }
    }

    private static void ensureKeeper(Path folder, Duration grace) throws IOException, InterruptedException {
        Path file = folder.resolve("keeper");
        if (processIn(file).filter(ProcessId::alive).isPresent()) {
            return;
        }
        Files.deleteIfExists(file);
        File log = folder.resolve("keeper.log").toFile();
        Process keeper = Script.command(
                        "keeper.sh",
                        Map.of(
                                "ASSAY_DB_FOLDER", folder.toString(),
                                "ASSAY_DB_GRACE", Long.toString(grace.dividedBy(TICK))))
                .directory(folder.toFile())
                .redirectInput(ProcessBuilder.Redirect.from(new File("/dev/null")))
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(log))
                .start();
        while (!Files.exists(file)) {
            if (keeper.waitFor(POLL_MILLIS, TimeUnit.MILLISECONDS)) {
                throw new PostgresUnavailable("The script that stops the log database ended at once with exit code "
                        + keeper.exitValue() + ". It said:\n" + PostgresUnavailable.tail(log.toPath()));
            }
        }
    }

    private static Optional<ProcessId> processIn(Path file) throws IOException {
        try {
            return ProcessId.parse(Files.readString(file, StandardCharsets.US_ASCII));
        } catch (NoSuchFileException e) {
            return Optional.empty();
        }
    }

    /** The port of the server, which is started where it does not run. */
    private static int ensureServer(Path folder, Path cache) throws IOException, InterruptedException {
        Path data = folder.resolve("data");
        long end = System.nanoTime() + READY.toNanos();
        Optional<RunningServer> running = RunningServer.on(data);
        while (running.isPresent() && !running.get().ready() && System.nanoTime() < end) {
            // started by a process that was killed before it was ready, or recovering
            Thread.sleep(POLL_MILLIS);
            running = RunningServer.on(data);
        }
        return running.isPresent() ? running.get().port() : startServer(folder, data, cache);
    }

    private static int startServer(Path folder, Path data, Path cache) throws IOException, InterruptedException {
        PostgresBinaries binaries = PostgresBinaries.unpacked(cache);
        Account account = Account.detect();
        Path log = folder.resolve("server.log");
        keepLogShort(log);
        if (!Files.exists(data, LinkOption.NOFOLLOW_LINKS)) {
            create(folder, data, binaries, account, log);
        }
        checkVersion(data);
        account.own(data);
        clearStalePidFile(data);
        try {
            return Postmaster.start(binaries, account, data, log, SETTINGS, 0, READY)
                    .port();
        } catch (PostgresUnavailable e) {
            throw new PostgresUnavailable(
                    e.getMessage() + "\nThe log database is kept in " + data
                            + ". If its data is damaged, move that folder"
                            + " away: a new one is made, and `assay ingest` reads into it what the runs' folders keep.",
                    e);
        }
    }

    private static void create(Path folder, Path data, PostgresBinaries binaries, Account account, Path log)
            throws IOException, InterruptedException {
        Path part = folder.resolve("data.new");
        FileTree.delete(part); // of a process that was killed
        try {
            DataFolder.initialise(binaries, account, part, SUPERUSER, INITDB, log);
            Files.move(part, data, StandardCopyOption.ATOMIC_MOVE);
        } finally {
            FileTree.delete(part);
        }
    }

    private static void checkVersion(Path data) throws IOException {
        Path file = data.resolve("PG_VERSION");
        String version = Files.exists(file) ? Files.readString(file).strip() : "nothing";
        if (!version.equals(Integer.toString(PostgresBinaries.MAJOR_VERSION))) {
            throw new PostgresUnavailable("The log database in " + data + " cannot be opened: its PG_VERSION says "
                    + version + " and this PostgreSQL is " + PostgresBinaries.MAJOR_VERSION + ". Move that folder away:"
                    + " a new one is made, and `assay ingest` reads into it what the runs' folders keep.");
        }
    }

    /**
     * PostgreSQL clears away the file of a dead server itself, but not where its number now belongs to another process.
     * The check that PostgreSQL then cannot make, that nothing of the old server lives, is made here.
     */
    private static void clearStalePidFile(Path data) throws IOException, InterruptedException {
        Path file = data.resolve("postmaster.pid");
        if (!Files.exists(file)) {
            return;
        }
        long end = System.nanoTime() + ORPHANS.toNanos();
        List<String> processes = RunningServer.processesOn(data);
        while (!processes.isEmpty() && System.nanoTime() < end) {
            Thread.sleep(POLL_MILLIS); // without their postmaster they end by themselves
            processes = RunningServer.processesOn(data);
        }
        if (!processes.isEmpty()) {
            throw new PostgresUnavailable(
                    "The log database in " + data + " was not stopped whole: processes " + String.join(", ", processes)
                            + " of it still run without their postmaster. End them, and try again.");
        }
        Files.deleteIfExists(file);
    }

    private static void keepLogShort(Path log) throws IOException {
        long limit = 10L << 20;
        if (Files.exists(log) && Files.size(log) > limit) {
            Files.move(log, log.resolveSibling("server.log.1"), StandardCopyOption.REPLACE_EXISTING);
        }
    }

    /** A JDBC URL with user and password, to be shown to nobody. */
    public String jdbcUrl() {
        return url;
    }

    private static void leave(Path userFile) {
        try {
            Files.deleteIfExists(userFile);
        } catch (IOException e) {
            throw new PostgresUnavailable(
                    "This process could not leave the log database: " + e + ". It is stopped when the process ends.",
                    e);
        }
    }

    /** Leaves. The server is stopped some seconds after its last user left. */
    @Override
    public void close() {
        leave(userFile);
    }
}
