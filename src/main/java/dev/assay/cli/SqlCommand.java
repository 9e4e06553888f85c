package dev.assay.cli;

import dev.assay.Assay;
import dev.assay.settings.Option;
import dev.assay.settings.Settings;
import dev.assay.store.LogDatabase;
import dev.assay.store.SqlQuery;
import java.io.PrintWriter;
import java.sql.SQLException;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code assay sql}: one read-only statement on the log database, which is started where it has to be. */
@Command(
        name = "sql",
        description = "Runs one statement on the log database. It can read, and change nothing.",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        footer = {
            "",
            "Examples:",
            "  assay sql \"SELECT * FROM orchestrator_runs\"",
            "  assay sql \"SELECT count(*) FROM orchestrator_events\" --json"
        })
final class SqlCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Parameters(paramLabel = "STATEMENT", description = "one SELECT, in quotes")
    private String statement;

    @SuppressWarnings("NullAway.Init") // picocli sets the annotated fields
    SqlCommand() {}

    static CommandLine withOptions(SqlCommand command) {
        CommandLine line = new CommandLine(command);
        Options.add(line.getCommandSpec(), List.of(Option.JSON, Option.STORE_URL, Option.DATA_DIR, Option.CACHE_DIR));
        return line;
    }

    @Override
    public Integer call() throws SQLException {
        Settings settings = Options.settings(Options.given(spec));
        PrintWriter out = spec.commandLine().getOut();
        try (LogDatabase database = Assay.log(settings)) {
            SqlQuery.Result result = new SqlQuery(database).run(statement);
            out.println(
                    settings.flag(Option.JSON)
                            ? result.toJson()
                            : result.toTable(Terminal.of(spec).width()));
            if (result.more()) {
                spec.commandLine()
                        .getErr()
                        .println("There are more than " + SqlQuery.MOST_ROWS
                                + " rows; these are the first. Narrow the statement, or count.");
            }
            return 0;
        } catch (IllegalArgumentException e) {
            throw new ParameterException(spec.commandLine(), e.getMessage(), e);
        }
    }
}
