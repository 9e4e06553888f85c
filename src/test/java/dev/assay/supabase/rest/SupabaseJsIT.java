package dev.assay.supabase.rest;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.assay.process.Captured;
import dev.assay.process.Command;
import dev.assay.process.Supervisor;
import dev.assay.tools.Tool;
import dev.assay.tools.Tools;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The client that apps use, of npm's making, on Node: each check of {@code supabase-js.mjs} is a test. */
@Timeout(600)
class SupabaseJsIT {
    private static final String CLIENT = "@supabase/supabase-js@2.119.0";
    private static final Path CACHE = Path.of(System.getProperty("user.home"), ".cache", "assay");

    private static final Supervisor SUPERVISOR = Supervisor.open();
    private static RestProject project;
    private static Tool node;

    @TempDir
    static Path folder;

    @BeforeAll
    static void open() throws Exception {
        project = new RestProject(Files.createDirectories(folder.resolve("app")));
        node = new Tools(CACHE, SUPERVISOR, false, new PrintStream(OutputStream.nullOutputStream(), true, UTF_8))
                .node();
        Files.createSymbolicLink(folder.resolve("node_modules"), client().resolve("node_modules"));
        try (InputStream script = SupabaseJsIT.class.getResourceAsStream("supabase-js.mjs")) {
            Files.copy(script, folder.resolve("supabase-js.mjs"));
        }
    }

    @AfterAll
    static void close() {
        SUPERVISOR.close();
        project.close();
    }

    /** The folder with the client, installed once for all runs; half an installation never gets its name. */
    private static Path client() throws IOException, InterruptedException {
        Path tests = Files.createDirectories(CACHE.resolve("tools"));
        Path place = tests.resolve("test-supabase-js-2.119.0");
        try (FileChannel channel = FileChannel.open(
                        tests.resolve("test-supabase-js.lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
                FileLock lock = channel.lock()) {
            assertThat(lock.isValid()).isTrue();
            if (!Files.isDirectory(place)) {
                Path staging = Files.createTempDirectory(tests, "supabase-js");
                Captured npm = run(
                        staging,
                        node.bin().resolve("npm").toString(),
                        "install",
                        "--prefix",
                        staging.toString(),
                        "--no-audit",
                        "--no-fund",
                        CLIENT);
                assertThat(npm.succeeded()).as(npm.err()).isTrue();
                Files.move(staging, place);
            }
        }
        return place;
    }

    private static Captured run(Path directory, String... line) throws InterruptedException {
        Map<String, String> environment = new HashMap<>(System.getenv());
        environment.put("PATH", node.bin() + ":" + environment.getOrDefault("PATH", ""));
        return SUPERVISOR.capture(new Command(
                List.of(line), directory, environment, new byte[0], Command.Timers.wall(Duration.ofMinutes(5))));
    }

    @TestFactory
    Stream<DynamicTest> should_serve_supabase_js() throws Exception {
        Captured answer = run(
                folder,
                node.program().toString(),
                "supabase-js.mjs",
                project.project.url(),
                project.token("anon"),
                project.token("service"),
                project.token("alice"));
        assertThat(answer.succeeded()).as(answer.err()).isTrue();
        List<String> checks = List.of(answer.out().strip().split("\n(?=ok |not ok )", -1));
        assertThat(checks).hasSizeGreaterThan(50);
        return checks.stream()
                .map(check -> DynamicTest.dynamicTest(
                        check.lines().findFirst().orElse("").replaceFirst("^(not )?ok ", ""),
                        () -> assertThat(check).startsWith("ok ")));
    }
}
