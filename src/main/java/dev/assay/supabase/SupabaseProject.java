package dev.assay.supabase;

import dev.assay.postgres.PostgresCluster;
import dev.assay.supabase.auth.Mailbox;
import dev.assay.supabase.command.CommandFolder;
import dev.assay.supabase.command.CommandSurface;
import dev.assay.supabase.functions.EdgeFunctions;
import dev.assay.supabase.functions.EdgeRuntime;
import dev.assay.supabase.project.Migrated;
import dev.assay.supabase.project.Migrations;
import dev.assay.supabase.project.ProjectConfig;
import dev.assay.supabase.project.TemplateDatabase;
import dev.assay.supabase.storage.ObjectFiles;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/**
 * One Supabase project: a database of its own, and the API over it. Closing it leaves neither.
 *
 * <p>{@code supabase/config.toml} is read when the project opens and again before migrations, since an app under
 * construction gets or changes it on the way. While it is broken, the settings before it hold.
 */
public final class SupabaseProject implements AutoCloseable {
    private static final String CONFIG = "supabase/config.toml";

    private final PostgresCluster cluster;
    private final String database;
    private final Path folder;
    private final ServicePasswords passwords;
    private final ProjectKeys keys;
    private final Mailbox mailbox = new Mailbox();
    private final String commandToken = UUID.randomUUID().toString();
    private final EdgeFunctions functions;
    private final Gateway gateway;
    private final ObjectFiles files;
    private final Runnable onClose;
    private ProjectConfig config;
    private ProjectApi api;
    private boolean closed;

    /**
     * Copies the template and starts to listen.
     *
     * @param folder holds {@code supabase/}
     * @param config how it is set up at first
     * @param passwords of the roles that the API logs in with
     * @param address where to listen, and the keys to listen to
     * @param runtime what its edge functions run on
     * @param onClose run once, after the close
     */
    SupabaseProject(
            PostgresCluster cluster,
            String database,
            Path folder,
            ProjectConfig config,
            ServicePasswords passwords,
            Address address,
            EdgeRuntime runtime,
            Runnable onClose) {
        this.cluster = cluster;
        this.database = database;
        this.folder = folder;
        this.config = config;
        this.passwords = passwords;
        this.keys = address.keys();
        this.files = new ObjectFiles(cluster.folder().resolve("storage").resolve(database));
        this.onClose = onClose;
        this.functions = new EdgeFunctions(runtime, folder, this::functionEnvironment);
        cluster.createDatabase(database, TemplateDatabase.NAME, TemplateDatabase.OWNER);
        this.api = api(config);
        boolean started = false;
        try {
            this.gateway = new Gateway(address.port(), surfaces(api));
            started = true;
        } finally {
            if (!started) {
                api.close();
                cluster.dropDatabase(database);
            }
        }
    }

    /**
     * Where a project listens.
     *
     * @param port 0 for any free one
     */
    record Address(int port, ProjectKeys keys) {}

    private ProjectApi api(ProjectConfig settings) {
        return new ProjectApi(cluster, database, passwords, keys, settings, this::url, mailbox, files, functions);
    }

    /** What every edge function finds in its environment. */
    private Map<String, String> functionEnvironment() {
        Map<String, String> environment = new LinkedHashMap<>();
        environment.put("SUPABASE_URL", url());
        environment.put("SUPABASE_ANON_KEY", keys.anonKey());
        environment.put("SUPABASE_SERVICE_ROLE_KEY", keys.serviceKey());
        environment.put("SUPABASE_DB_URL", databaseUrl());
        environment.put("SUPABASE_PUBLISHABLE_KEYS", "{\"default\":\"" + keys.publishableKey() + "\"}");
        environment.put("SUPABASE_SECRET_KEYS", "{\"default\":\"" + keys.secretKey() + "\"}");
        return environment;
    }

    /** The project's edge functions: to deploy them, and to set their secrets. */
    public EdgeFunctions functions() {
        return functions;
    }

    private List<Surface> surfaces(ProjectApi own) {
        List<Surface> all = new ArrayList<>(own.surfaces());
        all.add(new CommandSurface(this, folder, commandToken));
        return List.copyOf(all);
    }

    /**
     * Writes a {@code supabase} command that works on this project, and one of each program that would fetch the real
     * one from npm.
     *
     * @param programs a folder to stand first on a PATH
     * @param path what PATH holds behind it
     */
    public void writeCommands(Path programs, String path) {
        new CommandFolder(url() + "/command", commandToken).write(programs, path);
    }

