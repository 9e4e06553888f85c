package dev.assay.supabase;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import dev.assay.postgres.PostgresCluster;
import dev.assay.supabase.auth.AuthSurface;
import dev.assay.supabase.auth.Mailbox;
import dev.assay.supabase.auth.MailboxSurface;
import dev.assay.supabase.functions.EdgeFunctions;
import dev.assay.supabase.functions.FunctionsSurface;
import dev.assay.supabase.project.ProjectConfig;
import dev.assay.supabase.realtime.Limits;
import dev.assay.supabase.realtime.RealtimeSurface;
import dev.assay.supabase.rest.RestSettings;
import dev.assay.supabase.rest.RestSurface;
import dev.assay.supabase.storage.ConfiguredBuckets;
import dev.assay.supabase.storage.ObjectFiles;
import dev.assay.supabase.storage.StorageSurface;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/** The surfaces of a project as one {@code config.toml} sets them up, with the connections that they use. */
final class ProjectApi implements AutoCloseable {
    private static final int POOL = 16;

    private final RestSurface rest;
    private final HikariDataSource authDatabase;
    private final AuthSurface auth;
    private final MailboxSurface mails;
    private final HikariDataSource storageDatabase;
    private final StorageSurface storage;
    private final FunctionsSurface functions;
    private final RealtimeSurface realtime;
    private final ObjectFiles files;

    /**
     * @param database the project's
     * @param url the gateway's, once it listens
     * @param mailbox takes the project's mails
     * @param files keep the bytes of its storage
     * @param edgeFunctions the project's, which outlive these settings
     */
    ProjectApi(
            PostgresCluster cluster,
            String database,
            ServicePasswords passwords,
            ProjectKeys keys,
            ProjectConfig config,
            Supplier<String> url,
            Mailbox mailbox,
            ObjectFiles files,
            EdgeFunctions edgeFunctions) {
        Clock clock = Clock.systemUTC();
        ApiKeys apiKeys = new ApiKeys(
                keys, new SigningKeys(keys.jwtSecret(), config.auth().rules().signingKeys()), false, clock);
        this.rest = new RestSurface(
                new RestSettings(
                        cluster.jdbcUrl(database, "authenticator", passwords.authenticator()),
                        config.api().schemas(),
                        config.api().extraSearchPath(),
                        config.api().maxRows(),
                        POOL,
                        true,
                        true,
                        RestSettings.Features.DEFAULT),
                apiKeys);
        this.authDatabase = pool(cluster, database, "supabase_auth_admin", passwords.authAdmin(), "auth");
        this.auth = new AuthSurface(authDatabase, apiKeys, config.auth(), url, mailbox, clock);
        this.mails = new MailboxSurface(mailbox);
        this.files = files;
        this.storageDatabase = pool(
                cluster, database, "supabase_storage_admin", passwords.storageAdmin(), "storage, public, extensions");
        this.storage = new StorageSurface(
                storageDatabase, apiKeys, files, config.storage().fileSizeLimit(), clock);
        this.functions = new FunctionsSurface(edgeFunctions, apiKeys);
        this.realtime = new RealtimeSurface(
                cluster.jdbcUrl(database, "authenticator", passwords.authenticator()),
                cluster.jdbcUrl(database, "supabase_replication_admin", passwords.replicationAdmin()),
                apiKeys,
                Limits.DEFAULT,
                clock);
    }

    private static HikariDataSource pool(
            PostgresCluster cluster, String database, String role, String password, String searchPath) {
        HikariConfig settings = new HikariConfig();
        settings.setPoolName(database + "-" + role);
        settings.setJdbcUrl(cluster.jdbcUrl(database, role, password));
        settings.setMaximumPoolSize(POOL);
        settings.setMinimumIdle(0);
        settings.setInitializationFailTimeout(-1);
        settings.setConnectionInitSql("set time zone 'UTC'; set search_path to " + searchPath);
        return new HikariDataSource(settings);
    }

    List<Surface> surfaces() {
        return List.of(rest, auth, storage, functions, realtime, mails);
    }

    /** Lets go of what keeps the database from being dropped; followed by {@link #reconnect()}. */
    void release() {
        realtime.pause();
    }

    /**
     * Makes the buckets of {@code config.toml}.
     *
     * @param folder the app's
     * @return why not; empty where all are there
     */
    Optional<String> makeBuckets(Path folder, ProjectConfig config) {
        return new ConfiguredBuckets(storageDatabase, files, folder.resolve("supabase"), Clock.systemUTC())
                .make(config.storage().buckets());
    }

    /** Lets go of connections to a database that was replaced by another of the same name. */
    void reconnect() {
        rest.reconnect();
        authDatabase.getHikariPoolMXBean().softEvictConnections();
        storageDatabase.getHikariPoolMXBean().softEvictConnections();
        realtime.resume();
    }

    @Override
    public void close() {
        realtime.close();
        rest.close();
        authDatabase.close();
        storageDatabase.close();
    }
}
