package dev.assay;

import static org.assertj.core.api.Assertions.assertThat;

import dev.assay.engine.AssayTestEngine;
import dev.assay.engine.ExitCode;
import dev.assay.engine.Launch;
import dev.assay.settings.Directories;
import dev.assay.settings.Settings;
import dev.assay.store.LogDatabase;
import dev.assay.store.SqlQuery;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** A matrix from end to end, its runs side by side: four variants and two repetitions of each, on a recording. */
class MatrixIT {
    private static final List<String> VARIANTS = List.of(
            "recorded+recorded-a", "recorded+recorded-a+passive", "recorded+recorded-b", "recorded+recorded-b+passive");

    @TempDir
    Path project;

    private final ByteArrayOutputStream console = new ByteArrayOutputStream();
    private final Map<String, String> options = new HashMap<>();

    @Test
    void should_run_four_variants_twice_side_by_side_and_leave_each_run_its_own() throws Exception {
        TinyExperiment.write(project.resolve("experiments"), "tiny", true);
        Files.writeString(project.resolve("experiments/tiny-matrix.yaml"), """
                extends: tiny
                matrix:
                  planner: recorded
                  implementer: [recorded/a, recorded/b]
                  verifier: recorded
                  skills: [none, passive]
                repetitions: 2
                parallelism: 4
                """);
        options.put("experiment", "tiny-matrix");
        options.put("data-dir", project.resolve("data").toString());
        options.put("skills-source", Path.of("skills").toAbsolutePath().toString());

        ExitCode code = run();

        String said = console.toString(StandardCharsets.UTF_8);
        assertThat(code).as(said).isEqualTo(ExitCode.PASSED);
        everyLineSaysWhoseItIs(said);
        rowsOfEachRun();
        resultsOfEachRepetition();
    }

    private void everyLineSaysWhoseItIs(String said) {
        List<String> names = VARIANTS.stream()
                .flatMap(variant -> IntStream.rangeClosed(1, 2).mapToObj(n -> "tiny-matrix " + variant + " #" + n))
                .toList();
        for (String name : names) {
            List<String> own = said.lines()
                    .filter(line -> line.startsWith("[" + name + "] "))
                    .toList();
            assertThat(own.stream().map(line -> line.substring(name.length() + 3)))
                    .as(name)
                    .anyMatch(line -> line.startsWith("  run "))
                    .anyMatch(line -> line.startsWith("  ✓ plan  2 steps") || line.startsWith("  ok plan  2 steps"))
                    .anyMatch(line -> line.startsWith(name + ": PASSED"));
        }
        // what is said without a run's name belongs to none: where tools are, how to read the report
        assertThat(said.lines().filter(line -> !line.startsWith("[tiny-matrix ")))
                .noneMatch(line -> line.strip().matches("(✓|✗|~|!|–|ok|FAILED|-) .*") || line.contains("tiny-matrix"));
    }