    /** The API's base URL, without a slash at its end. */
    public String url() {
        return gateway.url();
    }

    public ProjectKeys keys() {
        return keys;
    }

    /** The settings that hold now. */
    public synchronized ProjectConfig config() {
        return config;
    }

    /** Mails that the project sent. */
    public Mailbox mailbox() {
        return mailbox;
    }

    /** JDBC URL with user and password, as {@code postgres}, which migrations run as. */
    public String jdbcUrl() {
        return cluster.jdbcUrl(database, TemplateDatabase.OWNER, EmbeddedSupabase.OWNER_PASSWORD);
    }

    /** The same as a connection string, as {@code postgresql://postgres:postgres@127.0.0.1:54322/postgres}. */
    public String databaseUrl() {
        return "postgresql://" + TemplateDatabase.OWNER + ":" + EmbeddedSupabase.OWNER_PASSWORD + "@127.0.0.1:"
                + cluster.port() + "/" + database;
    }

    /** JDBC URL with user and password, as the superuser: for checks, never for an app. */
    public String superuserUrl() {
        return cluster.jdbcUrl(database, cluster.superuser(), cluster.superuserPassword());
    }

    /** Reads {@code config.toml} again and applies the migrations that were not applied yet. */
    public synchronized Migrated migrate() throws InterruptedException {
        Optional<Migrated.Failure> broken = configure();
        return broken.isPresent() ? failed(broken) : withBuckets(new Migrations(folder, jdbcUrl()).apply());
    }

    /**
     * Makes the database new, reads {@code config.toml} again, then applies migrations and seed, as
     * {@code supabase db reset}.
     */
    public synchronized Migrated reset() throws InterruptedException {
        api.release();
        cluster.dropDatabase(database);
        cluster.createDatabase(database, TemplateDatabase.NAME, TemplateDatabase.OWNER);
        api.reconnect();
        mailbox.clear();
        files.clear();
        Optional<Migrated.Failure> broken = configure();
        if (broken.isPresent()) {
            return failed(broken);
        }
        Migrations migrations = new Migrations(folder, jdbcUrl());
        Migrated migrated = withBuckets(migrations.apply());
        if (migrated.failure().isPresent()) {
            return migrated;
        }
        Migrated seeded = migrations.seed(config.seed());
        return new Migrated(
                joined(migrated.done(), seeded.done()), joined(migrated.notes(), seeded.notes()), seeded.failure());
    }

    private Migrated withBuckets(Migrated migrated) {
        if (migrated.failure().isPresent()) {
            return migrated;
        }
        return api.makeBuckets(folder, config)
                .map(why -> new Migrated(
                        migrated.done(), migrated.notes(), Optional.of(new Migrated.Failure(CONFIG, why, false))))
                .orElse(migrated);
    }

    private static Migrated failed(Optional<Migrated.Failure> failure) {
        return new Migrated(List.of(), List.of(), failure);
    }

    /** Takes over what changed in {@code config.toml}; the port and the keys stay. */
    private Optional<Migrated.Failure> configure() {
        ProjectConfig read;
        try {
            read = ProjectConfig.read(folder);
        } catch (ProjectConfig.BrokenConfig e) {
            return Optional.of(new Migrated.Failure(CONFIG, String.valueOf(e.getMessage()), false));
        }
        if (!read.equals(config)) {
            ProjectApi before = api;
            try {
                api = api(read);
            } catch (IllegalArgumentException e) {
                return Optional.of(new Migrated.Failure(CONFIG, CONFIG + ": " + e.getMessage(), false));
            }
            config = read;
            gateway.serve(surfaces(api));
            before.close();
        }
        return Optional.empty();
    }

    private static List<String> joined(List<String> first, List<String> second) {
        List<String> all = new ArrayList<>(first);
        all.addAll(second);
        return List.copyOf(all);
    }

    synchronized boolean isClosed() {
        return closed;
    }

    /** Stops listening and drops the database. */
    @Override
    public synchronized void close() {
        if (closed) {
            return;
        }
        closed = true;
        try {
            functions.close(); // first, so that no request under way still waits for one
            gateway.close();
            api.close();
            cluster.dropDatabase(database);
            files.clear();
        } finally {
            onClose.run();
        }
    }
}
