package dev.assay;

import static org.assertj.core.api.Assertions.assertThat;

import dev.assay.JudgedApps.Judged;
import dev.assay.experiment.Experiment;
import dev.assay.run.Mutant;
import dev.assay.run.Outcome;
import dev.assay.run.RunInfo;
import dev.assay.run.RunListener;
import dev.assay.run.StageResult;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Apps that turn against who looks at them: each costs failed checks and no more, and a sound app that comes after it on
 * the same harness passes. A selection runs always, {@code -Pmutants} runs all.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class HostileAppsIT {
    private static final Path PATCHES = Path.of("src/test/resources/dev/assay/hostile");
    private static final Set<String> SELECTION = Set.of("dialogs-without-end", "redirects-in-a-circle");
    private static final boolean ALL = Boolean.getBoolean("assay.test.mutants");

    private JudgedApps apps;
    private Experiment experiment;

    @BeforeAll
    void open(@TempDir Path folder) throws Exception {
        apps = new JudgedApps(folder);
        experiment = apps.experiment("todo-auth");
    }

    @AfterAll
    void close() {
        apps.close();
    }

    @TestFactory
    @Timeout(3600)
    Stream<DynamicTest> should_cost_failed_checks_and_not_the_run() throws IOException {
        Stream<DynamicTest> hostile = patches().stream()
                .map(Mutant::read)
                .filter(app -> ALL || SELECTION.contains(app.name()))
                .map(app -> DynamicTest.dynamicTest(app.name(), () -> costsFailedChecksOnly(app)));
        DynamicTest sound = DynamicTest.dynamicTest(
                "a sound app afterwards",
                () -> assertThat(apps.judge(experiment, "oracle", apps.oracles().of(experiment))
                                .judgement()
                                .complaints())
                        .isEmpty());
        return Stream.concat(hostile, Stream.of(sound));
    }

    private void costsFailedChecksOnly(Mutant app) throws Exception {
        Unmeasured unmeasured = new Unmeasured();

        Judged judged =
                apps.judge(experiment, "hostile/" + app.name(), apps.oracles().with(app, experiment), unmeasured);

        assertThat(unmeasured.messages).as("could not be measured").isEmpty();
        assertThat(judged.result().outcome()).isEqualTo(Outcome.FAILED);
        assertThat(judged.judgement().complaints(app)).isEmpty();
    }

    private static List<Path> patches() throws IOException {
        try (Stream<Path> files = Files.list(PATCHES)) {
            return files.sorted().toList();
        }
    }

    /** Keeps what says that Assay, and not the app, is at fault. */
    private static final class Unmeasured implements RunListener {
        private final List<String> messages = Collections.synchronizedList(new ArrayList<>());

        @Override
        public void stageFinished(RunInfo run, Node node, StageResult result) {
            if (result.outcome() == Outcome.ABORTED) {
                messages.add(node.stage().name() + ": " + result.message());
            }
        }
    }
}
