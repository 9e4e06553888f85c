package dev.assay.supabase;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import dev.assay.postgres.PostgresCluster;
import dev.assay.supabase.auth.AuthSurface;
import dev.assay.supabase.auth.Mailbox;
import dev.assay.supabase.project.ProjectConfig;
import dev.assay.supabase.rest.RestSettings;
import dev.assay.supabase.rest.RestSurface;
import java.time.Clock;
import java.util.List;
import java.util.function.Supplier;

/** The surfaces of a project as one {@code config.toml} sets them up, with the connections that they use. */
final class ProjectApi implements AutoCloseable {
    private static final int POOL = 16;

    private final RestSurface rest;
    private final HikariDataSource authDatabase;
    private final AuthSurface auth;

    /**
     * @param database the project's
     * @param url the gateway's, once it listens
     * @param mailbox takes the project's mails
     */
    ProjectApi(
            PostgresCluster cluster,
            String database,
            ServicePasswords passwords,
            ProjectKeys keys,
            ProjectConfig config,
            Supplier<String> url,
            Mailbox mailbox) {
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
                        true,
                        RestSettings.Features.DEFAULT),
                apiKeys);
        this.authDatabase = pool(cluster, database, "supabase_auth_admin", passwords.authAdmin());
        this.auth = new AuthSurface(authDatabase, apiKeys, config.auth(), url, mailbox, clock);
    }

    private static HikariDataSource pool(PostgresCluster cluster, String database, String role, String password) {
        HikariConfig settings = new HikariConfig();
        settings.setPoolName(database + "-" + role);
        settings.setJdbcUrl(cluster.jdbcUrl(database, role, password));
        settings.setMaximumPoolSize(POOL);
        settings.setMinimumIdle(0);
        settings.setInitializationFailTimeout(-1);
        settings.setConnectionInitSql("set time zone 'UTC'");
        return new HikariDataSource(settings);
    }

    List<Surface> surfaces() {
        return List.of(rest, auth);
    }

    /** Lets go of connections to a database that was replaced by another of the same name. */
    void reconnect() {
        rest.reconnect();
        authDatabase.getHikariPoolMXBean().softEvictConnections();
    }

    @Override
    public void close() {
        rest.close();
        authDatabase.close();
    }
}
