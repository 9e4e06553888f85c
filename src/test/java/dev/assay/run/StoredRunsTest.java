package dev.assay.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.assay.experiment.AppInterface;
import dev.assay.experiment.Contract;
import dev.assay.experiment.Experiment;
import dev.assay.experiment.Limits;
import dev.assay.experiment.Role;
import dev.assay.experiment.SkillsMode;
import dev.assay.experiment.Variant;
import dev.assay.settings.UsageError;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StoredRunsTest {
    private static final Limits LIMITS = new Limits(
            1,
            3,
            Duration.ofMinutes(1),
            Duration.ofMinutes(2),
            Duration.ofMinutes(3),
            Duration.ofMinutes(4),
            Optional.of(new BigDecimal("2.50")));

    @TempDir
    Path data;

    @Test
    void should_say_that_there_is_no_run_yet() {
        assertThatThrownBy(() -> new StoredRuns(data).named("2026"))
                .isInstanceOf(UsageError.class)
                .hasMessageContaining("There is no run in " + data.resolve("runs"));
    }

    @Test
    void should_show_the_latest_runs_where_none_has_the_name() {
        runs("20260301-100000-aaaaaa", "20260302-100000-bbbbbb");

        assertThatThrownBy(() -> new StoredRuns(data).named("2025"))
                .isInstanceOf(UsageError.class)
                .hasMessageContaining("20260302-100000-bbbbbb (todo), 20260301-100000-aaaaaa (todo)");
    }

    @Test
    void should_ask_for_more_of_an_id_that_two_runs_begin_with() {
        runs("20260301-100000-aaaaaa", "20260301-100000-bbbbbb");

        assertThatThrownBy(() -> new StoredRuns(data).named("20260301-1"))
                .isInstanceOf(UsageError.class)
                .hasMessageContaining("2 runs' ids begin with '20260301-1'");
        assertThat(new StoredRuns(data).named("20260301-100000-b").id()).isEqualTo("20260301-100000-bbbbbb");
    }

    @Test
    void should_name_the_file_that_somebody_broke() throws IOException {
        runs("20260301-100000-aaaaaa");
        Path file = data.resolve("runs/20260301-100000-aaaaaa/run.json");
        Files.writeString(file, Files.readString(file).replace("\"unique_id\"", "\"unique\""));

        assertThatThrownBy(() -> new StoredRuns(data).all())
                .isInstanceOf(UsageError.class)
                .hasMessageContaining(file + " is not what Assay writes: it has no unique_id");
    }

    @Test
    void should_give_back_what_the_run_began_with() {
        RunInfo run = info("20260301-100000-aaaaaa", data.resolve("runs/20260301-100000-aaaaaa"));
        Optional<Guidance> guidance = Optional.of(new Guidance(Path.of("/skills"), Guidance.Filter.ALL, true));
        new StoredRuns(data).begins(run, guidance);

        StoredRun stored = new StoredRuns(data).named("2026");

        assertThat(stored).isEqualTo(StoredRun.of(run, guidance));
        assertThat(stored.guidance()).isEqualTo(guidance);
        assertThat(stored.variantInTree()).isEqualTo("auto");
        assertThat(stored.of(experiment(Limits.DEFAULT)).limits()).isEqualTo(LIMITS);
        assertThat(stored.of(experiment(Limits.DEFAULT)).variants()).containsExactly(run.variant());
    }

    @Test
    void should_find_a_run_that_was_built_elsewhere_and_one_whose_folder_was_moved() throws IOException {
        Path elsewhere = data.resolve("projects/guestbook");
        new StoredRuns(data).begins(info("20260301-100000-aaaaaa", elsewhere));
        runs("20260302-100000-bbbbbb");
        Path moved = data.resolve("moved");
        Files.createDirectories(moved);
        Files.move(data.resolve("runs/20260302-100000-bbbbbb"), moved.resolve("20260302-100000-bbbbbb"));
        Files.move(moved, data.resolve("other"));

        assertThat(new StoredRuns(data).named("20260301").folder()).isEqualTo(elsewhere);
        Files.createDirectories(data.resolve("more"));
        Files.move(data.resolve("other"), data.resolve("more/runs"));
        assertThat(new StoredRuns(data.resolve("more")).named("20260302").folder())
                .isEqualTo(data.resolve("more/runs/20260302-100000-bbbbbb"));
    }

    @Test
    void should_find_the_latest_run_of_a_variant_and_repetition() {
        runs("20260301-100000-aaaaaa", "20260302-100000-bbbbbb");

        assertThat(new StoredRuns(data).latest("todo", "auto", 1).map(StoredRun::id))
                .contains("20260302-100000-bbbbbb");
        assertThat(new StoredRuns(data).latest("todo", "auto", 2)).isEmpty();
        assertThat(new StoredRuns(data).latest("chat", "auto", 1)).isEmpty();
    }

    private void runs(String... ids) {
        for (String id : ids) {
            new StoredRuns(data).begins(info(id, data.resolve("runs").resolve(id)));
        }
    }

    private static RunInfo info(String id, Path folder) {
        Role role = new Role("claude", Optional.of("opus"));
        return new RunInfo(
                id,
                experiment(LIMITS),
                new Variant("claude-opus", role, role, role, SkillsMode.PASSIVE, 3),
                1,
                "real",
                "embedded",
                folder,
                "[engine:assay]/[experiment:todo]/[variant:auto]/[run:1]",
                Map.of("prompt", "abc"),
                Set.of("browser"),
                Instant.parse(id.substring(0, 4) + "-" + id.substring(4, 6) + "-" + id.substring(6, 8) + "T10:00:00Z"));
    }

    private static Experiment experiment(Limits limits) {
        return new Experiment(
                "todo",
                Path.of("/experiments/todo.yaml"),
                "todo",
                "Todo",
                "Build it",
                List.of(),
                List.of(),
                limits,
                List.of(),
                new AppInterface("true", "true", "true", List.of(), "a page", "install: true"),
                new Contract("own", Map.of(), List.of(), List.of(), List.of(), Optional.empty()),
                List.of(),
                1,
                false);
    }
}
