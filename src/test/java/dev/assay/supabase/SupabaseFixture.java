package dev.assay.supabase;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/** An embedded Supabase for one test class, started by the first test that opens a project. */
public final class SupabaseFixture implements AfterAllCallback {
    private @Nullable EmbeddedSupabase supabase;

    public synchronized EmbeddedSupabase supabase() throws InterruptedException {
        if (supabase == null) {
            supabase = EmbeddedSupabase.start(Path.of(System.getProperty("user.home"), ".cache", "assay"));
        }
        return supabase;
    }

    public SupabaseProject open(Path folder) throws InterruptedException {
        return supabase().open(folder, EmbeddedSupabase.Identity.OWN);
    }

    /** Writes {@code supabase/config.toml} and opens the project. */
    public SupabaseProject open(Path folder, String config) throws IOException, InterruptedException {
        Files.createDirectories(folder.resolve("supabase"));
        Files.writeString(folder.resolve("supabase/config.toml"), config);
        return open(folder);
    }

    /** The first value of the first row, as text. */
    public static String value(String jdbcUrl, String... statements) throws SQLException {
        try (Connection connection = DriverManager.getConnection(jdbcUrl);
                Statement statement = connection.createStatement()) {
            for (int i = 0; i < statements.length - 1; i++) {
                statement.execute(statements[i]);
            }
            if (!statement.execute(statements[statements.length - 1])) {
                return "";
            }
            var rows = statement.getResultSet();
            return rows.next() ? String.valueOf(rows.getString(1)) : "";
        }
    }

    @Override
    public synchronized void afterAll(ExtensionContext context) {
        if (supabase != null) {
            supabase.close();
            supabase = null; // a failed test of the class may be tried again
        }
    }
}
