package dev.assay.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.assay.engine.AssayTestEngine;
import dev.assay.engine.Launch;
import dev.assay.report.RunResults;
import dev.assay.settings.Option;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class MainTest {
    @TempDir
    Path directory;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();
    private final RunResults results = new RunResults();
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

    @Test
    void should_take_every_option_on_the_command_line_and_explain_it() {
        CommandLine main = Main.commandLine(Start.onStandardStreams());
        for (Option option : Option.values()) {
            String value = option.kind() == Option.Kind.FLAG ? "true" : "7";

            CommandLine.ParseResult parsed = main.parseArgs("run", "--" + option.id() + "=" + value);

            Map<String, String> given = Options.given(parsed.subcommand().commandSpec());
            assertThat(given).containsExactly(Map.entry(option.id(), value));
            assertThat(Options.settings(given).explain().get(option.id())).endsWith("[--" + option.id() + "]");
            assertThat(main.getSubcommands().get("preflight").getCommandSpec().findOption("--" + option.id()))
                    .isNotNull();
        }
    }

    @Test
    void should_answer_in_json_by_every_command() {
        List<String> names = commands().stream()
                .filter(command -> command.getSubcommands().isEmpty())
                .filter(command -> command.getCommandSpec().findOption("--json") == null)
                .map(CommandLine::getCommandName)
                .toList();

        assertThat(names).as("commands without --json").containsExactly("generate-completion");
    }

    @Test
    void should_tell_programs_what_is_wrong_as_one_object() {
        assertThat(execute("resume", "2026", "--json", "--data-dir", directory.toString()))
                .isEqualTo(2);
        JsonNode json = JsonMapper.shared().readTree(out.toString());
        assertThat(json.path("exit_code").asInt()).isEqualTo(2);
        assertThat(json.path("runs").size()).isZero();
        assertThat(json.at("/messages/0").asString()).contains("No run's id begins with '2026'");
    }

    @Test
    void should_exit_2_where_an_experiment_cannot_be_read_whatever_is_done_with_it() throws IOException {
        Files.writeString(directory.resolve("slip.yaml"), "title: Slip\ntitel: Slip\nprompt: Build it.\n");

        assertThat(execute("recheck", "--mutant", "slip/any", "--experiments-dir", directory.toString()))
                .isEqualTo(2);
        assertThat(err.toString()).contains("slip.yaml:2");
    }

    @Test
    void should_list_runs_by_the_older_name() {
        assertThat(execute("--list-runs", "--limit", "0")).isEqualTo(2);
        assertThat(err.toString()).contains("--limit must be 1 or more");
    }

    @Test
    void should_show_help_with_examples_that_it_understands_of_each_command() {
        for (CommandLine command : commands()) {
            String help = command.getUsageMessage(CommandLine.Help.Ansi.OFF);
            List<String> examples = help.lines()
                    .dropWhile(line -> !line.equals("Examples:"))
                    .skip(1)
                    .takeWhile(line -> !line.isBlank())
                    .toList();
            assertThat(examples).as(command.getCommandName()).isNotEmpty();
            assertThat(help.lines())
                    .allSatisfy(line -> assertThat(line.length()).isLessThanOrEqualTo(80));
            for (String example : examples) {
                ShellWords.assay(example)
                        .ifPresent(words ->
                                Main.commandLine(Start.onStandardStreams()).parseArgs(words.toArray(String[]::new)));
            }
        }
    }

    @Test
    void should_exit_2_where_a_file_cannot_be_read_and_say_where() throws IOException {
        Path folder = Files.createDirectories(directory.resolve("experiments"));
        Files.writeString(folder.resolve("guestbook.yaml"), "title: Guestbook\nprompt: Build a guestbook.\n");
        Files.writeString(folder.resolve("slip.yaml"), "title: Slip\ntitel: Slip\nprompt: Build it.\n");

        assertThat(execute("experiments", "--experiments-dir", folder.toString()))
                .isEqualTo(2);
        assertThat(out.toString().lines())
                .containsSequence(
                        "guestbook  Guestbook",
                        "           api, rls, smoke · 1 variant, 1 repetition · experiments/guestbook.yaml",
                        "slip       cannot be read:")
                .anySatisfy(line -> assertThat(line).startsWith("           experiments/slip.yaml:2: found "));

        out.getBuffer().setLength(0);
        assertThat(execute("experiments", "--json", "--experiments-dir", folder.toString()))
                .isEqualTo(2);
        JsonNode json = JsonMapper.shared().readTree(out.toString());
        assertThat(json.at("/0/layers/1").asString()).isEqualTo("rls");
        assertThat(json.at("/0/contract").asString()).isEqualTo("default");
        assertThat(json.at("/1/problems/0/line").asInt()).isEqualTo(2);
        assertThat(json.at("/1/valid").asBoolean(true)).isFalse();
    }

    @Test
    void should_say_where_to_put_experiments_where_there_is_none() {
        assertThat(execute("experiments", "--experiments-dir", directory.toString()))
                .isZero();
        assertThat(out.toString()).contains("There is no experiment in " + directory, "todo-auth.yaml");
    }

    @ParameterizedTest
    @CsvSource({
        "--outcome good, '--outcome must be one of passed, failed, aborted, running, interrupted, and is ''good''.'",
        "--source reel, Did you mean 'real'",
        "--sort cheapest, '--sort must be one of newest, longest, dearest, experiment'",
        "--limit 0, --limit must be 1 or more",
        "--limit many, Invalid value for option '--limit'",
        "--store-url mysql://host, store-url is no PostgreSQL URL",
    })
    void should_exit_2_where_runs_are_asked_for_that_cannot_be(String option, String message) {
        String[] words = option.split(" ");

        assertThat(execute("runs", words[0], words[1], "--data-dir", directory.toString()))
                .isEqualTo(2);
        assertThat(err.toString().lines()).singleElement().asString().contains(message);
    }

    @Test
    void should_complete_commands_options_and_values_in_bash() throws Exception {
        assertThat(execute("generate-completion")).isZero();
        Path script = Files.writeString(directory.resolve("completion"), out.toString());

        assertThat(completed(script, "assay ru")).containsExactly("run", "runs");
        assertThat(completed(script, "assay run --implem")).containsExactly("--implementer");
        assertThat(completed(script, "assay runs --outcome ab")).containsExactly("aborted");
        assertThat(completed(script, "assay export x --format ct")).containsExactly("ctrf");
    }

    /** What bash offers for the last word. */
    private List<String> completed(Path script, String line) throws Exception {
        Path output = directory.resolve("completed");
        Process bash = new ProcessBuilder(
                        "bash",
                        "-c",
                        "set -e; source \"$0\"; COMP_LINE=\"$1\"; COMP_POINT=${#COMP_LINE}; COMP_WORDS=($1);"
                                + " COMP_CWORD=$((${#COMP_WORDS[@]} - 1)); set +e; _complete_assay;"
                                + " printf '%s\\n' \"${COMPREPLY[@]}\"",
                        script.toString(),
                        line)
                .redirectError(ProcessBuilder.Redirect.DISCARD) // compopt, which works only while a shell completes
                .redirectOutput(output.toFile())
                .start();
        assertThat(bash.waitFor(1, TimeUnit.MINUTES)).isTrue();
        return Files.readString(output).lines().map(String::strip).sorted().toList();
    }

    /** All there are, those of commands included. */
    private static Set<CommandLine> commands() {
        Set<CommandLine> all = new LinkedHashSet<>(Set.of(Main.commandLine(Start.onStandardStreams())));
        List<CommandLine> found = List.copyOf(all);
        while (!found.isEmpty()) {
            found = found.stream()
                    .flatMap(command -> command.getSubcommands().values().stream())
                    .toList();
            all.addAll(found);
        }
        return all;
    }

    private int execute(String... arguments) {
        PrintStream messages = new PrintStream(said, true, StandardCharsets.UTF_8);
        Launch launch = new Launch(
                new AssayTestEngine(
                        settings -> {
                            throw new AssertionError("nothing must be run");
                        },
                        directory),
                message -> {
                    messages.println(message);
                    results.said(message);
                });
        CommandLine line = Main.commandLine(new Start(launch, results));
        return line.setOut(new PrintWriter(out, true))
                .setErr(new PrintWriter(err, true))
                .execute(List.of(arguments).toArray(String[]::new));
    }
}
