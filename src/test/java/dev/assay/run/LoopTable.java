package dev.assay.run;

import static org.junit.platform.engine.discovery.DiscoverySelectors.selectDirectory;

import dev.assay.check.LayerKind;
import dev.assay.engine.AssayTestEngine;
import dev.assay.experiment.Experiment;
import dev.assay.experiment.Variant;
import dev.assay.postgres.PostgresCluster;
import dev.assay.report.AllureReport;
import dev.assay.store.LogDatabase;
import dev.assay.store.RunStore;
import dev.assay.store.SqlQuery;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.testkit.engine.EngineTestKit;
import org.junit.platform.testkit.engine.Event;
import org.junit.platform.testkit.engine.EventType;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Runs of scripted agents below the real engine, with a real log database and Allure's results, and what the three say of
 * each leaf.
 */
final class LoopTable implements AutoCloseable {
    private static final Pattern SEGMENT = Pattern.compile("\\[(\\w+):([^]]*)]");
    private static final JsonMapper JSON = new JsonMapper();

    private final PostgresCluster cluster;
    private final LogDatabase database;
    private final RunStore store;
    private final AtomicInteger runs = new AtomicInteger();

    private LoopTable(PostgresCluster cluster) {
        this.cluster = cluster;
        String name = "log_" + UUID.randomUUID().toString().replace("-", "");
        cluster.createDatabase(name, "template0", cluster.superuser());
        this.database = LogDatabase.at(cluster.jdbcUrl(name, cluster.superuser(), cluster.superuserPassword()));
        this.store = new RunStore(database, System.out, Clock.systemUTC());
    }

    static LoopTable open() throws InterruptedException {
        return new LoopTable(PostgresCluster.start(
                PostgresCluster.Options.empty(Path.of(System.getProperty("user.home"), ".cache", "assay"))));
    }

    @Override
    public void close() {
        store.close();
        database.close();
        cluster.close();
    }

    /**
     * What a run left.
     *
     * @param text its rows: the run, its leaves in order, its calls in order
     * @param disagreements leaves of which the tree, the rows and Allure do not say the same
     */
    record Shown(String text, List<String> disagreements) {}

    /** A leaf's row. */
    private record Leaf(String uniqueId, String outcome, boolean deciding, String cause, String attempt) {
        private Stream<String[]> segments() {
            return SEGMENT.matcher(uniqueId)
                    .results()
                    .map(found -> new String[] {found.group(1), found.group(2)})
                    .dropWhile(segment -> !segment[0].equals("stage"));
        }

        String path() {
            return segments().map(segment -> segment[1]).collect(Collectors.joining("/"));
        }

        /** Its identity in Allure, where attempts are retries of one test. */
        String place() {
            return segments()
                    .filter(segment -> !segment[0].equals("attempt"))
                    .map(segment -> segment[1])
                    .collect(Collectors.joining("/"));
        }

        String line() {
            return path() + " " + outcome + (cause.isEmpty() ? "" : " " + cause) + (deciding ? "!" : "");
        }

        /** Of the checks that pass in every run, and of layers that no contract names, nothing is shown. */
        boolean telling() {
            boolean usual = path().matches(".*/(ok|apply)") && outcome.equals("passed");
            return !usual && !path().matches("(browser|evaluation/(functions|browser))/not-run");
        }

        String inTree() {
            return switch (outcome) {
                case "passed" -> "SUCCESSFUL";
                case "failed" -> deciding ? "FAILED" : "ABORTED not verified";
                case "superseded" -> "ABORTED superseded";
                case "aborted" -> "ABORTED aborted";
                default -> "SKIPPED";
            };
        }

        String inAllure() {
            return switch (outcome) {
                case "passed" -> "passed";
                case "failed" -> deciding ? "failed" : "skipped";
                case "aborted" -> deciding ? "broken" : "skipped";
                default -> "skipped";
            };
        }
    }

    Shown run(Path folder, Consumer<ScriptedRun> script) throws Exception {
        Path experiments = Files.createDirectories(folder.resolve("experiments"));
        Files.writeString(experiments.resolve("scripted.yaml"), "title: Scripted\nprompt: Build something.\n");
        Path results = folder.resolve("allure-results");
        String id = "run-" + runs.incrementAndGet();
        try (ScriptedRun run = new ScriptedRun(folder)) {
            run.id = id;
            script.accept(run);
            run.listeners.add(store);
            run.listeners.add(new AllureReport(results));
            List<Event> events = EngineTestKit.engine(new AssayTestEngine(settings -> new One(run), folder))
                    .selectors(selectDirectory(experiments.toFile()))
                    .configurationParameter("assay.naming", "short")
                    .configurationParameter("experiment", "scripted")
                    .execute()
                    .allEvents()
                    .list();
            return shown(id, run.uniqueId, events, results);
        }
    }

