package dev.assay.cli;

import static net.javacrumbs.jsonunit.assertj.JsonAssertions.assertThatJson;
import static org.assertj.core.api.Assertions.assertThat;

import dev.assay.postgres.PostgresCluster;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The commands of {@code docs/analysis.md} print what the page shows. With {@code -Dassay.docs=write} the page is written
 * anew instead, for somebody to read.
 */
class DocumentedAnalysisIsTrueTest {
    private static final Path PAGE = Path.of("docs", "analysis.md");
    private static final Pattern SHOWN = Pattern.compile("```text\\n\\$ assay ([^\\n]*)\\n(.*?)```", Pattern.DOTALL);

    private static PostgresCluster cluster;
    private static String url;
    private static String place;
    private static String generated;

    @TempDir
    private Path folder;

    @BeforeAll
    static void makeRunsUp() throws InterruptedException {
        cluster = PostgresCluster.start(
                PostgresCluster.Options.empty(Path.of(System.getProperty("user.home"), ".cache", "assay")));
        String name = "docs_" + UUID.randomUUID().toString().replace("-", "");
        cluster.createDatabase(name, "template0", cluster.superuser());
        url = cluster.jdbcUrl(name, cluster.superuser(), cluster.superuserPassword());
        place = url.replaceFirst("^jdbc:", "").replaceFirst("[?].*", "");
        generated = new Said("generate", "demo-data", "--runs", "200").exit(0);
    }

    @AfterAll
    static void stop() {
        cluster.close();
    }

    /** A command that was run, and what it printed to either stream. */
    private static final class Said {
        private final StringWriter out = new StringWriter();
        private final int exit;

        Said(String... words) {
            List<String> arguments = new ArrayList<>(List.of(words));
            arguments.add("--store-url");
            arguments.add(url);
            PrintWriter writer = new PrintWriter(out, true);
            exit = Main.commandLine(Start.onStandardStreams())
                    .setOut(writer)
                    .setErr(writer)
                    .execute(arguments.toArray(String[]::new));
        }

        String exit(int expected) {
            assertThat(exit).as(out.toString()).isEqualTo(expected);
            return out.toString();
        }
    }

    @Test
    void should_print_what_the_page_shows() throws Exception {
        String page = Files.readString(PAGE);
        StringBuilder renewed = new StringBuilder();
        Matcher shown = SHOWN.matcher(page);
        int blocks = 0;
        while (shown.find()) {
            String command = shown.group(1);
            String said = command.startsWith("generate") ? generated : new Said(command.split(" ")).out.toString();
            String expected = "```text\n$ assay " + command + "\n" + said.replace(place, "demo/log-db") + "```";
            shown.appendReplacement(renewed, Matcher.quoteReplacement(expected));
            blocks++;
        }
        shown.appendTail(renewed);
        assertThat(blocks).isGreaterThan(5);
        if ("write".equals(System.getProperty("assay.docs"))) {
            Files.writeString(PAGE, renewed.toString());
        }
        assertThat(Files.readString(PAGE)).isEqualTo(renewed.toString());
    }

    @Test
    void should_refuse_what_cannot_be_compared_and_say_what_to_do() {
        assertThat(new Said("compare", "codex", "gemini/pro", "--source", "demo").exit(2))
                .contains("gemini: versions 0.30.1, 0.31.0", "--mixed");
        assertThat(new Said("compare", "codex", "nobody", "--source", "demo").exit(2))
                .contains("variant=nobody", "assay runs");
        assertThat(new Said("compare", "colour=red", "codex").exit(2)).contains("implementer");
    }

    @ParameterizedTest
    @ValueSource(strings = {"patterns", "leaderboard"})
    void should_say_which_runs_it_left_out(String command) {
        assertThat(new Said(command).exit(2)).contains("200 demo", "--source demo");
        assertThat(new Said(command, "--source", "imaginary").exit(2)).contains("real, recorded, demo, all");
    }

    @Test
    void should_name_the_steps_where_there_is_no_such_step_or_run() {
        assertThat(new Said("analyze", "demo-00001", "--step", "9").exit(2)).contains("setup", "schema");
        assertThat(new Said("analyze", "none-such").exit(2)).contains("No run's id begins with");
    }

    @Test
    void should_keep_made_up_runs_apart_from_others() throws Exception {
        String other = "docs_" + UUID.randomUUID().toString().replace("-", "");
        cluster.createDatabase(other, "template0", cluster.superuser());
        String own = cluster.jdbcUrl(other, cluster.superuser(), cluster.superuserPassword());
        String[] three = {"generate", "demo-data", "--runs", "3", "--store-url", own};
        assertThat(execute(three)).isZero();
        try (var connection = java.sql.DriverManager.getConnection(own);
                var statement = connection.createStatement()) {
            statement.execute("update orchestrator_runs set source = 'real', id = 'mine' where false");
            statement.execute("insert into orchestrator_runs (id, experiment, variant, repetition, source, target_kind,"
                    + " prompt, unique_id, planner_tool, implementer_tool, verifier_tool, started_at) values"
                    + " ('mine', 'e', 'v', 1, 'real', 'embedded', '', '', 'a', 'a', 'a', now())");
        }
        assertThat(execute(three)).isEqualTo(2);
        assertThat(execute("generate", "demo-data", "--runs", "3", "--beside-others", "--store-url", own))
                .isZero();
        assertThat(execute("generate", "demo-data", "--remove", "--store-url", own))
                .isZero();
    }

    private static int execute(String... words) {
        PrintWriter nowhere = new PrintWriter(new StringWriter());
        return Main.commandLine(Start.onStandardStreams())
                .setOut(nowhere)
                .setErr(nowhere)
                .execute(words);
    }

    @Test
    void should_print_the_same_figures_as_json() {
        assertThatJson(new Said("leaderboard", "--source", "demo", "--json").exit(0))
                .inPath("$.places[0]")
                .isObject()
                .containsKeys("variant", "rank", "tied", "passed", "scored", "total", "rate_interval", "pass_at_5");
        assertThatJson(new Said("patterns", "--source", "demo", "--json").exit(0))
                .isObject()
                .containsKeys("totals", "tasks", "signatures", "recoveries", "verifier_runs", "tools", "reading");
        assertThatJson(new Said("compare", "codex", "cursor", "--source", "demo", "--json").exit(0))
                .inPath("$.difference")
                .isObject()
                .containsKeys("value", "p", "test", "interval", "smallest_detectable");
        assertThatJson(new Said("compare", "demo-00001", "demo-00011", "--source", "demo", "--json").exit(0))
                .inPath("$.difference.decidable")
                .isEqualTo(false);
    }

    @Test
    void should_write_the_page_into_a_file() throws Exception {
        Path file = folder.resolve("run.json");
        new Said("analyze", "demo-00002", "--errors", "--export", file.toString()).exit(0);
        assertThatJson(Files.readString(file)).isObject().containsKeys("summary", "checks", "errors", "recoveries");
    }
}
