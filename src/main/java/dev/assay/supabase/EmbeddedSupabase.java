package dev.assay.supabase;

import dev.assay.postgres.PostgresCluster;
import dev.assay.supabase.functions.EdgeRuntime;
import dev.assay.supabase.project.ProjectConfig;
import dev.assay.supabase.project.TemplateDatabase;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Supabase in this JVM, without Docker: one PostgreSQL cluster, and a database and gateway for each project.
 *
 * <p>Closing it closes the projects and leaves no process, port or file behind.
 */
public final class EmbeddedSupabase implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(EmbeddedSupabase.class);

    /** Of {@code postgres}: what the local stack has, and what tools try first. */
    static final String OWNER_PASSWORD = "postgres";

    /** Each project may follow its database's log, by a slot and a process of the server. */
    private static final Map<String, String> SETTINGS =
            Map.of("timezone", "UTC", "max_replication_slots", "100", "max_wal_senders", "100");

    /** Of a local project. The cluster has an empty one, which gives way. */
    private static final String WELL_KNOWN_DATABASE = "postgres";

    private final Path cache;
    private final PostgresCluster cluster;
    private final ServicePasswords passwords;
    private final EdgeRuntime runtime;
    private final boolean ownRuntime;
    private final Set<SupabaseProject> projects = ConcurrentHashMap.newKeySet();

    private EmbeddedSupabase(
            Path cache, PostgresCluster cluster, ServicePasswords passwords, EdgeRuntime runtime, boolean ownRuntime) {
        this.cache = cache;
        this.cluster = cluster;
        this.passwords = passwords;
        this.runtime = runtime;
        this.ownRuntime = ownRuntime;
    }

    /**
     * Starts the cluster; seconds where its template has to be made first, else some tenths of one.
     *
     * @param cache the user's cache folder for Assay
     * @throws dev.assay.postgres.PostgresUnavailable where it cannot be had
     */
    public static EmbeddedSupabase start(Path cache) throws InterruptedException {
        return start(cache, 0);
    }

    /**
     * Starts the cluster on a port of choice.
     *
     * @param databasePort where PostgreSQL listens if it is free; 0 for any port
     */
    public static EmbeddedSupabase start(Path cache, int databasePort) throws InterruptedException {
        return start(cache, databasePort, EdgeRuntime.of(cache, System.err), true);
    }

    /**
     * Starts the cluster; edge functions run on somebody's own runtime.
     *
     * @param runtime stays open
     */
    public static EmbeddedSupabase start(Path cache, EdgeRuntime runtime) throws InterruptedException {
        return start(cache, 0, runtime, false);
    }

    private static EmbeddedSupabase start(Path cache, int databasePort, EdgeRuntime runtime, boolean ownRuntime)
            throws InterruptedException {
        TemplateDatabase template = new TemplateDatabase();
        PostgresCluster cluster = PostgresCluster.start(new PostgresCluster.Options(
                cache, TemplateDatabase.SUPERUSER, template.key(), template, SETTINGS, databasePort));
        boolean ready = false;
        try {
            ServicePasswords passwords = ServicePasswords.random();
            setPasswords(cluster, passwords);
            ready = true;
            return new EmbeddedSupabase(cache, cluster, passwords, runtime, ownRuntime);
        } finally {
            if (!ready) {
                cluster.close();
            }
        }
    }

    private static void setPasswords(PostgresCluster cluster, ServicePasswords passwords) {
        String url = cluster.jdbcUrl("postgres", cluster.superuser(), cluster.superuserPassword());
        try (Connection connection = DriverManager.getConnection(url);
                Statement statement = connection.createStatement()) {
            for (Map.Entry<String, String> role : passwords.byRole().entrySet()) {
                statement.execute("alter role " + role.getKey() + " password '" + role.getValue() + "'");
            }
            statement.execute("alter role " + TemplateDatabase.OWNER + " password '" + OWNER_PASSWORD + "'");
        } catch (SQLException e) {
            throw new IllegalStateException(
                    "The embedded PostgreSQL did not take the passwords of Supabase's roles: " + e.getMessage(), e);
        }
    }

    /** Which port and keys a project gets. */
    public enum Identity {
        /** A free port and keys of its own: projects in parallel never meet. */
        OWN,
        /**
         * The port of {@code config.toml} (54321), the keys that every local project has and the database name
         * {@code postgres}, while no other process or project here has them and the port is free; else as {@link #OWN}.
         */
        WELL_KNOWN
    }

    /**
     * Opens a fresh, empty project. A {@code config.toml} that is broken is told of by {@link SupabaseProject#migrate};
     * until it is mended the defaults hold.
     *
     * @param folder the app's folder: its {@code supabase/config.toml} is read, migrations are not applied
     */
    public SupabaseProject open(Path folder, Identity identity) {
        ProjectConfig config = configOf(folder);
        if (identity == Identity.WELL_KNOWN) {
            Optional<FileLock> lock = wellKnownLock();
            if (lock.isPresent()) {
                Optional<SupabaseProject> project = openWellKnown(folder, config, lock.get());
                if (project.isPresent()) {
                    return project.get();
                }
            }
        }
        return opened(new SupabaseProject(
                cluster,
                databaseName(),
                folder,
                config,
                passwords,
                new SupabaseProject.Address(0, ProjectKeys.random()),
                runtime,
                () -> {}));
    }

    private static ProjectConfig configOf(Path folder) {
        try {
            ProjectConfig config = ProjectConfig.read(folder);
            SigningKeys.check(config.auth().rules().signingKeys());
            return config;
        } catch (ProjectConfig.BrokenConfig | IllegalArgumentException e) {
            LOG.info("{}; the defaults hold until then", e.getMessage());
            return ProjectConfig.defaults();
        }
    }

    /** Empty where something else listens on the port; the lock is then given back. */
    private Optional<SupabaseProject> openWellKnown(Path folder, ProjectConfig config, FileLock lock) {
        boolean open = false;
        int port = config.api().port();
        try {
            if (!isFree(port)) {
                return Optional.empty();
            }
            cluster.dropDatabase(WELL_KNOWN_DATABASE);
            SupabaseProject project = new SupabaseProject(
                    cluster,
                    WELL_KNOWN_DATABASE,
                    folder,
                    config,
                    passwords,
                    new SupabaseProject.Address(port, ProjectKeys.demo()),
                    runtime,
                    () -> close(lock.acquiredBy()));
            open = true;
            return Optional.of(opened(project));
        } finally {
            if (!open) {
                close(lock.acquiredBy());
            }
        }
    }

    private static String databaseName() {
        return "supabase_" + UUID.randomUUID().toString().replace("-", "").substring(0, 16);
    }

    private SupabaseProject opened(SupabaseProject project) {
        projects.removeIf(SupabaseProject::isClosed);
        projects.add(project);
        return project;
    }

    /** The lock that lets one project of the machine's user have the well-known keys; empty where another has it. */
    private Optional<FileLock> wellKnownLock() {
        FileChannel channel = null;
        FileLock lock = null;
        try {
            Path folder = Files.createDirectories(cache.resolve("supabase"));
            channel = FileChannel.open(
                    folder.resolve("well-known.lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
            lock = channel.tryLock();
            return Optional.ofNullable(lock);
        } catch (OverlappingFileLockException e) {
            return Optional.empty(); // another project of this JVM has it
        } catch (IOException e) {
            throw new UncheckedIOException(
                    "The cache folder " + cache + " cannot be used; make it writable or choose another", e);
        } finally {
            if (lock == null && channel != null) {
                close(channel);
            }
        }
    }

    private static void close(AutoCloseable closeable) {
        try {
            closeable.close();
        } catch (Exception e) {
            throw new IllegalStateException("a lock file could not be closed", e);
        }
    }

    private static boolean isFree(int port) {
        try (ServerSocket probe = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
            return probe.isBound();
        } catch (IOException e) {
            return false;
        }
    }

    /** Where the cluster listens. */
    public int databasePort() {
        return cluster.port();
    }

    /** Closes all projects and the cluster. */
    @Override
    public void close() {
        try {
            List.copyOf(projects).forEach(SupabaseProject::close);
        } finally {
            try {
                cluster.close();
            } finally {
                if (ownRuntime) {
                    runtime.close();
                }
            }
        }
    }
}
