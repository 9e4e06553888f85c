package dev.assay.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.assay.TinyExperiment;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.jar.JarFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The jar that runs alone, as it is packaged. */
class AssayJarIT {
    private static final Path JAR = Path.of("target", "assay.jar").toAbsolutePath();

    @TempDir
    Path directory;

    private record Ended(int exit, String output) {}

    @Test
    void should_exit_2_and_list_the_experiments_after_a_typo() throws Exception {
        Files.createDirectories(directory.resolve("experiments"));
        Files.writeString(directory.resolve("experiments/todo-auth.yaml"), "title: Todo\nprompt: Build it.\n");

        Ended ended = assay("run", "todo-aut");

        assertThat(ended.exit()).isEqualTo(2);
        assertThat(ended.output()).contains("No experiment named 'todo-aut'").contains("todo-auth");
    }

    @Test
    void should_exit_2_with_one_line_after_a_wrong_option() throws Exception {
        Ended ended = assay("run", "todo-auth", "--implementr", "nop");

        assertThat(ended.exit()).isEqualTo(2);
        assertThat(ended.output().lines()).singleElement().asString().contains("--implementer");
    }

    @Test
    void should_serve_a_supabase_until_it_is_ended() throws Exception {
        Path migrations = Files.createDirectories(directory.resolve("supabase/migrations"));
        Files.writeString(
                migrations.resolve("20260101000000_notes.sql"),
                "create table notes (id int primary key); insert into notes values (7);");
        Process process = new ProcessBuilder(command("supabase", "--own-keys", "--json"))
                .directory(directory.toFile())
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        try {
            JsonNode facts = JsonMapper.shared().readTree(process.inputReader().readLine());
            HttpRequest request = HttpRequest.newBuilder(
                            URI.create(facts.get("API_URL").stringValue() + "/rest/v1/notes"))
                    .header("apikey", facts.get("SECRET_KEY").stringValue())
                    .build();
            assertThat(HttpClient.newHttpClient()
                            .send(request, HttpResponse.BodyHandlers.ofString())
                            .body())
                    .isEqualTo("[{\"id\":7}]");
        } finally {
            process.destroy();
        }
        assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void should_say_what_runs_need_and_end_as_a_run_would() throws Exception {
        Files.createDirectories(directory.resolve("experiments"));
        Files.writeString(directory.resolve("experiments/maps.yaml"), """
                title: Maps
                prompt: Build a map.
                requires: { extensions: [postgis] }
                contract:
                  tables: { places: { match: "place*", access: public-read } }
                """);

        Ended ready = assay("preflight", "--json", "--prompt", "Build a guestbook", "--data-dir", "data");
        Ended lacking = assay("preflight", "maps", "--data-dir", "data", "--explain");

        assertThat(ready.exit()).as(ready.output()).isZero();
        JsonNode json = JsonMapper.shared().readTree(ready.output());
        assertThat(json.path("ready").booleanValue()).isTrue();
        assertThat(json.path("items")
                        .valueStream()
                        .map(item -> item.path("name").stringValue()))
                .contains("Node", "Chromium", "bubblewrap", "ffmpeg", "Deno", "store", "target embedded");
        assertThat(json.path("agents")
                        .valueStream()
                        .map(item -> item.path("tool").stringValue()))
                .contains("claude");
        assertThat(lacking.exit()).as(lacking.output()).isEqualTo(3);
        assertThat(lacking.output())
                .contains("requires postgis, which the embedded target cannot have")
                .contains("Not ready: a run would be aborted")
                .containsPattern("data-dir = data +\\[--data-dir]");
    }

    @Test
    void should_end_with_130_leave_no_process_and_mark_the_run_when_it_is_interrupted() throws Exception {
        TinyExperiment.write(directory.resolve("experiments"), "slow", "sleep 4321");
        Path output = directory.resolve("interrupted");
        Process process = new ProcessBuilder(command("run", "slow", "--data-dir", "data"))
                .directory(directory.toFile())
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        List<ProcessHandle> started;
        try {
            await().atMost(Duration.ofMinutes(3)).until(() -> sleeps(process) || !process.isAlive());
            assertThat(process.isAlive()).as(Files.readString(output)).isTrue();
            assumeTrue(heedsInterrupts(process), "the tests were started by a shell that ignores Ctrl-C");
            started = process.descendants().toList();

            new ProcessBuilder("kill", "-INT", String.valueOf(process.pid()))
                    .start()
                    .waitFor();

            assertThat(process.waitFor(1, TimeUnit.MINUTES)).isTrue();
        } finally {
            process.destroyForcibly();
        }
        assertThat(process.exitValue()).as(Files.readString(output)).isEqualTo(130);
        assertThat(Files.readString(output)).contains("ABORTED interrupted");
        await().atMost(Duration.ofMinutes(1))
                .untilAsserted(() -> assertThat(started).noneMatch(ProcessHandle::isAlive));
        Ended sql = assay("sql", "--data-dir", "data", "SELECT status, outcome, cause FROM orchestrator_runs");
        assertThat(sql.output()).containsPattern("interrupted\\W+aborted\\W+interrupted");
    }

    private static boolean sleeps(Process process) {
        return process.descendants()
                .anyMatch(child -> child.info().commandLine().orElse("").contains("sleep 4321"));
    }

    /** Whoever starts a program in the background may have it ignore SIGINT, and Java leaves it at that. */
    private static boolean heedsInterrupts(Process process) throws IOException {
        return Files.readAllLines(Path.of("/proc", String.valueOf(process.pid()), "status")).stream()
                .filter(line -> line.startsWith("SigIgn:"))
                .map(line -> Long.parseUnsignedLong(
                        line.substring("SigIgn:".length()).strip(), 16))
                .allMatch(ignored -> (ignored & 2) == 0);
    }

    @Test
    void should_tell_programs_what_came_of_a_prompt_and_list_it() throws Exception {
        Ended ran = output(
                "run",
                "Build a guestbook with Supabase",
                "--planner=nop",
                "--implementer=nop",
                "--verifier=nop",
                "--json",
                "--data-dir=data");

        assertThat(ran.exit()).isEqualTo(1);
        JsonNode json = JsonMapper.shared().readTree(ran.output());
        assertThat(json.path("exit_code").asInt()).isEqualTo(1);
        JsonNode run = json.at("/runs/0");
        assertThat(run.path("experiment").asString()).isEqualTo("ad-hoc");
        assertThat(run.path("contract").asString()).isEqualTo("default");
        assertThat(run.path("outcome").asString()).isEqualTo("failed");
        assertThat(run.path("cause").asString()).isEqualTo("plan-invalid");
        assertThat(json.path("messages").size()).isZero();

        Ended listed = output("runs", "--outcome=failed", "--json", "--data-dir=data");
        Ended shown = output("runs", "--data-dir=data");

        assertThat(listed.exit()).isZero();
        JsonNode row = JsonMapper.shared().readTree(listed.output()).path(0);
        assertThat(row.path("id").asString()).isEqualTo(run.path("id").asString());
        assertThat(row.path("prompt").isMissingNode()).isTrue();
        assertThat(shown.output().lines())
                .first()
                .asString()
                .startsWith(row.path("short_id").asString() + "  failed       ad-hoc nop #1");
        assertThat(shown.output()).contains("plan-invalid").doesNotContain("\u001b");
    }

    @Test
    void should_know_its_version() throws Exception {
        Ended ended = assay("--version");

        assertThat(ended.exit()).isZero();
        assertThat(ended.output()).startsWith("assay ").doesNotContain("not packaged");
    }

    @Test
    void should_hold_services_of_all_libraries_and_signatures_of_none() throws IOException {
        try (JarFile jar = new JarFile(JAR.toFile())) {
            assertThat(jar.getEntry("META-INF/services/org.junit.platform.engine.TestEngine"))
                    .isNotNull();
            assertThat(jar.getEntry("META-INF/services/java.sql.Driver")).isNotNull();
            assertThat(jar.stream().map(entry -> entry.getName()))
                    .noneMatch(name -> name.matches("META-INF/[^/]+\\.(SF|RSA|DSA)"));
            assertThat(jar.getManifest().getMainAttributes().getValue("Main-Class"))
                    .isEqualTo(Main.class.getName());
        }
    }

    private static List<String> command(String... arguments) {
        List<String> command = new ArrayList<>(
                List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-jar", JAR.toString()));
        command.addAll(List.of(arguments));
        return command;
    }

    private Ended assay(String... arguments) throws IOException, InterruptedException {
        return ended(new ProcessBuilder(command(arguments)).redirectErrorStream(true));
    }

    /** The standard output alone. */
    private Ended output(String... arguments) throws IOException, InterruptedException {
        return ended(new ProcessBuilder(command(arguments)).redirectError(ProcessBuilder.Redirect.DISCARD));
    }

    private Ended ended(ProcessBuilder builder) throws IOException, InterruptedException {
        Path output = directory.resolve("output");
        Process process = builder.directory(directory.toFile())
                .redirectOutput(output.toFile())
                .start();
        boolean ended = process.waitFor(3, TimeUnit.MINUTES);
        if (!ended) {
            process.destroyForcibly();
        }
        assertThat(ended).as("the command ended").isTrue();
        return new Ended(process.exitValue(), Files.readString(output));
    }
}
