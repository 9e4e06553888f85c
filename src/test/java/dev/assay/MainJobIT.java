package dev.assay;

import static org.assertj.core.api.Assertions.assertThat;

import dev.assay.experiment.Experiment;
import dev.assay.experiment.ExperimentFiles;
import dev.assay.experiment.Overrides;
import dev.assay.run.ExperimentRun;
import dev.assay.run.Outcome;
import dev.assay.run.RunResult;
import dev.assay.run.StoredRuns;
import dev.assay.run.TestTree;
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
import java.sql.SQLException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.json.JsonMapper;

/** The shipped experiment from end to end: real PostgreSQL, real Supabase surface, real npm, replayed agents. */
class MainJobIT {
    @TempDir
    Path folder;

    private final Map<String, String> options = new HashMap<>();
    private final ByteArrayOutputStream console = new ByteArrayOutputStream();

    @Test
    void should_fail_when_nothing_is_built_and_say_that_no_table_is_there() throws Exception {
        options.put("implementer", "nop");

        Ran ran = run(experiments());

        assertThat(ran.result().outcome()).isEqualTo(Outcome.FAILED);
        assertThat(ran.leaves())
                .anyMatch(leaf -> leaf.startsWith("evaluation/api/todos: FAILED! No table is there"))
                .noneMatch(leaf -> leaf.startsWith("evaluation/rls/") && leaf.contains("FAILED"));
    }

    @Test
    void should_fail_the_rls_layer_alone_when_the_last_attempt_switches_row_level_security_off() throws Exception {
        Path experiments = experiments();
        write(
                experiments.resolve("todo-auth/recording/steps/testing/implement-1.jsonl"),
                "supabase/migrations/20260303000000_open.sql",
                "alter table public.todos disable row level security;");

        Ran ran = run(experiments);

        assertThat(ran.result().outcome()).isEqualTo(Outcome.FAILED);
        assertThat(ran.leaves().stream().filter(leaf -> leaf.contains("FAILED!")))
                .isNotEmpty()
                .allMatch(leaf -> leaf.startsWith("evaluation/rls/"));
        assertThat(ran.result().message()).contains("user B").contains("select").contains("todos");
    }

    @Test
    void should_pass_the_shipped_recording_and_again_as_a_recording_of_that_run() throws Exception {
        Path experiments = experiments();
        Ran ran = run(experiments);

        assertThat(ran.result().outcome()).as(ran.result().message()).isEqualTo(Outcome.PASSED);
        assertThat(ran.result().warnings()).isEmpty();
        assertThat(console.toString(StandardCharsets.UTF_8))
                .contains("RECORDED")
                .contains("PASSED");
        assertThat(sql("SELECT outcome FROM orchestrator_runs")).contains("passed");
        assertThat(sql("SELECT count(*) AS n FROM orchestrator_results WHERE layer = 'rls' AND outcome = 'superseded'"
                        + " AND type = 'check'"))
                .doesNotContain("\"n\":0");
        assertThat(sql("SELECT name FROM orchestrator_results WHERE layer = 'browser' AND deciding"
                        + " AND outcome = 'passed' AND evidence::text LIKE '%image/png%' ORDER BY position"))
                .containsSubsequence("auth-redirect", "login", "create-resource");
        assertThat(sql("SELECT count(*) AS n FROM orchestrator_results WHERE type = 'check' AND outcome = 'passed'"
                        + " AND assertions = 0"))
                .contains("\"n\":0");

        // the run as a recording, in which one command is to fail
        Path shipped = experiments.resolve("todo-auth/recording");
        Path moved = Files.move(shipped, folder.resolve("shipped"));
        assertThat(record(shipped)).isEmpty();
        JsonMapper json = JsonMapper.shared();
        assertThat(json.readTree(shipped.resolve("trees.json"))).isEqualTo(json.readTree(moved.resolve("trees.json")));
        Path stream = shipped.resolve("steps/schema/implement-1.jsonl");
        Files.writeString(stream, Files.readString(stream).replace("ls supabase/migrations", "ls nowhere; exit 7"));

        Ran again = run(experiments);

        assertThat(again.result().outcome()).as(again.result().message()).isEqualTo(Outcome.PASSED);
        assertThat(again.result().warnings()).singleElement().asString().contains("recording-diverged", "ls nowhere");
        assertThat(sql("SELECT event_data->'tool_result'->>'exit_code' AS code FROM orchestrator_events"
                        + " WHERE event_data->'tool_result'->>'exit_code' = '7'"))
                .contains("7");
        assertThat(sql("SELECT count(DISTINCT plan) AS plans, count(*) AS runs FROM orchestrator_runs"))
                .contains("\"plans\":1", "\"runs\":2");
        assertThat(sql("SELECT count(*) AS n FROM (SELECT phase, step, attempt, parsed_result, outcome, tool, answer"
                        + " FROM orchestrator_steps GROUP BY 1, 2, 3, 4, 5, 6, 7 HAVING count(*) <> 2) AS other"))
                .as("plans, verdicts and answers, call by call")
                .contains("\"n\":0");
        assertThat(again.tree()).isEqualTo(ran.tree());
    }

