package dev.assay.supabase.project;

import dev.assay.postgres.PostgresCluster;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.HexFormat;
import java.util.List;

/**
 * The database that every project starts as a copy of: Supabase's roles, schemas, functions and default privileges, as
 * an app and its migrations expect them. The cluster's superuser is {@link #SUPERUSER}; {@code postgres}, which
 * migrations run as, is none.
 */
public final class TemplateDatabase implements PostgresCluster.Initializer {
    public static final String NAME = "supabase_template";
    public static final String SUPERUSER = "supabase_admin";
    /** Owns each project's database and runs its migrations. */
    public static final String OWNER = "postgres";

    private static final String ROLES = "1-roles.sql";
    private static final List<String> PARTS = List.of(
            "2-extensions.sql", "3-auth.sql", "4-storage.sql", "5-realtime.sql", "6-guards.sql", "7-grants.sql");

    /** What stands for the template's content: a hash of all its SQL. */
    public String key() {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            digest.update(resource(ROLES).getBytes(StandardCharsets.UTF_8));
            for (String part : PARTS) {
                digest.update(resource(part).getBytes(StandardCharsets.UTF_8));
            }
            digest.update(CLOSING.toString().getBytes(StandardCharsets.UTF_8));
            return "supabase-" + HexFormat.of().formatHex(digest.digest(), 0, 8);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e); // every JVM has it
        }
    }

    /** Nobody works in these databases; a connection to the template would keep it from being copied. */
    private static final List<String> CLOSING = List.of(
            "alter database " + NAME + " with allow_connections false",
            "revoke connect on database postgres from public",
            "revoke connect on database template1 from public");

    @Override
    public void initialize(String superuserUrl) throws SQLException {
        try (Connection connection = DriverManager.getConnection(superuserUrl);
                Statement statement = connection.createStatement()) {
            run(statement, ROLES);
            statement.execute("create database " + NAME + " template template0");
            String url = superuserUrl.replaceFirst("/postgres\\?", "/" + NAME + "?");
            try (Connection template = DriverManager.getConnection(url);
                    Statement inTemplate = template.createStatement()) {
                for (String part : PARTS) {
                    run(inTemplate, part);
                }
            }
            for (String sql : CLOSING) {
                statement.execute(sql);
            }
        }
    }

    private static void run(Statement statement, String name) throws SQLException {
        statement.setEscapeProcessing(false);
        for (SqlStatement part : SqlSplitter.split(resource(name))) {
            try {
                statement.execute(part.text());
            } catch (SQLException e) {
                throw new SQLException(
                        "The template's " + name + ", line " + part.line() + ": " + e.getMessage(), e.getSQLState(), e);
            }
        }
    }

    private static String resource(String name) {
        try (InputStream in = TemplateDatabase.class.getResourceAsStream(name)) {
            if (in == null) {
                throw new IllegalStateException(name + " is missing from the class path; build Assay again");
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new IllegalStateException(name + " cannot be read from the class path", e);
        }
    }
}
