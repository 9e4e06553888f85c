package dev.assay.engine;

import static dev.assay.engine.ScriptedRuns.node;
import static dev.assay.engine.ScriptedRuns.result;
import static dev.assay.engine.ScriptedRuns.stage;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;

import dev.assay.run.Cause;
import dev.assay.run.Outcome;
import dev.assay.run.StageResult;
import dev.assay.settings.UsageError;
import dev.assay.target.TargetUnavailable;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.platform.launcher.core.LauncherConfig;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;
import org.junit.platform.launcher.listeners.SummaryGeneratingListener;
import org.junit.platform.launcher.listeners.TestExecutionSummary;

class LaunchTest {
    @TempDir
    Path directory;

    private final ByteArrayOutputStream said = new ByteArrayOutputStream();
    private ExperimentFolder folder;

    @BeforeEach
    void writeExperiment() {
        folder = new ExperimentFolder(directory).with("todo");
    }

    @Test
    void should_exit_2_and_name_the_experiments_after_a_typo() {
        assertThat(launch(ScriptedRuns.passing(), Map.of("experiment", "typo"))).isEqualTo(ExitCode.USAGE);
        assertThat(text()).contains("typo").contains("todo");
    }

    @Test
    void should_exit_2_and_name_file_and_line_of_an_invalid_file_although_others_pass() {
        folder.withInvalid("broken");

        assertThat(launch(ScriptedRuns.passing(), Map.of())).isEqualTo(ExitCode.USAGE);
        assertThat(text()).contains("broken.yaml:2");
    }

    @Test
    void should_exit_2_when_the_settings_cannot_be_read() {
        folder.with("../assay", "implementr: claude");

        assertThat(launch(ScriptedRuns.passing(), Map.of())).isEqualTo(ExitCode.USAGE);
        assertThat(text()).contains("implementr");
    }

    @Test
    void should_exit_2_when_there_is_nothing_to_run() {
        Launch launch = new Launch(new AssayTestEngine(settings -> ScriptedRuns.passing(), directory), err());

        assertThat(launch.run(Map.of(), List.of())).isEqualTo(ExitCode.USAGE);
        assertThat(text()).contains("Nothing to run");
    }

    @Test
    void should_exit_1_when_a_check_fails() {
        assertThat(launch(failing(), Map.of())).isEqualTo(ExitCode.FAILED);
        assertThat(text()).isEmpty();
    }

    @Test
    void should_exit_1_when_one_run_fails_and_another_is_aborted() {
        assertThat(ExitCode.ABORTED.or(ExitCode.FAILED)).isEqualTo(ExitCode.FAILED);
        assertThat(ExitCode.PASSED.or(ExitCode.ABORTED)).isEqualTo(ExitCode.ABORTED);
        assertThat(ExitCode.USAGE.or(ExitCode.INTERRUPTED)).isEqualTo(ExitCode.INTERRUPTED);
    }

    @Test
    void should_exit_3_when_a_run_is_aborted() {
        assertThat(launch(ending(Outcome.ABORTED, Cause.OVERLOADED), Map.of())).isEqualTo(ExitCode.ABORTED);
    }

    /** Of several that hold: 130, 2, 1, 4, 3, 0. */
    @Test
    void should_exit_with_the_strongest_of_what_several_runs_ended_with() {
        List<ExitCode> strongest = List.of(
                ExitCode.INTERRUPTED,
                ExitCode.USAGE,
                ExitCode.FAILED,
                ExitCode.BUDGET,
                ExitCode.ABORTED,
                ExitCode.PASSED);
        assertThat(strongest.stream().map(ExitCode::value)).containsExactly(130, 2, 1, 4, 3, 0);
        for (int i = 0; i < strongest.size(); i++) {
            for (int j = i; j < strongest.size(); j++) {
                assertThat(strongest.get(i).or(strongest.get(j))).isEqualTo(strongest.get(i));
                assertThat(strongest.get(j).or(strongest.get(i))).isEqualTo(strongest.get(i));
            }
        }
    }

    @Test
    void should_exit_3_and_say_why_when_a_run_cannot_begin() {
        Launch launch = new Launch(
                new AssayTestEngine(
                        settings -> {
                            throw new TargetUnavailable("the embedded Supabase does not start", new IOException());
                        },
                        directory),
                err());

        assertThat(launch.run(Map.of())).isEqualTo(ExitCode.ABORTED);
        assertThat(text()).contains("ABORTED target-unavailable: the embedded Supabase does not start");
    }

    @Test
    void should_exit_2_and_say_why_when_nobody_can_do_what_was_asked() {
        Launch launch = new Launch(
                new AssayTestEngine(
                        settings -> {
                            throw new UsageError("implementer: there is no tool 'clade'");
                        },
                        directory),
                err());

        assertThat(launch.run(Map.of())).isEqualTo(ExitCode.USAGE);
        assertThat(text().lines()).containsExactly("implementer: there is no tool 'clade'");
    }

