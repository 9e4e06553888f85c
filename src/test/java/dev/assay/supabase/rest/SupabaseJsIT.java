package dev.assay.supabase.rest;

import dev.assay.supabase.SupabaseJs;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** REST as the real supabase-js calls it: each check of {@code supabase-js.mjs} is a test. */
@Timeout(600)
class SupabaseJsIT {
    private static RestProject project;
    private static SupabaseJs client;

    @TempDir
    static Path folder;

    @BeforeAll
    static void open() throws Exception {
        project = new RestProject(Files.createDirectories(folder.resolve("app")));
        client = new SupabaseJs(folder, "supabase-js-2.119.0", "@supabase/supabase-js@2.119.0");
    }

    @AfterAll
    static void close() {
        client.close();
        project.close();
    }

    @TestFactory
    Stream<DynamicTest> should_serve_supabase_js() throws Exception {
        return client.checks(
                SupabaseJsIT.class,
                "supabase-js.mjs",
                51,
                project.project.url(),
                project.token("anon"),
                project.token("service"),
                project.token("alice"));
    }
}
