package dev.assay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.assay.check.LayerKind;
import dev.assay.experiment.Experiment;
import dev.assay.run.CorrectVariant;
import dev.assay.run.Judgement;
import dev.assay.run.Mutant;
import dev.assay.run.Recheck;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/**
 * Proof that the checks can fail, and that they fail no correct app. A selection runs always; {@code -Pmutants} runs all
 * and writes the table into {@code docs/checks.md}.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Execution(ExecutionMode.CONCURRENT) // most of the time goes into waiting for what a page does not show
class MutantsIT {
    /** One of each layer, of those that fail in a way of their own. */
    private static final Set<String> SELECTION = Set.of(
            "api-grant-missing",
            "rls-using-true",
            "smoke-type-error",
            "browser-optimistic-only",
            "browser-session-not-kept");

    private static final boolean ALL = Boolean.getBoolean("assay.test.mutants");
    private static final Path TABLE = Path.of("docs", "checks.md");

    private final Map<Mutant, Judgement> judged = new ConcurrentSkipListMap<>(Comparator.comparing(Mutant::name));
    private JudgedApps apps;
    private Experiment experiment;

    @BeforeAll
    void open(@TempDir Path folder) throws Exception {
        apps = new JudgedApps("todo-auth", folder);
        experiment = apps.experiment();
        apps.oracles().finished(experiment); // once, and not by each test at the same time
    }

    @AfterAll
    void close() throws IOException {
        apps.close();
        long contracted =
                Mutant.of(experiment).stream().filter(this::contracted).count();
        if (ALL && judged.size() == contracted) {
            new MutantTable(judged).writeInto(TABLE);
        }
    }

    @Test
    void should_pass_the_oracles_finished_app() throws Exception {
        Judgement judgement = judge("oracle", apps.oracles().of(experiment));

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

        Judgement judgement = judge("mutant/" + mutant.name(), apps.oracles().with(mutant, experiment));

        judged.put(mutant, judgement);
        assertThat(judgement.complaints(mutant)).as(mutant.name()).isEmpty();
    }

    private boolean contracted(Mutant mutant) {
        return mutant.layer() != LayerKind.BROWSER
                || !experiment.contract().flows().isEmpty();
    }

    private Judgement judge(String name, Recheck.App app) throws Exception {
        return apps.judge(name, app).judgement();
    }
}
