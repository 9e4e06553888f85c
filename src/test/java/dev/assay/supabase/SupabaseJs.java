package dev.assay.supabase;

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
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;

/** The client that apps use, of npm's making, on Node; runs scripts that say "ok NAME" or "not ok NAME" of each check. */
public final class SupabaseJs implements AutoCloseable {
    private static final Path CACHE = Path.of(System.getProperty("user.home"), ".cache", "assay");

    private final Supervisor supervisor = Supervisor.open();
    private final Path folder;
    private final Tool node;

    /**
     * @param folder where scripts go, with {@code node_modules} beside them
     * @param packages with versions, installed once for all runs
     */
    public SupabaseJs(Path folder, String name, String... packages) throws IOException, InterruptedException {
        this.folder = folder;
        this.node = new Tools(CACHE, supervisor, false, new PrintStream(OutputStream.nullOutputStream(), true, UTF_8))
                .node();
        synchronized (SupabaseJs.class) { // a file lock keeps out other processes only
            Files.createSymbolicLink(
                    folder.resolve("node_modules"), installed(name, packages).resolve("node_modules"));
        }
    }

    public Tool node() {
        return node;
    }

    /** Half an installation never gets its name. */
    private Path installed(String name, String... packages) throws IOException, InterruptedException {
        Path tests = Files.createDirectories(CACHE.resolve("tools"));
        Path place = tests.resolve("test-" + name);
        // the file's lock is between processes; test classes of this one run side by side
        synchronized (SupabaseJs.class) {
            install(tests, place, name, packages);
        }
        return place;
    }

    private void install(Path tests, Path place, String name, String... packages)
            throws IOException, InterruptedException {
        try (FileChannel channel = FileChannel.open(
                        tests.resolve("test-" + name + ".lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
                FileLock lock = channel.lock()) {
            assertThat(lock.isValid()).isTrue();
            if (!Files.isDirectory(place)) {
                Path staging = Files.createTempDirectory(tests, "test-npm");
                List<String> line = new ArrayList<>(List.of(
                        node.bin().resolve("npm").toString(),
                        "install",
                        "--prefix",
                        staging.toString(),
                        "--no-audit",
                        "--no-fund"));
                line.addAll(List.of(packages));
                Captured npm = run(staging, Map.of(), line.toArray(String[]::new));
                assertThat(npm.succeeded()).as(npm.err()).isTrue();
                Files.move(staging, place);
            }
        }
    }

    /** Runs a program with Node on its PATH. */
    public Captured run(Path directory, Map<String, String> more, String... line) throws InterruptedException {
        Map<String, String> environment = new HashMap<>(System.getenv());
        environment.put("PATH", node.bin() + ":" + environment.getOrDefault("PATH", ""));
        environment.putAll(more);
        return supervisor.capture(new Command(
                List.of(line), directory, environment, new byte[0], Command.Timers.wall(Duration.ofMinutes(5))));
    }

    /** Runs a script that lies beside a test class; each of its checks becomes a test. */
    public Stream<DynamicTest> checks(Class<?> test, String script, int atLeast, String... arguments) throws Exception {
        try (InputStream source = test.getResourceAsStream(script)) {
            Files.copy(source, folder.resolve(script));
        }
        List<String> line = new ArrayList<>(List.of(node.program().toString(), script));
        line.addAll(List.of(arguments));
        Captured answer = run(folder, Map.of(), line.toArray(String[]::new));
        assertThat(answer.succeeded()).as(answer.err()).isTrue();
        List<String> checks = List.of(answer.out().strip().split("\n(?=ok |not ok )", -1));
        assertThat(checks).hasSizeGreaterThanOrEqualTo(atLeast);
        return checks.stream()
                .map(check -> DynamicTest.dynamicTest(
                        check.lines().findFirst().orElse("").replaceFirst("^(not )?ok ", ""),
                        () -> assertThat(check).startsWith("ok ")));
    }

    @Override
    public void close() {
        supervisor.close();
    }
}
