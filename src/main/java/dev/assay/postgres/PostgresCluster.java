package dev.assay.postgres;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A PostgreSQL cluster that is thrown away when it is closed, or when this JVM is gone in whatever way. It starts from a
 * cached data folder, in RAM where there is room, and is fast, not safe: fsync is off.
 */
public final class PostgresCluster implements AutoCloseable {
    private static final Duration READY = Duration.ofSeconds(60);
    /** ICU's order of text, as on hosted Supabase; it comes with the binaries and is the same on every machine. */
    private static final List<String> INITDB =
            List.of("--locale-provider=icu", "--icu-locale=en-US", "--wal-segsize=4");

    private static final Map<String, String> SETTINGS = Map.of(
            "fsync", "off",
            "full_page_writes", "off",
            // off would delay what logical decoding sees by 200 ms; without fsync it costs nothing
            "synchronous_commit", "on",
            "wal_level", "logical",
            "wal_writer_delay", "10ms",
            "max_connections", "300",
            // in the data folder, so that they go with it
            "dynamic_shared_memory_type", "mmap");

    /**
     * How a cluster is made.
     *
     * @param cache the user's cache folder for Assay
     * @param superuser the bootstrap superuser; the initializer must not rename it
     * @param templateKey stands for what the initializer does: when that changes, so must this
     * @param initializer fills the cluster once per key; the result is cached
     * @param settings of the server, over the defaults
     * @param port where to listen if it is free; 0 for any
     */
    public record Options(
            Path cache,
            String superuser,
            String templateKey,
            Initializer initializer,
            Map<String, String> settings,
            int port) {

        /** Listens on any free port. */
        public Options(
                Path cache,
                String superuser,
                String templateKey,
                Initializer initializer,
                Map<String, String> settings) {
            this(cache, superuser, templateKey, initializer, settings, 0);
        }

        /** An empty cluster with superuser {@code postgres}. */
        public static Options empty(Path cache) {
            return new Options(cache, "postgres", "empty", url -> {}, Map.of());
        }
    }

    /** Builds what every cluster of a key starts with: roles, databases, extensions. */
    @FunctionalInterface
    public interface Initializer {
        /**
         * Fills the cluster.
         *
         * @param superuserUrl a JDBC URL of database {@code postgres}, with user and password; all connections must be
         *     closed on return
         */
        void initialize(String superuserUrl) throws IOException, SQLException, InterruptedException;
    }

    private final ThrowAwayFolder folder;
    private final Postmaster postmaster;
    private final String superuser;
    private final String password;
    private boolean closed;

    private PostgresCluster(ThrowAwayFolder folder, Postmaster postmaster, String superuser, String password) {
        this.folder = folder;
        this.postmaster = postmaster;
        this.superuser = superuser;
        this.password = password;
    }

    /**
     * Starts a cluster: about a tenth of a second from the cached template, seconds where that is made first.
     *
     * @throws PostgresUnavailable where it cannot
     */
    public static PostgresCluster start(Options options) throws InterruptedException {
        ThrowAwayFolder folder = null;
        boolean started = false;
        try {
            PostgresBinaries binaries = PostgresBinaries.unpacked(options.cache());
            Account account = Account.detect();
            folder = ThrowAwayFolder.create();
            new Template(options, binaries, account, INITDB, merged(SETTINGS, options.settings())).copyTo(folder);
            PostgresCluster cluster = start(options, binaries, account, folder);
            started = true;
            return cluster;
        } catch (IOException | SQLException e) {
            throw new PostgresUnavailable(
                    "The embedded PostgreSQL could not be started: " + e
                            + ". Check that the cache folder " + options.cache()
                            + " and the temporary folder can be written and have space.",
                    e);
        } finally {
            if (!started && folder != null) {
                abandon(folder);
            }
        }
    }

    private static PostgresCluster start(
            Options options, PostgresBinaries binaries, Account account, ThrowAwayFolder folder)
            throws IOException, SQLException, InterruptedException {
        Path passwordFile = folder.data().resolve(DataFolder.PASSWORD_FILE);
        String cached = Files.readString(passwordFile);
        Files.delete(passwordFile);
        Postmaster postmaster = Postmaster.start(
                binaries,
                account,
                folder.data(),
                folder.log(),
                merged(SETTINGS, options.settings()),
                options.port(),
                READY);
        // the cached one is the same for all clusters of this template, so each gets its own
        String password = DataFolder.randomPassword();
        String url = url(postmaster.port(), "postgres", options.superuser(), cached);
        try (Connection connection = DriverManager.getConnection(url);
                Statement statement = connection.createStatement()) {
            statement.execute("alter role " + quoted(options.superuser()) + " password '" + password + "'");
        }
        return new PostgresCluster(folder, postmaster, options.superuser(), password);
    }

    private static void abandon(ThrowAwayFolder folder) {
        try {
            folder.abandon();
        } catch (IOException e) {
            throw new UncheckedIOException("the folder " + folder.path() + " is left behind", e);
        }
    }

    static Map<String, String> merged(Map<String, String> defaults, Map<String, String> settings) {
        Map<String, String> all = new LinkedHashMap<>(defaults);
        all.putAll(settings);
        return all;
    }

    static String url(int port, String database, String user, String password) {
        return "jdbc:postgresql://127.0.0.1:" + port + "/" + encoded(database) + "?user=" + encoded(user) + "&password="
                + encoded(password) + "&sslmode=disable";
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
    }

    static String quoted(String name) {
        return '"' + name.replace("\"", "\"\"") + '"';
    }

    /** Where it listens on 127.0.0.1. */
    public int port() {
        return postmaster.port();
    }

    /** A JDBC URL that says all. */
    public String jdbcUrl(String database, String user, String password) {
        return url(port(), database, user, password);
    }

    public String superuser() {
        return superuser;
    }

    public String superuserPassword() {
        return password;
    }

    /** Of the cluster, for what must go with it even where this JVM is killed; {@code data} and a log are taken. */
    public Path folder() {
        return folder.path();
    }

    /** What the server said; gone with the cluster. */
    public Path log() {
        return folder.log();
    }

    /**
     * Makes a database as a copy of another, file by file: some 15 ms in RAM. Nobody may be connected to the template.
     *
     * @throws IllegalStateException with the server's message where it refuses
     */
    public void createDatabase(String name, String template, String owner) {
        execute(
                "create database " + quoted(name) + " template " + quoted(template) + " strategy file_copy owner "
                        + quoted(owner),
                template);
    }

    /** Drops a database, and ends whoever is connected to it; none is no error. */
    public void dropDatabase(String name) {
        execute("drop database if exists " + quoted(name) + " with (force)", name);
    }

    /** Runs a statement from a database that it does not touch; {@code postgres} may be somebody's. */
    private void execute(String sql, String not) {
        String database = "template1".equals(not) ? "postgres" : "template1";
        try (Connection connection = DriverManager.getConnection(jdbcUrl(database, superuser, password));
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        } catch (SQLException e) {
            throw new IllegalStateException("The embedded PostgreSQL refused: " + sql + ": " + e.getMessage(), e);
        }
    }

    /** Stops the server at once and deletes its data. */
    @Override
    public synchronized void close() {
        if (closed) {
            return;
        }
        closed = true;
        try {
            postmaster.stopImmediately();
            folder.close();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            abandon(folder);
        } catch (IOException e) {
            abandon(folder);
        }
    }
}
