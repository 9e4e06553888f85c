package dev.assay.cli;

import static net.javacrumbs.jsonunit.assertj.JsonAssertions.assertThatJson;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** The command on an embedded log database that it starts itself. */
class SqlCommandIT {
    @TempDir
    Path data;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @Test
    void should_exit_2_with_one_line_when_the_statement_is_none_that_reads() {
        assertThat(sql("DELETE FROM orchestrator_runs")).isEqualTo(2);
        assertThat(err.toString().lines()).singleElement().asString().contains("delete");
        assertThat(out.toString()).isEmpty();
    }

    @Test
    void should_exit_1_with_what_the_server_says() {
        assertThat(sql("SELECT * FROM nowhere")).isEqualTo(1);
        assertThat(err.toString()).contains("nowhere");
    }

    @Test
    void should_print_a_table_or_json() {
        assertThat(sql("SELECT count(*) AS runs, 'a' AS letter FROM orchestrator_runs"))
                .isZero();
        assertThat(out.toString()).contains("runs", "letter", "0");

        out.getBuffer().setLength(0);
        assertThat(sql("SELECT count(*) AS runs FROM orchestrator_runs", "--json"))
                .isZero();
        assertThatJson(out.toString()).isEqualTo("[{\"runs\": 0}]");
    }

    private int sql(String statement, String... options) {
        CommandLine line = Main.commandLine(Start.onStandardStreams());
        String[] arguments = new String[options.length + 4];
        arguments[0] = "sql";
        arguments[1] = statement;
        arguments[2] = "--data-dir";
        arguments[3] = data.toString();
        System.arraycopy(options, 0, arguments, 4, options.length);
        return line.setOut(new PrintWriter(out, true))
                .setErr(new PrintWriter(err, true))
                .execute(arguments);
    }
}
