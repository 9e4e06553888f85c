package dev.assay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.assay.check.LayerKind;
import dev.assay.experiment.Experiment;
import dev.assay.run.CorrectVariant;
import dev.assay.run.Judgement;
import dev.assay.run.Mutant;
import dev.assay.run.Recheck;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
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
            "todo-auth/api-grant-missing",
            "todo-auth/rls-using-true",
            "todo-auth/smoke-type-error",
            "todo-auth/browser-optimistic-only",
            "todo-auth/browser-session-not-kept",
            "project-rbac/rls-promotes-himself");

    private static final boolean ALL = Boolean.getBoolean("assay.test.mutants");
    private static final Path TABLE = Path.of("docs", "checks.md");

    private final Map<Mutant, MutantTable.Row> judged =
            new ConcurrentSkipListMap<>(Comparator.comparing(Mutant::experiment).thenComparing(Mutant::name));
    private JudgedApps apps;

    @BeforeAll
    void open(@TempDir Path folder) throws Exception {
        apps = new JudgedApps(folder);
        for (Experiment experiment : apps.experiments()) {
            apps.oracles().finished(experiment); // once, and not by each test at the same time
        }
    }

    @AfterAll
    void close() throws Exception {
        apps.close();
        long contracted = 0;
        for (Experiment experiment : apps.experiments()) {
            contracted += Mutant.of(experiment).stream()
                    .filter(mutant -> contracted(mutant, experiment))
                    .count();
        }
        if (ALL && judged.size() == contracted) {
            new MutantTable(judged).writeInto(TABLE);
        }
    }

    @TestFactory
    Stream<DynamicTest> should_pass_the_oracles_finished_apps() throws Exception {
        return apps.experiments().stream()
                .map(experiment -> DynamicTest.dynamicTest(
                        experiment.base(),
                        () -> assertThat(judge(
                                                experiment,
                                                "oracle",
                                                apps.oracles().of(experiment))
                                        .complaints())
                                .isEmpty()));
    }

    @TestFactory
    Stream<DynamicTest> should_pass_every_other_correct_app() throws Exception {
        return apps.experiments().stream()
                .flatMap(experiment -> CorrectVariant.of(experiment).stream()
                        .map(app -> DynamicTest.dynamicTest(
                                experiment.base() + "/" + app.name(),
                                () -> assertThat(judge(experiment, "variant/" + app.name(), app)
                                                .complaints())
                                        .as(app.name())
                                        .isEmpty())));
    }

    @TestFactory
    Stream<DynamicTest> should_catch_every_mutant_by_its_layer_alone() throws Exception {
        return apps.experiments().stream()
                .flatMap(experiment -> Mutant.of(experiment).stream()
                        .filter(mutant -> ALL || SELECTION.contains(mutant.experiment() + "/" + mutant.name()))
                        .map(mutant -> DynamicTest.dynamicTest(
                                mutant.experiment() + "/" + mutant.name(), () -> catches(mutant, experiment))));
    }

    private void catches(Mutant mutant, Experiment experiment) throws Exception {
        assumeThat(contracted(mutant, experiment))
                .as("the contract names no flow, so no browser layer runs")
                .isTrue();
        long begin = System.nanoTime();

        Judgement judgement =
                judge(experiment, "mutant/" + mutant.name(), apps.oracles().with(mutant, experiment));

        judged.put(mutant, new MutantTable.Row(judgement, Duration.ofNanos(System.nanoTime() - begin)));
        assertThat(judgement.complaints(mutant)).as(mutant.name()).isEmpty();
    }

    private static boolean contracted(Mutant mutant, Experiment experiment) {
        return mutant.layer() != LayerKind.BROWSER
                || !experiment.contract().flows().isEmpty();
    }

    private Judgement judge(Experiment experiment, String name, Recheck.App app) throws Exception {
        return apps.judge(experiment, name, app).judgement();
    }
}
