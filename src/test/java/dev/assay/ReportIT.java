package dev.assay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.assay.experiment.Experiment;
import dev.assay.experiment.ExperimentFiles;
import dev.assay.experiment.Overrides;
import dev.assay.report.stored.RunFormat;
import dev.assay.run.ExperimentRun;
import dev.assay.run.TestTree;
import dev.assay.settings.Directories;
import dev.assay.settings.Settings;
import dev.assay.store.ArchivedRun;
import dev.assay.store.LogDatabase;
import dev.assay.store.RunArchive;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The report that {@code mvn -Preport} makes of what three commands left: its data, not its looks. */
class ReportIT {
    private static final JsonMapper JSON = new JsonMapper();

    @TempDir
    Path folder;

    @Test
    void should_show_three_commands_as_one_history_and_fold_attempts_but_no_repetitions() throws Exception {
        String nothing = command(Map.of("implementer", "nop"), 1);
        command(Map.of("implementer", "nop"), 1);
        command(Map.of(), 1, 2);

        assertThat(nothing)
                .endsWith(
                        "report: the results for Allure are in target/allure-results; allure generate makes a report of"
                                + " them\n");
        everyForm();
        Path report = report();

        // the nop variant stays beside the two repetitions of the other, in the order of the run
        JsonNode experiment = data(report, "data/suites.json").at("/children/0");
        assertThat(experiment.get("name").asString()).isEqualTo("todo-auth");
        assertThat(names(experiment)).hasSize(3).contains("recorded #1", "recorded #2");
        JsonNode run = child(experiment, "recorded #1");
        assertThat(names(run))
                .startsWith("0 run", "1 plan", "2.1 Set the project up", "2.2 Create the todos table")
                .endsWith("5 evaluation");
        JsonNode recovered = child(child(run, "2.2"), "rls · todos · user B · recovered at attempt 2");
        assertThat(recovered.get("status").asString()).isEqualTo("passed");
        assertThat(recovered.get("retriesCount").asInt()).isOne();
        assertThat(child(child(run, "0 run"), "run").get("retriesCount").asInt())
                .isZero();
        assertThat(child(child(run, "5 evaluation"), "rls · todos · user B")
                        .get("retriesCount")
                        .asInt())
                .isZero();

        JsonNode detail = data(report, "data/test-cases/" + recovered.get("uid").asString() + ".json");
        assertThat(detail.at("/statusMessage").asString())
                .startsWith("recovered at attempt 2 · attempt 1: user B can select a row of todos");
        assertThat(detail.at("/extra/retries/0/status").asString()).isEqualTo("skipped");
        assertThat(detail.at("/extra/retries/0/statusDetails").asString()).startsWith("superseded: user B can select");
        String requests = detail.findValues("source").get(0).asString();
        assertThat(report.resolve("data/attachments").resolve(requests)).isNotEmptyFile();

        assertThat(names(data(report, "data/categories.json")))
                .contains("Recovered at a later attempt", "Agent: the app does not do what the contract asks");
        JsonNode trend = data(report, "widgets/history-trend.json");
        assertThat(trend.valueStream().map(point -> point.path("buildOrder").asInt()))
                .containsExactly(3, 2, 1);
        assertThat(trend.at("/0/data/total").asInt())
                .isGreaterThan(trend.at("/1/data/total").asInt());
        JsonNode failed = child(child(experiment, "recorded+nop"), "0 run").at("/children/0");
        assertThat(data(report, "data/test-cases/" + failed.get("uid").asString() + ".json")
                        .at("/extra/history/statistic/failed")
                        .asInt())
                .isEqualTo(2);

        assertThat(data(report, "widgets/executors.json").at("/0/buildName").asString())
                .startsWith("#3 · ");
        assertThat(data(report, "widgets/environment.json").findValues("name").stream()
                        .map(JsonNode::asString))
                .contains("Agents", "Target");
        assertThat(Files.readString(report.resolve("index.html"))).doesNotContain("src=\"http");
    }

