package dev.assay.supabase.functions;

import static org.assertj.core.api.Assertions.assertThat;

import dev.assay.supabase.SupabaseFixture;
import dev.assay.supabase.SupabaseJs;
import dev.assay.supabase.SupabaseProject;
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

/** What apps do with {@code functions.invoke}: each check of {@code functions-js.mjs} is a test. */
@Timeout(600)
class FunctionsJsIT {
    @RegisterExtension
    static final SupabaseFixture SUPABASE = new SupabaseFixture();

    private static SupabaseProject project;
    private static SupabaseJs client;

    @TempDir
    static Path folder;

    @BeforeAll
    static void open() throws Exception {
        Path app = Files.createDirectories(folder.resolve("app"));
        EdgeFunctionsIT.copy(Path.of(FunctionsJsIT.class.getResource("app").toURI()), app);
        project = SUPABASE.open(app);
        assertThat(project.migrate().failure()).isEmpty();
        client = new SupabaseJs(
                Files.createDirectories(folder.resolve("scripts")),
                "supabase-js-2.119.0",
                "@supabase/supabase-js@2.119.0");
    }

    @AfterAll
    static void close() {
        client.close();
        project.close();
    }

    @TestFactory
    Stream<DynamicTest> should_serve_functions_invoke() throws Exception {
        return client.checks(
                FunctionsJsIT.class,
                "functions-js.mjs",
                11,
                project.url(),
                project.keys().anonKey(),
                project.keys().publishableKey());
    }
}
