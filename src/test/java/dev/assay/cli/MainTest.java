package dev.assay.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.assay.engine.AssayTestEngine;
import dev.assay.engine.Launch;
import dev.assay.settings.Option;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;

class MainTest {
    @TempDir
    Path directory;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();
    private final ByteArrayOutputStream said = new ByteArrayOutputStream();

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "rum todo-auth | Did you mean",
                "run --implementr nop todo-auth | Did you mean '--implementer'",
                "resume | Missing required parameter: 'RUN'",
                "resume 2026 2 --start-step 3 | '2' and --start-step say the same thing",
                "recheck | Missing required argument (specify one of these)",
                "recheck 2026 --mutant todo-auth/rls-off | mutually exclusive",
                "run | Nothing to run: name an experiment, 'all', or give a prompt in quotes",
                "run todo --experiment todo | 'todo' and --experiment say the same thing",
                "run todo,a build_it_all --planner | Missing required parameter for option '--planner'",
            })
    void should_exit_2_with_one_line_that_says_what_is_wrong(String arguments, String message) {
        assertThat(execute(arguments.strip().split(" "))).isEqualTo(2);
        assertThat(err.toString().lines()).singleElement().asString().contains(message);
    }

    @Test
    void should_exit_2_when_a_prompt_stands_beside_other_arguments() {
        assertThat(execute("run", "Build a guestbook", "todo-auth")).isEqualTo(2);
        assertThat(err.toString()).contains("A prompt must be the only argument");
    }

    @Test
    void should_exit_2_with_the_names_there_are_after_a_typo() {
        assertThat(execute("run", "typo", "--experiments-dir", directory.toString()))
                .isEqualTo(2);
        assertThat(said.toString(StandardCharsets.UTF_8)).contains("typo");
    }

    @Test
    void should_exit_2_with_the_runs_there_are_where_none_has_the_name() {
        for (String command : List.of("resume", "recheck")) {
            assertThat(execute(command, "2026", "--data-dir", directory.toString()))
                    .isEqualTo(2);
            assertThat(said.toString(StandardCharsets.UTF_8))
                    .contains("No run's id begins with '2026'")
                    .contains("There is no run in " + directory.resolve("runs"));
            said.reset();
        }
    }

    @Test
    void should_not_take_a_name_for_the_value_of_a_flag() {
        assertThat(execute("run", "--offline", "typo", "--fail-fast=false", "--experiments-dir", directory.toString()))
                .isEqualTo(2);
        assertThat(said.toString(StandardCharsets.UTF_8)).contains("typo");
    }

    @Test
    void should_know_every_option_of_the_list() {
        assertThat(execute("run", "--help")).isZero();
        assertThat(out.toString())
                .contains(Option.ids().stream().map(id -> "--" + id).toList());
        assertThat(out.toString()).contains("assay run todo-auth");
    }

    @Test
    void should_show_the_commands_with_examples_and_the_version() {
        assertThat(execute("--help")).isZero();
        assertThat(out.toString()).contains("run", "sql", "Examples:", "Exit codes:");
        assertThat(execute("--version")).isZero();
        assertThat(out.toString()).contains("assay (not packaged)");
    }

    private int execute(String... arguments) {
        Launch launch = new Launch(
                new AssayTestEngine(
                        settings -> {
                            throw new AssertionError("nothing must be run");
                        },
                        directory),
                new PrintStream(said, true, StandardCharsets.UTF_8));
        CommandLine line = Main.commandLine(launch);
        return line.setOut(new PrintWriter(out, true))
                .setErr(new PrintWriter(err, true))
                .execute(List.of(arguments).toArray(String[]::new));
    }
}