    /** What one command does: opens the house, runs each repetition, and closes it. */
    private String command(Map<String, String> given, int... repetitions) throws Exception {
        Settings settings = settings(given);
        ByteArrayOutputStream console = new ByteArrayOutputStream();
        try (PrintStream out = new PrintStream(console, true, StandardCharsets.UTF_8);
                Assay assay = Assay.open(settings, out)) {
            ExperimentFiles files = ExperimentFiles.in(Path.of("experiments").toAbsolutePath());
            Experiment experiment =
                    Overrides.apply(files.read(files.select("todo-auth").get(0)), settings);
            for (int repetition : repetitions) {
                ExperimentRun run = assay.start(
                        experiment,
                        experiment.variants().get(0),
                        repetition,
                        "[engine:assay]/[run:" + repetition + "]");
                try {
                    run.run(new TestTree());
                } finally {
                    run.finish();
                }
            }
        }
        String text = console.toString(StandardCharsets.UTF_8);
        System.out.println(text);
        return text;
    }

    private Settings settings(Map<String, String> given) {
        Map<String, String> options = new HashMap<>(given);
        options.put("data-dir", folder.resolve("data").toString());
        options.put("skip-smoke-test", "true");
        options.put("skip-browser-test", "true");
        options.putIfAbsent("implementer", "recorded");
        options.put("planner", "recorded");
        options.put("verifier", "recorded");
        return Settings.load(name -> Optional.ofNullable(options.get(name)), folder);
    }

    /** The last run, read from the log database and written in each form. */
    private void everyForm() throws Exception {
        Directories directories = Directories.of(settings(Map.of()));
        try (LogDatabase database = LogDatabase.of(Optional.empty(), directories.data(), directories.cache())) {
            RunArchive archive = new RunArchive(database);
            ArchivedRun run = archive.read("latest");
            assertThat(run.title()).isEqualTo("todo-auth recorded #2");
            assertThat(archive.read(run.id().substring(0, run.id().length() - 1))
                            .id())
                    .isEqualTo(run.id());
            assertThatThrownBy(() -> archive.read("2"))
                    .hasMessageContaining("several runs")
                    .hasMessageContaining(run.id());
            assertThatThrownBy(() -> archive.read("none")).hasMessageContaining(run.id());
            for (RunFormat format : RunFormat.values()) {
                Path file = folder.resolve("run." + format.ending());
                try (Writer out = Files.newBufferedWriter(file)) {
                    format.document().write(run, to -> archive.events(run.id(), to), out);
                }
                assertThat(file).content().contains("user B");
            }
        }
        assertThat(data(folder, "run.json").path("events").size()).isGreaterThan(50);
        assertThat(folder.resolve("run.md"))
                .content()
                .startsWith("# todo-auth recorded \\#2: passed \\(PARTIAL\\)")
                .contains("| build › Create the todos table › attempt 1 › rls | todos · user B | superseded |");
        assertThat(data(folder, "run.ctrf.json").at("/results/summary/flaky").asInt())
                .isGreaterThan(3);
    }

    /** The data files, which the one-file form holds inside. */
    private Path report() throws Exception {
        Path report = folder.resolve("report");
        List<String> command = new ArrayList<>(List.of(
                "mvn",
                "-B",
                "-q",
                "-Preport",
                "-Dreport.results=" + folder.resolve("target/allure-results"),
                "-Dreport.directory=" + report,
                "-Dreport.form=",
                "-Dmaven.repo.local=" + System.getProperty("assay.test.repository")));
        if (System.getProperty("assay.test.offline", "").endsWith("true")) {
            command.add("-o");
        }
        Path output = folder.resolve("maven.log");
        ProcessBuilder builder =
                new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(output.toFile());
        builder.environment().keySet().removeIf(name -> name.startsWith("MAVEN_"));
        Process process = builder.start();
        boolean ended = process.waitFor(5, TimeUnit.MINUTES);
        if (!ended) {
            process.descendants().forEach(ProcessHandle::destroyForcibly);
            process.destroyForcibly();
        }
        assertThat(ended && process.exitValue() == 0)
                .as("the report is made; Maven said:%n%s", Files.readString(output))
                .isTrue();
        return report;
    }

    private static JsonNode data(Path report, String name) {
        return JSON.readTree(report.resolve(name));
    }

    private static List<String> names(JsonNode node) {
        return children(node).map(child -> child.get("name").asString()).toList();
    }

    private static JsonNode child(JsonNode node, String start) {
        return children(node)
                .filter(child -> child.get("name").asString().startsWith(start))
                .findFirst()
                .orElseThrow(() -> new AssertionError("nothing in " + names(node) + " begins with " + start));
    }

    private static Stream<JsonNode> children(JsonNode node) {
        return node.path("children").valueStream();
    }
}
