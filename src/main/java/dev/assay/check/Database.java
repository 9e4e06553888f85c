package dev.assay.check;

import dev.assay.target.Target;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Properties;

/** A connection to the app's database, as service. */
public final class Database {
    private Database() {}

    /**
     * Connects as the owner of the migrations.
     *
     * @throws CheckError when the database does not answer
     */
    public static Connection open(Target target) {
        Properties properties = new Properties();
        properties.setProperty("prepareThreshold", "0"); // a pooler in transaction mode keeps no prepared statement
        properties.setProperty("connectTimeout", "10");
        properties.setProperty("socketTimeout", "60");
        try {
            Connection connection = DriverManager.getConnection(target.jdbcUrl(), properties);
            try (Statement statement = connection.createStatement()) {
                // an app's trigger or constraint must not hold us for ever
                statement.execute("SET statement_timeout = '20s'");
                statement.execute("SET lock_timeout = '10s'");
            } catch (SQLException e) {
                connection.close();
                throw e;
            }
            return connection;
        } catch (SQLException e) {
            throw new CheckError("The target's database does not answer: " + e.getMessage(), e);
        }
    }
}
