package dev.assay;

import static org.assertj.core.api.Assertions.assertThat;

import dev.assay.settings.Directories;
import dev.assay.settings.Settings;
import dev.assay.store.LogDatabase;
import dev.assay.store.SqlQuery;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * A project of one's own, made of what docs/own-project.md shows: Assay is an artifact on its test class path, resolved by
 * Maven from a local repository that has nothing of Assay's but the packaged jar and the pom.
 */
class OwnProjectIT {
    private static final Path PAGE = Path.of("docs", "own-project.md");

    @TempDir
    Path folder;

    private Path project;
    private Path repository;

    private record Maven(int exit, String output) {}

    @Test
    void should_run_own_experiments_and_prompts_as_the_page_shows() throws Exception {
        install();
        writeProject();

        Maven nothing = maven("-Dexperiment=guestbook", "-Dplanner=nop", "-Dimplementer=nop", "-Dverifier=nop");
        Maven prompt = maven(
                "-Dtest=AllExperiments",
                "-Dprompt=Build a todo app with Supabase.",
                "-Dplanner=recorded",
                "-Dimplementer=recorded",
                "-Dverifier=recorded",
                "-Dskip-smoke-test",
                "-Dskip-browser-test");
        assertThat(nothing.exit()).as(nothing.output()).isEqualTo(1);
        assertThat(nothing.output()).contains("guestbook nop #1: FAILED", "Tests run:");
        assertThat(prompt.exit()).as(prompt.output()).isZero();
        assertThat(prompt.output()).contains("ad-hoc recorded #1: PASSED (PARTIAL: without browser, smoke)");

        JsonNode rows = rows();
        assertThat(rows.valueStream().map(OwnProjectIT::line))
                .containsExactly("guestbook nop failed plan-invalid", "ad-hoc recorded passed ");
        assertThat(rows.at("/0/contract").asString()).doesNotContain("default");
        assertThat(rows.at("/1/contract").asString()).startsWith("default ");
        assertThat(rows.at("/1/prompt").asString()).isEqualTo("Build a todo app with Supabase.");
        assertThat(rows.at("/1/checks").asInt()).isGreaterThan(1);
        try (Stream<Path> results = Files.list(project.resolve("target/allure-results"))) {
            assertThat(results.filter(file -> file.toString().endsWith("-result.json"))
                            .map(OwnProjectIT::text)
                            .flatMap(text -> Pattern.compile("\"parentSuite\",\\s*\"value\"\\s*:\\s*\"([^\"]+)\"")
                                    .matcher(text)
                                    .results()
                                    .map(found -> found.group(1)))
                            .distinct())
                    .containsExactlyInAnyOrder("guestbook", "ad-hoc");
        }
    }

    /** The links only, for what they lead to is the user's. */
    @AfterEach
    void forget() throws IOException {
        for (Path links : List.of(repository, repository.resolve("dev"))) {
            try (Stream<Path> all = Files.list(links)) {
                for (Path link : all.filter(Files::isSymbolicLink).toList()) {
                    Files.delete(link);
                }
            }
        }
    }

    private static String line(JsonNode row) {
        return String.join(
                " ",
                row.path("experiment").asString(),
                row.path("variant").asString(),
                row.path("outcome").asString(),
                row.path("cause").asString(""));
    }

    private JsonNode rows() throws Exception {
        Settings settings = Settings.load(
                name -> Optional.ofNullable(Map.of("data-dir", data()).get(name)), folder);
        Directories directories = Directories.of(settings);
        try (LogDatabase database = LogDatabase.of(Optional.empty(), directories.data(), directories.cache())) {
            return JsonMapper.shared().readTree(new SqlQuery(database).run("""
                    select experiment, variant, outcome, cause, prompt, fingerprints->>'contract' as contract,
                           (select count(*) from orchestrator_results
                            where run_id = r.id and type = 'check' and deciding and outcome = 'passed') as checks
                    from orchestrator_runs r order by started_at
                    """).toJson());
        }
    }

    private String data() {
        return folder.resolve("data").toString();
    }