    private void rowsOfEachRun() throws Exception {
        assertThat(rows("select variant, repetition, status, outcome, source, curtailed is null from orchestrator_runs"
                        + " order by variant, repetition"))
                .containsExactlyElementsOf(VARIANTS.stream()
                        .sorted()
                        .flatMap(variant ->
                                Stream.of(1, 2).map(n -> variant + "|" + n + "|finished|passed|recorded|true"))
                        .toList());
        // that they did run side by side
        assertThat(rows("select count(*) > 0 from orchestrator_runs a join orchestrator_runs b on a.id < b.id"
                        + " and a.started_at < b.finished_at and b.started_at < a.finished_at"))
                .containsExactly("true");
        assertThat(rows("select distinct array_to_string(array(select s.phase || ' ' || coalesce(s.step, '') || ' ' ||"
                        + " s.attempt || ' ' || s.outcome from orchestrator_steps s where s.run_id = r.id"
                        + " order by s.position), ', ') from orchestrator_runs r"))
                .containsExactly("plan  1 passed, implement table 1 passed, verify table 1 passed,"
                        + " implement page 1 passed, verify page 1 passed");
        assertThat(rows(
                        "select distinct (select count(*) from orchestrator_results x where x.run_id = r.id and deciding"
                                + " and outcome = 'passed') from orchestrator_runs r"))
                .hasSize(1);
        // no event in a run that it is not of: each names its own workspace, and its attempt is of the same run
        assertThat(rows("select count(*) from orchestrator_events e left join orchestrator_steps s on s.id = e.step_id"
                        + " where e.step_id is not null and s.run_id is distinct from e.run_id"))
                .containsExactly("0");
        assertThat(rows("select count(*), count(*) filter (where e.event_data::text like '%' || r.id || '%')"
                        + " from orchestrator_events e join orchestrator_runs r on r.id = e.run_id"
                        + " where e.type = 'tool_call' and e.tool = 'Write'"))
                .containsExactly("16|16");
        // nor one missing or twice: the numbers of a run's lines have no gap, and its file holds as many
        for (String row : rows("select r.id, r.folder, count(distinct e.seq), min(e.seq), max(e.seq)"
                + " from orchestrator_runs r join orchestrator_events e on e.run_id = r.id group by r.id")) {
            String[] columns = row.split("\\|", -1);
            int lines = Files.readAllLines(Path.of(columns[1]).resolve("events.jsonl"))
                    .size();
            assertThat(List.of(columns[2], columns[3], columns[4]))
                    .as(columns[0])
                    .containsExactly(String.valueOf(lines), "1", String.valueOf(lines));
        }
        assertThat(rows("select variant, count(distinct e.event_data->'skills'->>'mode')"
                        + " from orchestrator_runs r left join orchestrator_events e on e.run_id = r.id"
                        + " and e.type = 'skills' group by variant order by variant"))
                .containsExactlyElementsOf(VARIANTS.stream()
                        .sorted()
                        .map(variant -> variant + "|" + (variant.endsWith("passive") ? 1 : 0))
                        .toList());
    }

    private void resultsOfEachRepetition() throws IOException {
        JsonMapper json = new JsonMapper();
        List<JsonNode> results;
        try (Stream<Path> files = Files.list(project.resolve("target/allure-results"))) {
            results = files.filter(file -> file.toString().endsWith("-result.json"))
                    .map(json::readTree)
                    .toList();
        }
        Map<String, List<JsonNode>> byRun = results.stream().collect(Collectors.groupingBy(MatrixIT::suite));
        assertThat(byRun.keySet())
                .containsExactlyInAnyOrderElementsOf(VARIANTS.stream()
                        .flatMap(variant -> Stream.of(variant + " #1", variant + " #2"))
                        .toList());
        // Allure takes two results of one history id for a test and its retry
        assertThat(results.stream().map(result -> result.path("historyId").stringValue()))
                .doesNotHaveDuplicates();
        List<String> names = names(byRun.get(VARIANTS.get(0) + " #1"));
        assertThat(byRun.values()).allSatisfy(run -> {
            assertThat(names(run)).isEqualTo(names);
            assertThat(run.stream().map(result -> result.path("status").stringValue()))
                    .containsOnly("passed", "skipped");
        });
    }

    private static String suite(JsonNode result) {
        return result.path("labels")
                .valueStream()
                .filter(label -> label.path("name").stringValue().equals("suite"))
                .findFirst()
                .orElseThrow()
                .path("value")
                .stringValue();
    }

    private static List<String> names(List<JsonNode> results) {
        return results.stream()
                .map(result -> result.path("fullName").stringValue())
                .sorted()
                .toList();
    }

    private ExitCode run() {
        try (PrintStream out = new PrintStream(console, true, StandardCharsets.UTF_8)) {
            return new Launch(new AssayTestEngine(settings -> Assay.open(settings, out), project), out).run(options);
        } finally {
            System.out.println(console.toString(StandardCharsets.UTF_8));
        }
    }

    private List<String> rows(String sql) throws Exception {
        Directories directories =
                Directories.of(Settings.load(name -> Optional.ofNullable(options.get(name)), project));
        try (LogDatabase database = LogDatabase.of(Optional.empty(), directories.data(), directories.cache())) {
            return new SqlQuery(database)
                    .run(sql).rows().stream()
                            .map(row -> row.stream()
                                    .map(value -> value.isString() ? value.stringValue() : value.toString())
                                    .collect(Collectors.joining("|")))
                            .toList();
        }
    }
}
