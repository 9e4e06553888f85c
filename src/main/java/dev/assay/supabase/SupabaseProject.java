package dev.assay.supabase;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import dev.assay.postgres.PostgresCluster;
import dev.assay.supabase.auth.AuthSurface;
import dev.assay.supabase.auth.Mailbox;
import dev.assay.supabase.project.Migrated;
import dev.assay.supabase.project.Migrations;
import dev.assay.supabase.project.ProjectConfig;
import dev.assay.supabase.project.TemplateDatabase;
import dev.assay.supabase.rest.RestSettings;
import dev.assay.supabase.rest.RestSurface;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;

/** One Supabase project: a database of its own, and the API over it. Closing it leaves neither. */
public final class SupabaseProject implements AutoCloseable {
    private static final int POOL = 16;

    private final PostgresCluster cluster;
    private final String database;
    private final Path folder;
    private final ProjectConfig config;
    private final ProjectKeys keys;
    private final Mailbox mailbox = new Mailbox();
    private final List<HikariDataSource> pools = new ArrayList<>();
    private final RestSurface rest;
    private final Gateway gateway;
    private final Runnable onClose;
    private boolean closed;

    /**
     * Copies the template and starts to listen.
     *
     * @param folder holds {@code supabase/}
     * @param passwords of the roles that the API logs in with
     * @param address where to listen, and the keys to listen to
     * @param onClose run once, after the close
     */
    SupabaseProject(
            PostgresCluster cluster,
            String database,
            Path folder,
            ServicePasswords passwords,
            Address address,
            Runnable onClose) {
        this.cluster = cluster;
        this.database = database;
        this.folder = folder;
        this.config = ProjectConfig.read(folder);
        this.keys = address.keys();
        this.onClose = onClose;
        cluster.createDatabase(database, TemplateDatabase.NAME, TemplateDatabase.OWNER);
        Clock clock = Clock.systemUTC();
        ApiKeys apiKeys = new ApiKeys(keys, false, clock);
        this.rest = new RestSurface(
                new RestSettings(
                        cluster.jdbcUrl(database, "authenticator", passwords.authenticator()),
                        config.api().schemas(),
                        config.api().extraSearchPath(),
                        config.api().maxRows(),
                        POOL,
                        true,
                        true),
                apiKeys);
        boolean started = false;
        try {
            AuthSurface auth = new AuthSurface(
                    pool("supabase_auth_admin", passwords.authAdmin()),
                    apiKeys,
                    config.auth(),
                    this::url,
                    mailbox,
                    clock);
            this.gateway = new Gateway(address.port(), List.of(rest, auth));
            started = true;
        } finally {
            if (!started) {
                rest.close();
                pools.forEach(HikariDataSource::close);
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

    private HikariDataSource pool(String role, String password) {
        HikariConfig settings = new HikariConfig();
        settings.setPoolName(database + "-" + role);
        settings.setJdbcUrl(cluster.jdbcUrl(database, role, password));
        settings.setMaximumPoolSize(POOL);
        settings.setMinimumIdle(0);
        settings.setInitializationFailTimeout(-1);
        settings.setConnectionInitSql("set time zone 'UTC'");
        HikariDataSource pool = new HikariDataSource(settings);
        pools.add(pool);
        return pool;
    }

    /** The API's base URL, without a slash at its end. */
    public String url() {
        return gateway.url();
    }

    public ProjectKeys keys() {
        return keys;
    }

    public ProjectConfig config() {
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

    /** JDBC URL with user and password, as the superuser: for checks, never for an app. */
    public String superuserUrl() {
        return cluster.jdbcUrl(database, cluster.superuser(), cluster.superuserPassword());
    }

    /** Applies the migrations that were not applied yet. */
    public Migrated migrate() throws InterruptedException {
        return new Migrations(folder, jdbcUrl()).apply();
    }

    /** Makes the database new, then applies migrations and seed, as {@code supabase db reset}. */
    public synchronized Migrated reset() throws InterruptedException {
        cluster.dropDatabase(database);
        cluster.createDatabase(database, TemplateDatabase.NAME, TemplateDatabase.OWNER);
        // what the pools hold are connections to the database that was
        pools.forEach(pool -> pool.getHikariPoolMXBean().softEvictConnections());
        rest.reconnect();
        mailbox.clear();
        Migrations migrations = new Migrations(folder, jdbcUrl());
        Migrated migrated = migrations.apply();
        if (migrated.failure().isPresent()) {
            return migrated;
        }
        Migrated seeded = migrations.seed(ProjectConfig.read(folder).seed());
        return new Migrated(
                joined(migrated.done(), seeded.done()), joined(migrated.notes(), seeded.notes()), seeded.failure());
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
            gateway.close();
            rest.close();
            pools.forEach(HikariDataSource::close);
            cluster.dropDatabase(database);
        } finally {
            onClose.run();
        }
    }
}