    /** A local repository beside the usual one, so that nothing of Assay's stays in that. */
    private void install() throws IOException {
        Path usual = Path.of(System.getProperty("assay.test.repository"));
        repository = folder.resolve("repository");
        linkAllBut("dev", usual, repository);
        linkAllBut("assay", usual.resolve("dev"), repository.resolve("dev"));
        String version = version();
        Path home = Files.createDirectories(
                repository.resolve("dev").resolve("assay").resolve("assay").resolve(version));
        String name = "assay-" + version;
        Files.copy(Path.of("target", name + ".jar"), home.resolve(name + ".jar"));
        Files.copy(Path.of("pom.xml"), home.resolve(name + ".pom"));
    }

    private static void linkAllBut(String own, Path usual, Path into) throws IOException {
        Files.createDirectories(into);
        if (!Files.isDirectory(usual)) {
            return;
        }
        try (Stream<Path> all = Files.list(usual)) {
            for (Path each : all.toList()) {
                if (!each.getFileName().toString().equals(own)) {
                    Files.createSymbolicLink(into.resolve(each.getFileName()), each.toAbsolutePath());
                }
            }
        }
    }

    private void writeProject() throws IOException {
        project = Files.createDirectories(folder.resolve("project"));
        String pom = shown("xml");
        assertThat(pom)
                .contains("<version>" + version() + "</version>")
                .contains("<version>" + System.getProperty("assay.test.surefire") + "</version>");
        // the plugins that this build has, and so needs not to load
        Files.writeString(
                project.resolve("pom.xml"),
                pom.replaceFirst(
                        "<plugins>", "<plugins>" + plugin("maven-compiler-plugin") + plugin("maven-resources-plugin")));
        Path sources = Files.createDirectories(project.resolve("src/test/java"));
        Files.writeString(sources.resolve("AllExperiments.java"), shown("java"));
        Path experiments = Files.createDirectories(project.resolve("experiments"));
        Files.writeString(experiments.resolve("guestbook.yaml"), shown("yaml"));
        // what a prompt's roles replay, so that an app is built and checked
        copy(Path.of("experiments/todo-auth/recording"), experiments.resolve("ad-hoc/recording"));
    }

    private static String plugin(String name) throws IOException {
        Matcher version = Pattern.compile("<artifactId>" + name + "</artifactId>\\s*<version>([^<]+)</version>")
                .matcher(Files.readString(Path.of("pom.xml")));
        assertThat(version.find()).as(name).isTrue();
        return "<plugin><artifactId>" + name + "</artifactId><version>" + version.group(1) + "</version></plugin>";
    }

    private static String version() throws IOException {
        Matcher version = Pattern.compile("<artifactId>assay</artifactId>\\s*<version>([^<]+)</version>")
                .matcher(Files.readString(Path.of("pom.xml")));
        assertThat(version.find()).isTrue();
        return version.group(1);
    }

    private static String shown(String kind) throws IOException {
        Matcher shown =
                Pattern.compile("```" + kind + "\n(.*?)```", Pattern.DOTALL).matcher(Files.readString(PAGE));
        assertThat(shown.find()).as("the page shows " + kind).isTrue();
        return shown.group(1);
    }

    private static void copy(Path from, Path to) throws IOException {
        try (Stream<Path> files = Files.walk(from)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                Path copy = to.resolve(from.relativize(file).toString());
                Files.createDirectories(copy.getParent());
                Files.copy(file, copy);
            }
        }
    }

    private static String text(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    private Maven maven(String... options) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(
                List.of("mvn", "-B", "test", "-Dmaven.repo.local=" + repository, "-Ddata-dir=" + data()));
        command.addAll(List.of(options));
        if (System.getProperty("assay.test.offline", "").endsWith("true")) {
            command.add("-o");
        }
        Path output = folder.resolve("maven.log");
        ProcessBuilder builder = new ProcessBuilder(command)
                .directory(project.toFile())
                .redirectErrorStream(true)
                .redirectOutput(output.toFile());
        builder.environment().keySet().removeIf(name -> name.startsWith("ASSAY_") || name.startsWith("MAVEN_"));
        Process process = builder.start();
        boolean ended = process.waitFor(5, TimeUnit.MINUTES);
        if (!ended) {
            process.descendants().forEach(ProcessHandle::destroyForcibly);
            process.destroyForcibly();
        }
        String text = Files.readString(output);
        assertThat(ended).as("Maven ended; it said:%n%s", text).isTrue();
        return new Maven(process.exitValue(), text);
    }
}