    @Test
    void should_exit_4_when_the_budget_is_used_up() {
        assertThat(launch(ending(Outcome.ABORTED, Cause.BUDGET), Map.of())).isEqualTo(ExitCode.BUDGET);
        assertThat(ExitCode.BUDGET.value()).isEqualTo(4);
    }

    @Test
    void should_name_of_several_endings_the_strongest() {
        List<ExitCode> strongestFirst = List.of(
                ExitCode.INTERRUPTED,
                ExitCode.USAGE,
                ExitCode.FAILED,
                ExitCode.BUDGET,
                ExitCode.ABORTED,
                ExitCode.PASSED);
        assertThat(strongestFirst).containsExactly(ExitCode.values());
        assertThat(strongestFirst).extracting(ExitCode::value).containsExactly(130, 2, 1, 4, 3, 0);
        for (int i = 1; i < strongestFirst.size(); i++) {
            assertThat(strongestFirst.get(i).or(strongestFirst.get(i - 1))).isEqualTo(strongestFirst.get(i - 1));
        }
    }

    @Test
    void should_exit_130_when_interrupted() {
        assertThat(launch(ending(Outcome.ABORTED, Cause.INTERRUPTED), Map.of())).isEqualTo(ExitCode.INTERRUPTED);
    }

    @Test
    void should_exit_0_when_all_pass_and_run_one_node_by_its_unique_id() {
        ScriptedRuns runs = ScriptedRuns.passing();
        Launch launch = new Launch(new AssayTestEngine(settings -> runs, directory), err());

        assertThat(launch.run(Map.of())).isEqualTo(ExitCode.PASSED);
        assertThat(launch.run(Map.of(), List.copyOf(runs.started))).isEqualTo(ExitCode.PASSED);
        assertThat(runs.started).hasSize(2);
        assertThat(runs.started.get(0)).isEqualTo(runs.started.get(1));
    }

    /** A launcher drops what happens below nodes it was never told of; the test kit does not. */
    @Test
    void should_tell_a_launcher_as_much_as_the_test_kit() {
        folder.with("chat");
        AssayTestEngine engine = new AssayTestEngine(settings -> failing(), directory);
        SummaryGeneratingListener listener = new SummaryGeneratingListener();

        LauncherFactory.create(LauncherConfig.builder()
                        .enableTestEngineAutoRegistration(false)
                        .enableTestExecutionListenerAutoRegistration(false)
                        .addTestEngines(engine)
                        .build())
                .execute(
                        LauncherDiscoveryRequestBuilder.request()
                                .selectors(selectClass(Fixture.class))
                                .build(),
                        listener);
        TestExecutionSummary launcher = listener.getSummary();

        assertThat(launcher.getTestsSucceededCount()).isEqualTo(6);
        Tree.of(engine, selectClass(Fixture.class))
                .results()
                .testEvents()
                .assertStatistics(kit -> kit.started(launcher.getTestsStartedCount())
                        .succeeded(launcher.getTestsSucceededCount())
                        .failed(launcher.getTestsFailedCount())
                        .aborted(launcher.getTestsAbortedCount())
                        .skipped(launcher.getTestsSkippedCount())
                        .dynamicallyRegistered(8));
        Tree.of(engine, selectClass(Fixture.class))
                .results()
                .containerEvents()
                .assertStatistics(kit ->
                        kit.started(launcher.getContainersStartedCount()).failed(launcher.getContainersFailedCount()));
    }

    /** A plan that passes, an attempt superseded and one that passes, an evaluation with one failed check and one passed. */
    private static ScriptedRuns failing() {
        return new ScriptedRuns(result(Outcome.FAILED, Optional.of(Cause.CHECK_FAILED), "rls"), stages -> {
            stages.test(stage("plan"), () -> StageResult.PASSED);
            stages.container(
                    stage("build"),
                    build -> build.container(node("step", "tables", "tables"), step -> {
                        step.test(
                                node("attempt", "1", "1"),
                                () -> StageResult.of(Outcome.SUPERSEDED, Cause.CHECK_FAILED, "again", false));
                        step.test(node("attempt", "2", "2"), () -> StageResult.PASSED);
                    }));
            stages.container(stage("evaluation"), all -> {
                all.test(
                        node("check", "rls", "rls"),
                        () -> StageResult.of(Outcome.FAILED, Cause.CHECK_FAILED, "anon reads todos", true));
                all.test(node("check", "api", "api"), () -> StageResult.PASSED);
            });
        });
    }

    private static ScriptedRuns ending(Outcome outcome, Cause cause) {
        return new ScriptedRuns(
                result(outcome, Optional.of(cause), cause.meaning()),
                stages -> stages.test(stage("plan"), () -> StageResult.of(outcome, cause, cause.meaning(), true)));
    }

    private ExitCode launch(ScriptedRuns runs, Map<String, String> options) {
        return new Launch(new AssayTestEngine(settings -> runs, directory), err()).run(options);
    }

    private PrintStream err() {
        return new PrintStream(said, true, StandardCharsets.UTF_8);
    }

    private String text() {
        return said.toString(StandardCharsets.UTF_8);
    }
}