    /** Records the only run; returns what is not quite as it was. */
    private List<String> record(Path into) throws Exception {
        Settings settings = settings();
        try (Assay assay = Assay.open(settings, System.out)) {
            return assay.record(new StoredRuns(Directories.of(settings).data()).named(""), into)
                    .notes();
        }
    }

    /** @param tree the id that git gives to all files of the finished app */
    record Ran(RunResult result, List<String> leaves, String tree) {}

    private Ran run(Path experiments) throws Exception {
        Settings settings = settings();
        TestTree tree = new TestTree();
        try (PrintStream out = new PrintStream(console, true, StandardCharsets.UTF_8);
                Assay assay = Assay.open(settings, out)) {
            Experiment experiment = Overrides.apply(
                    ExperimentFiles.in(experiments).read(experiments.resolve("todo-auth.yaml")), settings);
            ExperimentRun run = assay.start(experiment, experiment.variants().get(0), 1, "[engine:assay]/[run:1]");
            try {
                run.run(tree);
            } finally {
                run.finish();
            }
            return new Ran(run.finish(), tree.leaves(), tree(settings));
        } finally {
            System.out.println(console.toString(StandardCharsets.UTF_8));
        }
    }

    private static String tree(Settings settings) throws Exception {
        Path history = new StoredRuns(Directories.of(settings).data())
                .all()
                .get(0)
                .folder()
                .resolve("history.git");
        Process git = new ProcessBuilder("git", "--git-dir=" + history, "rev-parse", "HEAD^{tree}").start();
        String id = new String(git.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
        assertThat(git.waitFor()).isZero();
        return id;
    }

    private Settings settings() {
        options.put("data-dir", folder.resolve("data").toString());
        return Settings.load(name -> Optional.ofNullable(options.get(name)), folder);
    }

    private String sql(String query) throws SQLException {
        Directories directories = Directories.of(settings());
        try (LogDatabase database = LogDatabase.of(Optional.empty(), directories.data(), directories.cache())) {
            return new SqlQuery(database).run(query).toJson().replace(" ", "");
        }
    }

    private Path experiments() throws IOException {
        Path copy = folder.resolve("experiments");
        Path shipped = Path.of("experiments").toAbsolutePath();
        try (Stream<Path> files = Files.walk(shipped)) {
            for (Path file : (Iterable<Path>) files::iterator) {
                Path to = copy.resolve(shipped.relativize(file).toString());
                if (Files.isDirectory(file)) {
                    Files.createDirectories(to);
                } else {
                    Files.copy(file, to);
                }
            }
        }
        return copy;
    }

    /** Lets a recorded call write one more file, just before its result. */
    private static void write(Path stream, String file, String content) throws IOException {
        List<String> lines = new java.util.ArrayList<>(Files.readAllLines(stream));
        String call = "{\"type\":\"assistant\",\"message\":{\"id\":\"msg_more\",\"role\":\"assistant\",\"content\":"
                + "[{\"type\":\"tool_use\",\"id\":\"toolu_more\",\"name\":\"Write\",\"input\":{\"file_path\":\"${WORKSPACE}/"
                + file + "\",\"content\":\"" + content + "\"}}]},\"session_id\":\"s\"}";
        String result = "{\"type\":\"user\",\"message\":{\"role\":\"user\",\"content\":[{\"type\":\"tool_result\","
                + "\"tool_use_id\":\"toolu_more\",\"content\":\"File created\"}]},\"session_id\":\"s\"}";
        lines.addAll(lines.size() - 1, List.of(call, result));
        Files.write(stream, lines);
    }
}
