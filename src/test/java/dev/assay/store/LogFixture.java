package dev.assay.store;

import dev.assay.postgres.PostgresCluster;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/** A real PostgreSQL for a test class, and databases in it. */
final class LogFixture implements BeforeAllCallback, AfterAllCallback {
    private PostgresCluster cluster;

    @Override
    public void beforeAll(ExtensionContext context) throws InterruptedException {
        Path cache = Path.of(System.getProperty("user.home"), ".cache", "assay");
        cluster = PostgresCluster.start(PostgresCluster.Options.empty(cache));
    }

    @Override
    public void afterAll(ExtensionContext context) {
        cluster.close();
    }

    /** The URL of a new, empty database. */
    String newDatabase() {
        String name = "log_" + UUID.randomUUID().toString().replace("-", "");
        cluster.createDatabase(name, "template0", cluster.superuser());
        return cluster.jdbcUrl(name, cluster.superuser(), cluster.superuserPassword());
    }

    PostgresCluster cluster() {
        return cluster;
    }

    static void execute(String url, String sql) throws SQLException {
        try (Connection connection = DriverManager.getConnection(url);
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    /** The rows, each as its columns joined by a bar. */
    static List<String> rows(String url, String sql) throws SQLException {
        try (Connection connection = DriverManager.getConnection(url);
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(sql)) {
            List<String> all = new ArrayList<>();
            while (rows.next()) {
                List<String> row = new ArrayList<>();
                for (int i = 1; i <= rows.getMetaData().getColumnCount(); i++) {
                    row.add(String.valueOf(rows.getString(i)));
                }
                all.add(String.join("|", row));
            }
            return all;
        }
    }
}
