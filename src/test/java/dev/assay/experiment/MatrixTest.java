package dev.assay.experiment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.assay.settings.Settings;
import dev.assay.settings.UsageError;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MatrixTest {
    @TempDir
    Path temporary;

    private Path folder;
    private final Map<String, String> given = new HashMap<>();

    @BeforeEach
    void makeFolder() throws IOException {
        folder = Files.createDirectory(temporary.resolve("experiments"));
        Files.writeString(folder.resolve("todo.yaml"), "title: Todo\nprompt: Build\nlimits: { retries: 2 }\n");
    }

    @Test
    void should_refuse_to_extend_what_is_not_there_or_extends_itself() throws IOException {
        Files.writeString(folder.resolve("m.yaml"), "extends: todos\nmatrix: { planner: claude }\n");
        assertInvalid("experiments/m.yaml:1: extends: found 'todos', expected the name of an experiment beside this"
                + " file: todo. Did you mean 'todo'?");

        Files.writeString(folder.resolve("m.yaml"), "extends: m\nmatrix: { planner: claude }\n");
        assertInvalid("experiments/m.yaml:1: extends: found 'm', which itself extends another;"
                + " expected an experiment with a prompt");
    }

    @Test
    void should_refuse_keys_that_belong_to_the_extended_file() throws IOException {
        Files.writeString(folder.resolve("m.yaml"), "extends: todo\nprompt: Other\nmatrix: { planner: claude }\n");
        assertInvalid("experiments/m.yaml:2: found the key 'prompt',"
                + " which a file with 'extends' takes from what it extends");
    }

    @Test
    void should_name_the_problems_of_the_extended_file_in_that_file() throws IOException {
        Files.writeString(folder.resolve("todo.yaml"), "title: Todo\npromt: Build\n");
        Files.writeString(folder.resolve("m.yaml"), "extends: todo\nmatrix: { planner: claude }\n");
        assertInvalid("experiments/todo.yaml:1: the key 'prompt' is missing");
    }

    @Test
    void should_refuse_roles_skills_and_exclusions_that_mean_nothing() throws IOException {
        Files.writeString(folder.resolve("m.yaml"), """
                extends: todo
                matrix:
                  planner: Claude Opus
                  implementer: []
                  skills: [none, pasive]
                """);
        assertInvalid("experiments/m.yaml:3: matrix.planner: found 'Claude Opus',"
                + " expected a tool such as claude, or tool/model such as claude/opus");
        assertInvalid("experiments/m.yaml:4: matrix.implementer: found 0 entries, expected at least 1");
        assertInvalid("experiments/m.yaml:5: matrix.skills[1]: found 'pasive',"
                + " expected one of none, passive, on-demand. Did you mean 'passive'?");

        Files.writeString(folder.resolve("m.yaml"), """
                extends: todo
                matrix:
                  implementer: [claude, codex]
                  exclude:
                    - implementer: cursor
                """);
        assertInvalid("experiments/m.yaml:5: matrix.exclude[0]: found {implementer=cursor}, which no combination"
                + " agrees with; expected values that stand in the matrix");

        Files.writeString(folder.resolve("m.yaml"), "extends: todo\nmatrix: {}\n");
        assertInvalid("experiments/m.yaml:2: matrix: found no combination, expected at least one variant");
    }

    @Test
    void should_make_the_product_with_the_line_of_each_entry() throws Exception {
        Files.writeString(folder.resolve("m.yaml"), """
                extends: todo
                matrix:
                  planner: claude/sonnet
                  implementer:
                    - claude/opus
                    - codex/gpt-5.5
                  verifier: claude/sonnet
                  skills: [none, passive]
                repetitions: 5
                """);

        Experiment experiment = read();

        assertThat(experiment.name()).isEqualTo("m");
        assertThat(experiment.base()).isEqualTo("todo");
        assertThat(experiment.matrixFile()).isTrue();
        assertThat(experiment.prompt()).isEqualTo("Build");
        assertThat(experiment.repetitions()).isEqualTo(5);
        assertThat(experiment.recording()).isEqualTo(folder.resolve("todo/recording"));
        assertThat(experiment.variants())
                .extracting(Variant::id, Variant::line)
                .containsExactly(
                        org.assertj.core.groups.Tuple.tuple("claude-sonnet+claude-opus", 5),
                        org.assertj.core.groups.Tuple.tuple("claude-sonnet+claude-opus+passive", 5),
                        org.assertj.core.groups.Tuple.tuple("claude-sonnet+codex-gpt-5.5", 6),
                        org.assertj.core.groups.Tuple.tuple("claude-sonnet+codex-gpt-5.5+passive", 6));
        assertThat(experiment.variants().get(2).implementer()).isEqualTo(new Role("codex", Optional.of("gpt-5.5")));
    }

    @Test
    void should_exclude_and_include_as_ci_matrices_do() throws Exception {
        Files.writeString(folder.resolve("m.yaml"), """
                extends: todo
                matrix:
                  planner: claude
                  implementer: [claude, codex, cursor]
                  exclude:
                    - implementer: cursor
                  include:
                    - { implementer: codex, verifier: codex }
                    - implementer: gemini
                """);

        assertThat(ids(read())).containsExactly("claude+claude+auto", "claude+codex+codex", "claude+gemini+auto");
        assertThat(read().variants().get(2).line()).isEqualTo(9);
    }

    @Test
    void should_keep_ids_apart_that_would_read_the_same() throws Exception {
        Files.writeString(
                folder.resolve("m.yaml"),
                "extends: todo\nmatrix: { planner: nop, verifier: nop, implementer: [a/b-c, a-b/c, nop] }\n");

        assertThat(ids(read())).containsExactly("nop+a-b-c", "nop+a-b-c-2", "nop");
        assertThat(ids(read())).allMatch(id -> id.matches("[A-Za-z0-9._+-]+"));
    }

    @Test
    void should_refuse_options_that_cannot_be_meant() {
        given.put("implementer", "claude/");
        assertThatThrownBy(() -> overridden("todo"))
                .isInstanceOf(UsageError.class)
                .hasMessage("Option 'implementer' must be tool or tool/model, such as claude or claude/opus,"
                        + " but --implementer says 'claude/'.");

        given.clear();
        given.put("skills-mode", "pasive");
        assertThatThrownBy(() -> overridden("todo")).hasMessageContaining("Did you mean 'passive'?");

        given.clear();
        given.put("repetitions", "0");
        assertThatThrownBy(() -> overridden("todo")).isInstanceOf(UsageError.class);
    }

    @Test
    void should_replace_a_list_by_a_value_and_a_value_by_a_list() throws Exception {
        Files.writeString(
                folder.resolve("m.yaml"),
                "extends: todo\nmatrix: { planner: claude, verifier: claude, implementer: [claude, codex] }\n");
        given.put("implementer", "nop");
        given.put("planner", "claude,codex/gpt-5.5");
        given.put("skills-mode", "none, passive");
        given.put("repetitions", "3");
        given.put("max-retries", "0");

        Experiment experiment = overridden("m");

        assertThat(ids(experiment))
                .containsExactly(
                        "claude+nop",
                        "claude+nop+passive",
                        "codex-gpt-5.5+nop+claude",
                        "codex-gpt-5.5+nop+claude+passive");
        assertThat(experiment.repetitions()).isEqualTo(3);
        assertThat(experiment.limits().retries()).isZero();
        assertThat(experiment.limits().resolutions()).isEqualTo(7);
    }

    @Test
    void should_leave_an_experiment_alone_when_nothing_is_said() throws Exception {
        assertThat(overridden("todo")).isEqualTo(ExperimentFiles.in(folder).read(folder.resolve("todo.yaml")));
    }

    @Test
    void should_let_the_file_come_before_assay_yaml() throws Exception {
        Files.writeString(
                temporary.resolve("assay.yaml"),
                "max-retries: 9\nimplementer: codex\nrepetitions: 4\nplanner: cursor\n");
        Files.writeString(folder.resolve("m.yaml"), "extends: todo\nmatrix: { planner: claude }\n");

        Experiment experiment = overridden("m");

        assertThat(experiment.limits().retries()).isEqualTo(2);
        assertThat(experiment.repetitions()).isEqualTo(4);
        assertThat(ids(experiment)).containsExactly("claude+codex+auto");
    }

    @Test
    void should_give_a_tool_its_model_where_the_role_names_none() throws Exception {
        given.put("implementer", "claude, claude/opus");
        given.put("claude-model", "sonnet");

        assertThat(ids(overridden("todo"))).containsExactly("auto+claude-sonnet", "auto+claude-opus");
    }

    @Test
    void should_take_the_pace_from_options_then_the_file_then_assay_yaml() throws Exception {
        Files.writeString(folder.resolve("todo.yaml"), "title: Todo\nprompt: Build\nparallelism: 3\nfail-fast: true\n");
        Files.writeString(folder.resolve("m.yaml"), "extends: todo\nmatrix: { planner: claude }\nstop-early: 0.8\n");
        Files.writeString(temporary.resolve("assay.yaml"), "parallelism: 9\nfail-fast: false\nstop-early: best\n");

        assertThat(overridden("m").pace()).isEqualTo(new Pace(3, true, Question.parse("80%")));
        assertThat(overridden("todo").pace()).isEqualTo(new Pace(3, true, Question.parse("best")));

        given.putAll(Map.of("parallelism", "2", "fail-fast", "false", "stop-early", "off"));
        assertThat(overridden("m").pace()).isEqualTo(new Pace(2, false, Optional.empty()));
    }

    @Test
    void should_tell_what_the_file_decides_and_not_what_comes_before_it() throws Exception {
        Files.writeString(
                folder.resolve("m.yaml"),
                "extends: todo\nmatrix: { implementer: [claude/opus, codex] }\nrepetitions: 5\nstop-early: 0.8\n");
        Files.writeString(temporary.resolve("assay.yaml"), "repetitions: 7\nparallelism: 9\n");
        Experiment read = ExperimentFiles.in(folder).read(folder.resolve("m.yaml"));

        assertThat(Overrides.decidedByFile(read, settings()))
                .isEqualTo(Map.of(
                        "implementer",
                        "claude/opus,codex",
                        "max-retries",
                        "2",
                        "repetitions",
                        "5",
                        "stop-early",
                        "80%"));

        given.putAll(Map.of("repetitions", "1", "implementer", "nop"));
        assertThat(Overrides.decidedByFile(read, settings())).containsOnlyKeys("max-retries", "stop-early");
    }

    @Test
    void should_refuse_a_pace_that_makes_no_sense() throws Exception {
        Files.writeString(
                folder.resolve("m.yaml"),
                "extends: todo\nmatrix: { planner: claude }\nparallelism: 0\nfail-fast: maybe\nstop-early: soon\n");
        assertInvalid("experiments/m.yaml:3: parallelism: found the number 0, expected a number from 1");
        assertInvalid("experiments/m.yaml:4: fail-fast: found 'maybe', expected true or false");
        assertInvalid(
                "experiments/m.yaml:5: stop-early: found 'soon', expected a rate such as 80% or 0.8, best, or off");
        Files.writeString(folder.resolve("m.yaml"), "extends: todo\nmatrix: { planner: claude }\nstop-early: 0\n");
        assertInvalid(
                "experiments/m.yaml:3: stop-early: found the number 0, expected a rate such as 80% or 0.8, best, or off");
    }

    @Test
    void should_choose_variants_by_name() throws Exception {
        Files.writeString(
                folder.resolve("m.yaml"),
                "extends: todo\nmatrix: { planner: claude, implementer: [claude, codex], verifier: claude, skills: [none, passive] }\n");
        given.put("include-variants", "*codex*, claude");
        given.put("exclude-variants", "*passive");
        assertThat(ids(overridden("m"))).containsExactly("claude", "claude+codex");

        given.put("include-variants", "claude+codecs");
        assertThatThrownBy(() -> overridden("m"))
                .isInstanceOf(UsageError.class)
                .hasMessage("Option 'include-variants' must name variants of m, but --include-variants says"
                        + " 'claude+codecs'; it has: claude, claude+passive, claude+codex, claude+codex+passive."
                        + " Did you mean 'claude+codex'?");
        given.put("include-variants", "claude");
        given.put("exclude-variants", "cl*");
        assertThatThrownBy(() -> overridden("m"))
                .isInstanceOf(UsageError.class)
                .hasMessageContaining("leave no variant of m");
    }

    private Experiment read() throws InvalidExperiment {
        return ExperimentFiles.in(folder).read(folder.resolve("m.yaml"));
    }

    private Experiment overridden(String name) throws InvalidExperiment {
        return Overrides.apply(ExperimentFiles.in(folder).read(folder.resolve(name + ".yaml")), settings());
    }

    private Settings settings() {
        return Settings.load(id -> Optional.ofNullable(given.get(id)), temporary);
    }

    private static List<String> ids(Experiment experiment) {
        return experiment.variants().stream().map(Variant::id).toList();
    }

    private void assertInvalid(String problem) {
        assertThatThrownBy(this::read)
                .isInstanceOf(InvalidExperiment.class)
                .satisfies(thrown -> assertThat(((InvalidExperiment) thrown).problems())
                        .extracting(Problem::toString)
                        .contains(problem));
    }
}
