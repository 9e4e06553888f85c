package dev.assay.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class MatrixCommandTest {
    @TempDir
    Path directory;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @BeforeEach
    void writeExperiments() throws IOException {
        Files.writeString(directory.resolve("todo.yaml"), "title: Todo\nprompt: Build it.\n");
        Files.writeString(directory.resolve("todo-matrix.yaml"), """
                extends: todo
                matrix:
                  planner: claude/sonnet
                  implementer: [claude/opus, codex]
                  verifier: claude/sonnet
                  exclude: [{ implementer: codex, skills: passive }]
                  skills: [none, passive]
                repetitions: 5
                """);
    }

    @Test
    void should_print_every_cell_of_every_matrix_file_for_people() {
        assertThat(matrix()).isZero();

        assertThat(out.toString()).isEqualToNormalizingNewlines("""
                experiment   variant                            planner        implementer  verifier       skills   runs
                todo-matrix  claude-sonnet+claude-opus          claude/sonnet  claude/opus  claude/sonnet  none     5
                todo-matrix  claude-sonnet+claude-opus+passive  claude/sonnet  claude/opus  claude/sonnet  passive  5
                todo-matrix  claude-sonnet+codex                claude/sonnet  codex        claude/sonnet  none     5
                3 variants, 15 runs
                """);
    }

    @Test
    void should_print_the_matrix_of_a_job_in_one_line_of_which_each_cell_runs_exactly_one_variant() {
        assertThat(matrix("--github", "--repetitions", "2")).isZero();

        assertThat(out.toString().lines()).hasSize(1);
        JsonNode cells = new JsonMapper().readTree(out.toString()).path("include");
        assertThat(cells).hasSize(3);
        assertThat(cells.get(2).toString())
                .isEqualTo("{\"experiment\":\"todo-matrix\",\"variant\":\"claude-sonnet+codex\","
                        + "\"planner\":\"claude/sonnet\",\"implementer\":\"codex\",\"verifier\":\"claude/sonnet\","
                        + "\"skills\":\"none\",\"repetitions\":2,"
                        + "\"install\":\"npm install --global @anthropic-ai/claude-code && npm install --global"
                        + " @openai/codex\"}");
        for (JsonNode cell : cells) {
            out.getBuffer().setLength(0);
            assertThat(matrix(
                            cell.path("experiment").stringValue(),
                            "--json",
                            "--planner",
                            cell.path("planner").stringValue(),
                            "--implementer",
                            cell.path("implementer").stringValue(),
                            "--verifier",
                            cell.path("verifier").stringValue(),
                            "--skills-mode",
                            cell.path("skills").stringValue()))
                    .isZero();
            assertThat(new JsonMapper().readTree(out.toString()).valueStream().map(one -> one.path("variant")))
                    .containsExactly(cell.path("variant"));
        }
    }

    @Test
    void should_make_a_matrix_of_an_experiment_by_options() {
        assertThat(matrix("todo", "--implementer", "nop,recorded", "--json")).isZero();

        assertThat(new JsonMapper()
                        .readTree(out.toString())
                        .valueStream()
                        .map(cell -> cell.path("install").stringValue()))
                .containsExactly("", "");
    }

    @Test
    void should_end_with_2_and_say_why_where_there_is_nothing_to_list() throws IOException {
        assertThat(matrix("todo-matrx")).isEqualTo(2);
        assertThat(err.toString()).contains("No experiment named 'todo-matrx'").contains("Did you mean 'todo-matrix'");

        Files.writeString(directory.resolve("broken.yaml"), "extends: todo\nmatrx: {}\n");
        assertThat(matrix()).isEqualTo(2);
        assertThat(err.toString()).contains("broken.yaml:2");

        Files.delete(directory.resolve("broken.yaml"));
        Files.delete(directory.resolve("todo-matrix.yaml"));
        assertThat(matrix()).isEqualTo(2);
        assertThat(err.toString()).contains("There is no matrix file in " + directory);
    }

    @Test
    void should_refuse_a_matrix_that_is_too_large_for_a_job() throws IOException {
        StringBuilder many = new StringBuilder();
        for (int i = 0; i < 129; i++) {
            many.append(i == 0 ? "" : ", ").append("claude/m").append(i);
        }
        Files.writeString(
                directory.resolve("large.yaml"),
                "extends: todo\nmatrix: { implementer: [" + many + "], skills: [none, passive] }\n");

        assertThat(matrix("large", "--github")).isEqualTo(2);
        assertThat(err.toString()).contains("258 cells").contains("at most 256");
    }

    private int matrix(String... arguments) {
        List<String> line = new ArrayList<>(List.of("matrix", "--experiments-dir", directory.toString()));
        line.addAll(List.of(arguments));
        return Main.commandLine(Start.onStandardStreams())
                .setOut(new PrintWriter(out, true))
                .setErr(new PrintWriter(err, true))
                .execute(line.toArray(String[]::new));
    }
}