    private Shown shown(String id, String uniqueId, List<Event> events, Path results) throws Exception {
        List<Leaf> leaves = rows("select unique_id, outcome, deciding, cause, attempt from orchestrator_results"
                        + " where leaf and run_id = '" + id + "' order by position")
                .stream()
                .map(row -> new Leaf(
                        row.get(0),
                        row.get(1),
                        row.get(2).equals("true"),
                        row.get(3),
                        row.get(4).isEmpty() ? "1" : row.get(4)))
                .toList();
        List<String> run = rows("select outcome, cause, partial from orchestrator_runs where id = '" + id + "'")
                .get(0);
        List<String> calls = rows("select phase, step, attempt, outcome, cause from orchestrator_steps where run_id = '"
                        + id + "' order by position")
                .stream()
                .map(row ->
                        row.stream().limit(3).filter(part -> !part.isEmpty()).collect(Collectors.joining(" "))
                                + (row.get(3).equals("passed") ? "" : " " + row.get(3) + " " + row.get(4)))
                .toList();
        String text =
                ("run " + run.get(0) + " " + run.get(1)).strip() + (run.get(2).equals("true") ? " partial" : "")
                        + "\n"
                        + leaves.stream().filter(Leaf::telling).map(Leaf::line).collect(Collectors.joining("\n"))
                        + "\ncalls: "
                        + String.join(", ", calls);
        List<String> disagreements = new ArrayList<>();
        tree(uniqueId, run.get(0), leaves, events, disagreements);
        allure(run.get(0), leaves, results, disagreements);
        return new Shown(text, disagreements);
    }

    /** The tree has a leaf for each row and no other, with the status that belongs to its outcome. */
    private static void tree(
            String uniqueId, String outcome, List<Leaf> leaves, List<Event> events, List<String> disagreements) {
        Map<String, String> shown = new TreeMap<>();
        for (Event event : events) {
            String id = event.getTestDescriptor().getUniqueId().toString();
            if (event.getType() == EventType.SKIPPED) {
                shown.put(id, "SKIPPED");
            } else if (event.getType() == EventType.FINISHED) {
                TestExecutionResult result = event.getRequiredPayload(TestExecutionResult.class);
                String message =
                        result.getThrowable().map(Throwable::getMessage).orElse("");
                shown.put(
                        id,
                        result.getStatus()
                                + (result.getStatus() == TestExecutionResult.Status.ABORTED
                                        ? " " + message.replaceFirst("(?s):.*", "")
                                        : ""));
            }
        }
        Map<String, String> expected = leaves.stream().collect(Collectors.toMap(Leaf::uniqueId, Leaf::inTree));
        expected.forEach((id, status) -> {
            String found = shown.getOrDefault(id, "nothing");
            // what is left out before it began is skipped; what its own result leaves out is aborted as skipped
            boolean leftOut = status.equals("SKIPPED") && found.equals("ABORTED skipped");
            if (!found.equals(status) && !leftOut) {
                disagreements.add(id + ": the row says " + status + ", the tree shows " + found);
            }
        });
        events.stream()
                .filter(event -> event.getType() == EventType.FINISHED || event.getType() == EventType.SKIPPED)
                .filter(event -> event.getTestDescriptor().isTest())
                .map(event -> event.getTestDescriptor().getUniqueId().toString())
                .filter(id -> !expected.containsKey(id))
                .forEach(id -> disagreements.add(id + ": the tree shows it, and there is no row"));
        boolean leafFailed = leaves.stream().anyMatch(leaf -> leaf.inTree().equals("FAILED"));
        String container =
                outcome.equals("aborted") || (outcome.equals("failed") && !leafFailed) ? "FAILED" : "SUCCESSFUL";
        if (!container.equals(shown.get(uniqueId))) {
            disagreements.add("the run's container is " + shown.get(uniqueId) + ", and not " + container);
        }
    }

    /** Allure has a result for each row, with the status that belongs to its outcome, and one for the run. */
    private static void allure(String outcome, List<Leaf> leaves, Path results, List<String> disagreements) {
        List<String> expected = new ArrayList<>(leaves.stream()
                .map(leaf -> leaf.place() + " " + leaf.attempt() + " " + leaf.inAllure())
                .toList());
        expected.add("run 1 " + (outcome.equals("aborted") ? "broken" : outcome));
        List<String> found;
        try (Stream<Path> files = Files.list(results)) {
            found = new ArrayList<>(files.filter(file -> file.toString().endsWith("-result.json"))
                    .map(JSON::readTree)
                    .map(LoopTable::line)
                    .toList());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        List<String> missing = new ArrayList<>(expected);
        found.forEach(missing::remove);
        List<String> more = new ArrayList<>(found);
        expected.forEach(more::remove);
        missing.forEach(line -> disagreements.add("Allure lacks " + line));
        more.forEach(line -> disagreements.add("Allure has " + line));
    }

    private static String line(JsonNode result) {
        String attempt = result.path("parameters")
                .valueStream()
                .filter(parameter -> parameter.path("name").asString().equals("attempt"))
                .map(parameter -> parameter.path("value").asString())
                .findFirst()
                .orElse("1");
        return result.path("fullName").asString().replaceFirst("^[^/]*/", "") + " " + attempt + " "
                + result.path("status").asString();
    }

    private List<List<String>> rows(String sql) throws Exception {
        return new SqlQuery(database)
                .run(sql).rows().stream()
                        .map(row -> row.stream()
                                .map(value ->
                                        value.isNull() ? "" : value.isString() ? value.asString() : value.toString())
                                .toList())
                        .toList();
    }

    /** The one run of a launch. */
    private record One(ScriptedRun run) implements ExperimentRuns {
        @Override
        public ExperimentRun start(Experiment experiment, Variant variant, int repetition, String uniqueId) {
            run.uniqueId = uniqueId;
            return run.begun();
        }

        @Override
        public ExperimentRun resume(StoredRun stored, Experiment experiment, Optional<ResumedStep> from) {
            throw new AssertionError("nothing is resumed");
        }

        @Override
        public ExperimentRun recheck(StoredRun stored, Experiment experiment, Set<LayerKind> only) {
            throw new AssertionError("nothing is checked again");
        }

        @Override
        public void close() {}
    }
}
