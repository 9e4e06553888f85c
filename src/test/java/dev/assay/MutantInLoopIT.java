package dev.assay;

import static org.assertj.core.api.Assertions.assertThat;

import dev.assay.check.LayerKind;
import dev.assay.experiment.Experiment;
import dev.assay.experiment.ExperimentFiles;
import dev.assay.experiment.InvalidExperiment;
import dev.assay.run.ExperimentRun;
import dev.assay.run.Mutant;
import dev.assay.run.Outcome;
import dev.assay.run.PlainStages;
import dev.assay.run.RunResult;
import dev.assay.run.StoredRun;
import dev.assay.run.StoredRuns;
import dev.assay.run.TestTree;
import dev.assay.settings.Settings;
import dev.assay.store.StoredResults;
import dev.assay.store.StoredResults.Check;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * A mutant that goes through the loop: its implementer makes the mistake, and mends it when it is told. And a recheck of
 * the app that this gave.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class MutantInLoopIT {
    private static final JsonMapper JSON = JsonMapper.shared();
    private static final String MUTANT = "rls-using-true";
    private static final String PROTECTING = "supabase/migrations/20260302093000_protect_todos.sql";
    private static final String MENDING = "supabase/migrations/20260303093000_mend_todos.sql";

    private final ByteArrayOutputStream console = new ByteArrayOutputStream();
    private final TestTree tree = new TestTree();
    private Path folder;
    private Path experiments;
    private Assay assay;
    private Mutant mutant;
    private RunResult result;

    @BeforeAll
    void run(@TempDir Path temp) throws Exception {
        folder = temp;
        experiments = copied();
        Experiment experiment = read();
        mutant = Mutant.named(MUTANT, experiment);
        assay = Assay.open(settings(), new PrintStream(console, true, StandardCharsets.UTF_8));
        Path mutated = Files.createDirectory(folder.resolve("mutated"));
        assay.oracles(Path.of("target", "oracles")).with(mutant, experiment).writeInto(mutated);
        record(experiments, Files.readString(mutated.resolve(PROTECTING)));
        ExperimentRun run =
                assay.start(experiment, experiment.variants().get(0), 1, "[engine:assay]/[experiment:todo-auth]");
        try {
            run.run(tree);
        } finally {
            result = run.finish();
        }
    }

    @AfterAll
    void close() {
        System.out.println(console.toString(StandardCharsets.UTF_8));
        assay.close();
    }

    @Test
    void should_fail_first_the_check_that_the_mutants_header_names_and_have_the_mistake_mended() {
        List<Check> failed = failures(stored().folder());

        assertThat(failed).as("%s", tree.leaves()).isNotEmpty();
        assertThat(failed.get(0).layer()).isEqualTo(mutant.layer().id()).isEqualTo(LayerKind.RLS.id());
        assertThat(failed.get(0).message()).contains(mutant.finding());
        assertThat(failed).allMatch(check -> check.outcome().equals("superseded"));
        assertThat(prompts(stored().folder(), "implement", "schema"))
                .hasSize(2)
                .last()
                .asString()
                .contains(mutant.finding());
        assertThat(tree.leaves())
                .anyMatch(leaf -> leaf.startsWith("build/schema/1/verify: SUPERSEDED"))
                .contains("build/schema/2/verify: PASSED PASS PROCEED");
        assertThat(result.outcome()).as(result.message()).isEqualTo(Outcome.PASSED);
    }

    @Test
    void should_judge_the_app_anew_by_what_the_contract_asks_now_and_say_what_changed() throws Exception {
        Path file = experiments.resolve("todo-auth.yaml");
        Files.writeString(file, Files.readString(file).replace("access: owner", "access: public-read"));

        ExperimentRun recheck = assay.recheck(stored(), read(), Set.of(LayerKind.RLS));
        RunResult now;
        try {
            recheck.run(new PlainStages());
        } finally {
            now = recheck.finish();
        }

        assertThat(now.outcome()).isEqualTo(Outcome.FAILED);
        assertThat(console.toString(StandardCharsets.UTF_8))
                .contains("RECHECK of run " + stored().id())
                .containsPattern(
                        "What changed against what was found before of run .*\n.*rls · .*: was passed, is failed: ");
        StoredResults results = StoredResults.of(stored().folder());
        assertThat(results.stages()).contains("evaluation", "recheck-1");
        assertThat(results.run().orElseThrow().path("outcome").asString()).isEqualTo("passed");
        assertThat(results.checks("evaluation").values())
                .extracting(Check::outcome)
                .doesNotContain("failed");
        assertThat(stored().folder().resolve("evaluation")).doesNotExist();
        assertThat(stored().folder().resolve("workspace")).isDirectory();
    }

    private Experiment read() throws InvalidExperiment {
        return ExperimentFiles.in(experiments).read(experiments.resolve("todo-auth.yaml"));
    }

    private StoredRun stored() {
        List<StoredRun> all = new StoredRuns(folder.resolve("data")).all();
        assertThat(all).hasSize(1);
        return all.get(0);
    }

    /** The first attempt at the schema makes the mistake at once; the second drops what is wrong and writes it anew. */
    private static void record(Path experiments, String mistaken) throws IOException {
        Path steps = experiments.resolve("todo-auth/recording/steps/schema");
        Path first = steps.resolve("implement-1.jsonl");
        Path second = steps.resolve("implement-2.jsonl");
        String right = written(second, PROTECTING);
        List<String> lines = new ArrayList<>(Files.readAllLines(first));
        ObjectNode use = (ObjectNode) JSON.readTree("{\"type\":\"assistant\",\"message\":{\"id\":\"msg_more\","
                + "\"role\":\"assistant\",\"content\":[{\"type\":\"tool_use\",\"id\":\"toolu_more\",\"name\":\"Write\","
                + "\"input\":{}}]},\"session_id\":\"s\"}");
        ((ObjectNode) use.at("/message/content/0/input"))
                .put("file_path", "${WORKSPACE}/" + PROTECTING)
                .put("content", mistaken);
        String result = "{\"type\":\"user\",\"message\":{\"role\":\"user\",\"content\":[{\"type\":\"tool_result\","
                + "\"tool_use_id\":\"toolu_more\",\"content\":\"File created\"}]},\"session_id\":\"s\"}";
        lines.addAll(lines.size() - 1, List.of(use.toString(), result));
        Files.write(first, lines);
        String policy = right.substring(
                right.indexOf("create policy \"Users read"), right.indexOf("create policy \"Users add"));
        String mending = "drop policy \"Users read their own todos\" on public.todos;\n" + policy;
        String told = Files.readString(second)
                .replace(PROTECTING, MENDING)
                .replace(JSON.writeValueAsString(right), JSON.writeValueAsString(mending));
        Files.writeString(second, told);
    }

    private static String written(Path stream, String file) throws IOException {
        for (String line : Files.readAllLines(stream)) {
            for (JsonNode block : JSON.readTree(line).at("/message/content")) {
                if (block.at("/input/file_path").asString("").endsWith(file)) {
                    return block.at("/input/content").asString();
                }
            }
        }
        throw new AssertionError("the recording writes no " + file);
    }

    /** What did not pass in the run, in its order. */
    private static List<Check> failures(Path run) {
        List<Check> failed = new ArrayList<>();
        for (String stage : StoredResults.of(run).stages()) {
            StoredResults.of(run).checks(stage).values().stream()
                    .filter(check -> !check.layer().isEmpty()
                            && !check.outcome().equals("passed")
                            && !check.outcome().equals("skipped"))
                    .forEach(failed::add);
        }
        return failed;
    }

    private static List<String> prompts(Path run, String phase, String step) {
        return StoredResults.of(run).attempts().stream()
                .filter(attempt -> attempt.path("phase").asString("").equals(phase)
                        && attempt.path("step").asString("").equals(step))
                .map(attempt -> attempt.path("prompt").asString())
                .toList();
    }

    private Settings settings() {
        // the mistake is one of the database: what a browser shows of it belongs to other tests
        Map<String, String> options = new HashMap<>(Map.of("skip-browser-test", "true"));
        options.put("data-dir", folder.resolve("data").toString());
        return Settings.load(name -> Optional.ofNullable(options.get(name)), folder);
    }

    private Path copied() throws IOException {
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
}
