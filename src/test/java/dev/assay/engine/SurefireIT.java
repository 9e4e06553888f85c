package dev.assay.engine;

import static java.util.stream.Collectors.joining;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import javax.tools.JavaCompiler;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.platform.launcher.Launcher;

/**
 * Experiments under a real Surefire, in a project of their own that has Assay on its class path: what Maven counts,
 * says, and ends with. The runs are scripted; the way to them is not.
 */
class SurefireIT {
    @TempDir
    Path project;

    private ExperimentFolder folder;

    private record Maven(int exit, String output) {}

    @BeforeEach
    void writeProject() throws IOException {
        folder = new ExperimentFolder(project).with("passes").with("fails").with("aborts");
        String classPath = Arrays.stream(
                        System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"))
                                .split(File.pathSeparator))
                .filter(entry -> !entry.endsWith("test-classes"))
                .map(entry -> "<element>" + entry + "</element>")
                .collect(joining("\n"));
        Files.writeString(
                project.resolve("pom.xml"),
                resource("pom.xml")
                        .replace("@surefire@", System.getProperty("assay.test.surefire"))
                        .replace("@platform@", Launcher.class.getPackage().getImplementationVersion())
                        .replace("@classpath@", classPath));
        compile("AllExperiments.java", "Assay.java");
    }

    @Test
    void should_fail_and_list_the_names_after_a_typo() throws Exception {
        Maven maven = maven("-Dexperiment=typo");

        assertThat(maven.exit()).isEqualTo(1);
        assertThat(maven.output())
                .contains("AllExperiments.typo", "aborts, fails, passes")
                .doesNotContain("started");
    }

    @Test
    void should_fail_with_file_and_line_of_an_invalid_file_and_run_the_others() throws Exception {
        folder.withInvalid("broken");

        Maven maven = maven("-Dexperiment=broken,passes");

        assertThat(maven.exit()).isEqualTo(1);
        assertThat(maven.output())
                .contains("broken.yaml:2", "Tests run: 7, Failures: 0, Errors: 1, Skipped: 3")
                .contains("[experiment:passes]");
    }

    @Test
    void should_fail_and_name_the_whole_path_of_a_failed_check() throws Exception {
        Maven maven = maven("-Dexperiment=fails");

        assertThat(maven.exit()).isEqualTo(1);
        assertThat(maven.output())
                .contains("Tests run: 6, Failures: 1, Errors: 0, Skipped: 3")
                .containsPattern("fails \\S+ #1 evaluation rls anon reads nothing")
                .contains("anon reads todos", "closed");
    }

    @Test
    void should_fail_and_say_aborted_and_why() throws Exception {
        Maven maven = maven("-Dexperiment=aborts");

        assertThat(maven.exit()).isEqualTo(1);
        assertThat(maven.output())
                .containsPattern("aborts \\S+ #1 » RunAborted ABORTED target-unavailable: the gateway does not answer")
                .contains("closed");
    }

    @Test
    void should_succeed_when_all_pass() throws Exception {
        Maven maven = maven("-Dexperiment=passes");

        assertThat(maven.exit()).isZero();
        assertThat(maven.output())
                .contains("started [engine:assay]/[class:example.AllExperiments]/[experiment:passes]", "closed");
    }

    private Maven maven(String... arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of("mvn", "-o", "-B", "surefire:test"));
        command.addAll(List.of(arguments));
        Path output = project.resolve("maven.log");
        ProcessBuilder builder = new ProcessBuilder(command)
                .directory(project.toFile())
                .redirectErrorStream(true)
                .redirectOutput(output.toFile());
        builder.environment().keySet().removeIf(name -> name.startsWith("ASSAY_") || name.startsWith("MAVEN_"));
        Process process = builder.start();
        boolean ended = process.waitFor(3, TimeUnit.MINUTES);
        if (!ended) {
            process.descendants().forEach(ProcessHandle::destroyForcibly);
            process.destroyForcibly();
        }
        String text = Files.readString(output);
        assertThat(ended).as("Maven ended; it said:%n%s", text).isTrue();
        return new Maven(process.exitValue(), text);
    }

    private void compile(String... sources) throws IOException {
        List<String> arguments = new ArrayList<>(List.of(
                "-proc:none",
                "-cp",
                System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
                "-d",
                project.resolve("target/test-classes").toString()));
        for (String source : sources) {
            Path file = project.resolve(source);
            Files.writeString(file, resource("src/" + source));
            arguments.add(file.toString());
        }
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        ByteArrayOutputStream said = new ByteArrayOutputStream();
        assertThat(compiler.run(null, null, said, arguments.toArray(String[]::new)))
                .as(() -> said.toString(StandardCharsets.UTF_8))
                .isZero();
    }

    private static String resource(String name) throws IOException {
        try (InputStream in = SurefireIT.class.getResourceAsStream("/surefire-project/" + name)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}
