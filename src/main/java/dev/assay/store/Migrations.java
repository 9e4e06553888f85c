package dev.assay.store;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import javax.sql.DataSource;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.FlywayException;

/**
 * Brings a database to the newest schema, with Flyway. The statements can be applied twice, so a database into which
 * {@code migration.sql} was pasted is fine.
 */
final class Migrations {
    /** All files of {@code db/migration}, in order; {@code migration.sql} at the top of the repository joins them. */
    static final List<String> FILES =
            List.of("V1__orchestrator.sql", "V2__isolation.sql", "V3__curtailed.sql", "V4__digests.sql");

    /** Apart from the tables, so that a Supabase project does not expose it. */
    private static final String HISTORY_SCHEMA = "assay_history";

    private static final String HISTORY_TABLE = "flyway_schema_history";
    /** For {@code pg_advisory_lock}: two processes at once would both create the history's schema. Spells "assay". */
    private static final long LOCK = 0x6173736179L;

    private Migrations() {}

    static void apply(Connection connection, DataSource source) throws SQLException {
        if (isNewest(connection)) {
            return; // Flyway takes half a second to say so
        }
        try (Statement statement = connection.createStatement()) {
            statement.execute("select pg_advisory_lock(" + LOCK + ")");
            try {
                Flyway.configure()
                        .dataSource(new Quiet(source))
                        .locations("classpath:db/migration")
                        .schemas(HISTORY_SCHEMA)
                        .defaultSchema(HISTORY_SCHEMA)
                        .table(HISTORY_TABLE)
                        .createSchemas(true)
                        .baselineOnMigrate(true)
                        .baselineVersion("0")
                        .load()
                        .migrate();
            } catch (FlywayException e) {
                throw new SQLException("its tables could not be made: " + e.getMessage(), e);
            } finally {
                statement.execute("select pg_advisory_unlock(" + LOCK + ")");
            }
        }
    }

    private static boolean isNewest(Connection connection) throws SQLException {
        String newest = FILES.get(FILES.size() - 1);
        try (Statement statement = connection.createStatement()) {
            try (ResultSet rows = statement.executeQuery(
                    "select to_regclass('" + HISTORY_SCHEMA + "." + HISTORY_TABLE + "') is not null")) {
                if (!rows.next() || !rows.getBoolean(1)) {
                    return false;
                }
            }
            try (ResultSet rows = statement.executeQuery("select 1 from " + HISTORY_SCHEMA + "." + HISTORY_TABLE
                    + " where success and script = '" + newest + "'")) {
                return rows.next();
            }
        }
    }

    /** Without notices: "already exists, skipping" is no news. */
    private static final class Quiet extends PlainDataSource {
        private final DataSource source;

        Quiet(DataSource source) {
            this.source = source;
        }

        @Override
        public Connection getConnection() throws SQLException {
            Connection connection = source.getConnection();
            try (Statement statement = connection.createStatement()) {
                statement.execute("set client_min_messages = warning");
                return connection;
            } catch (SQLException e) {
                connection.close();
                throw e;
            }
        }
    }
}
