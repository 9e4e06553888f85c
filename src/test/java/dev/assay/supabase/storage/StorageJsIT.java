package dev.assay.supabase.storage;

import dev.assay.supabase.SupabaseFixture;
import dev.assay.supabase.SupabaseJs;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** What apps do with {@code supabase-js} and their files: each check of {@code storage-js.mjs} is a test. */
@Timeout(600)
class StorageJsIT {
    @RegisterExtension
    static final SupabaseFixture SUPABASE = new SupabaseFixture();

    private static StorageProject storage;
    private static SupabaseJs client;

    @TempDir
    static Path folder;

    @BeforeAll
    static void open() throws Exception {
        String policies = new String(
                StorageJsIT.class.getResourceAsStream("policies.sql").readAllBytes(), StandardCharsets.UTF_8);
        storage = new StorageProject(SUPABASE.open(StorageProject.app(folder.resolve("app"), policies)));
        storage.project.migrate().failure().ifPresent(failure -> {
            throw new IllegalStateException(failure.toString());
        });
        client = new SupabaseJs(
                Files.createDirectories(folder.resolve("scripts")),
                "supabase-js-2.119.0",
                "@supabase/supabase-js@2.119.0");
    }

    @AfterAll
    static void close() {
        client.close();
        storage.project.close();
    }

    @TestFactory
    Stream<DynamicTest> should_serve_supabase_js() throws Exception {
        return client.checks(
                StorageJsIT.class,
                "storage-js.mjs",
                35,
                storage.project.url(),
                storage.token("anon"),
                storage.token("service"),
                storage.token("alice"),
                storage.token("bob"));
    }
}
