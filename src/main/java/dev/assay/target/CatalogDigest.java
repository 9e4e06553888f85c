package dev.assay.target;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.HexFormat;

/** A hash of what the catalog says of an app's schemas: the same for two databases that look alike, whatever rows they
 * hold. */
final class CatalogDigest {
    private CatalogDigest() {}

    /**
     * @param jdbcUrl as a role that may read the catalog
     * @throws TargetUnavailable where the database does not answer
     */
    static String of(String jdbcUrl) {
        try (Connection connection = DriverManager.getConnection(jdbcUrl);
                Statement statement = connection.createStatement()) {
            // names are written in full only outside the search path
            statement.execute("set search_path = pg_catalog");
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            try (ResultSet rows = statement.executeQuery(query())) {
                while (rows.next()) {
                    digest.update(rows.getString(1).getBytes(StandardCharsets.UTF_8));
                    digest.update((byte) '\n');
                }
            }
            return HexFormat.of().formatHex(digest.digest());
        } catch (SQLException e) {
            throw new TargetUnavailable("The target's catalog cannot be read: " + e.getMessage(), e);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e); // every JVM has it
        }
    }

    private static String query() {
        try (InputStream in = CatalogDigest.class.getResourceAsStream("catalog.sql")) {
            if (in == null) {
                throw new IllegalStateException("catalog.sql is missing from the class path; build Assay again");
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new IllegalStateException("catalog.sql cannot be read from the class path", e);
        }
    }
}
