package dev.assay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.assay.check.LayerKind;
import dev.assay.experiment.Experiment;
import dev.assay.experiment.ExperimentFiles;
import dev.assay.run.CorrectVariant;
import dev.assay.run.Judgement;
import dev.assay.run.Mutant;
import dev.assay.run.OracleApp;
import dev.assay.run.PlainStages;
import dev.assay.run.Recheck;
import dev.assay.settings.Option;
import dev.assay.settings.Settings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/**
 * Proof that the checks can fail, and that they fail no correct app. A selection runs always; {@code -Pmutants} runs all
 * and writes the table into {@code docs/checks.md}.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class MutantsIT {
    /** One of each layer, of those that fail in a way of their own. */
    private static final Set<String> SELECTION =
            Set.of("api-grant-missing", "rls-using-true", "smoke-type-error", "browser-optimistic-only");

    private static final boolean ALL = Boolean.getBoolean("assay.test.mutants");
    private static final Path TABLE = Path.of("docs", "checks.md");

    private final Map<Mutant, Judgement> judged = new LinkedHashMap<>();
    private Path temp;
    private Assay assay;
    private OracleApp oracles;
    private Experiment experiment;

    @BeforeAll
    void open(@TempDir Path folder) throws Exception {
        temp = folder;
        Settings settings = Settings.load(
                id -> id.equals(Option.DATA_DIR.id()) ? Optional.of(temp.toString()) : Optional.empty(), Path.of(""));
        assay = Assay.open(settings, System.out);
        oracles = assay.oracles(Path.of("target", "oracles"));
        ExperimentFiles files = ExperimentFiles.in(Path.of("experiments"));
        experiment = files.read(files.select("todo-auth").get(0));
    }

    @AfterAll
    void close() throws IOException {
        assay.close();
        long contracted =
                Mutant.of(experiment).stream().filter(this::contracted).count();
        if (ALL && judged.size() == contracted) {
            new MutantTable(judged).writeInto(TABLE);
        }
    }

    @Test
    void should_pass_the_oracles_finished_app() throws Exception {
        Judgement judgement = judge("oracle", oracles.of(experiment));

        assertThat(judgement.complaints()).isEmpty();
    }

    @TestFactory
    Stream<DynamicTest> should_pass_every_other_correct_app() {
        return CorrectVariant.of(experiment).stream()
                .map(app -> DynamicTest.dynamicTest(
                        app.name(),
                        () -> assertThat(judge("variant/" + app.name(), app).complaints())
                                .as(app.name())
                                .isEmpty()));
    }

    @TestFactory
    Stream<DynamicTest> should_catch_every_mutant_by_its_layer_alone() {
        return Mutant.of(experiment).stream()
                .filter(mutant -> ALL || SELECTION.contains(mutant.name()))
                .map(mutant -> DynamicTest.dynamicTest(mutant.name(), () -> catches(mutant)));
    }

    private void catches(Mutant mutant) throws Exception {
        assumeThat(contracted(mutant))
                .as("the contract names no flow, so no browser layer runs")
                .isTrue();

        Judgement judgement = judge("mutant/" + mutant.name(), oracles.with(mutant, experiment));

        judged.put(mutant, judgement);
        assertThat(judgement.complaints(mutant)).as(mutant.name()).isEmpty();
    }

    private boolean contracted(Mutant mutant) {
        return mutant.layer() != LayerKind.BROWSER
                || !experiment.contract().flows().isEmpty();
    }

    private Judgement judge(String name, Recheck.App app) throws Exception {
        Path folder = temp.resolve(name.replace('/', '-'));
        Judgement judgement = new Judgement();
        Recheck recheck = assay.recheck(experiment, name, app, folder, List.of(judgement));
        try {
            recheck.run(new PlainStages());
        } finally {
            recheck.finish();
            delete(folder); // each holds its own node_modules
        }
        return judgement;
    }

    private static void delete(Path folder) throws IOException {
        try (Stream<Path> found = Files.walk(folder)) {
            for (Path file : found.sorted(Comparator.reverseOrder()).collect(Collectors.toList())) {
                Files.delete(file);
            }
        }
    }
}
