package dev.assay.cli;

import dev.assay.Assay;
import dev.assay.settings.Option;
import dev.assay.settings.Settings;
import dev.assay.settings.UsageError;
import dev.assay.store.DemoRuns;
import dev.assay.store.LogDatabase;
import java.io.PrintWriter;
import java.sql.SQLException;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;
import tools.jackson.databind.json.JsonMapper;

/** {@code assay generate demo-data}: runs that never were, marked as such. */
@Command(
        name = "demo-data",
        description = {
            "Writes made-up runs into a log database, to try the analysis with.",
            "They are marked as demo, and no command counts them unless told by --source demo. Those made up before go."
        },
        mixinStandardHelpOptions = true,
        sortOptions = false,
        footer = {
            "",
            "Examples:",
            "  assay generate demo-data --data-dir /tmp/demo     apart from everything else",
            "  assay generate demo-data --beside-others          into the log of real runs",
            "  assay generate demo-data --remove                 out of it again"
        })
final class DemoDataCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @CommandLine.Option(
            names = "--runs",
            paramLabel = "COUNT",
            defaultValue = "2000",
            description = "how many (${DEFAULT-VALUE})")
    private int runs;

    @CommandLine.Option(
            names = "--seed",
            paramLabel = "NUMBER",
            defaultValue = "1",
            description = "the same seed gives the same runs (${DEFAULT-VALUE})")
    private long seed;

    @CommandLine.Option(
            names = "--beside-others",
            description = "also where the log database holds runs that are not made up")
    private boolean besideOthers;

    @CommandLine.Option(names = "--remove", description = "only remove the made-up runs")
    private boolean remove;

    @SuppressWarnings("NullAway.Init") // picocli sets the annotated fields
    DemoDataCommand() {}

    static CommandLine withOptions(DemoDataCommand command) {
        CommandLine line = new CommandLine(command);
        Options.add(line.getCommandSpec(), List.of(Option.JSON, Option.STORE_URL, Option.DATA_DIR, Option.CACHE_DIR));
        return line;
    }

    @Override
    public Integer call() throws SQLException {
        if (runs < 1 || runs > 99_999) {
            throw new UsageError("--runs is " + runs + "; give a number from 1 to 99999.");
        }
        Settings settings = Options.settings(Options.given(spec));
        PrintWriter out = spec.commandLine().getOut();
        boolean json = settings.flag(Option.JSON);
        try (LogDatabase database = Assay.log(settings)) {
            DemoRuns demo = new DemoRuns(database);
            if (remove) {
                long removed = demo.remove();
                out.println(
                        json
                                ? JsonMapper.shared()
                                        .writeValueAsString(Map.of("removed", removed, "store", database.shown()))
                                : String.format(
                                        Locale.ROOT, "Removed %,d demo runs from %s.", removed, database.shown()));
                return 0;
            }
            DemoRuns.Held held = demo.held();
            if (held.others() > 0 && !besideOthers) {
                throw new UsageError(String.format(
                        Locale.ROOT,
                        "%s holds %,d runs that are not made up. To keep the demo apart, name another place by"
                                + " --data-dir or --store-url; to have it beside them, add --beside-others.",
                        database.shown(),
                        held.others()));
            }
            demo.write(runs, seed, 0);
            if (json) {
                out.println(JsonMapper.shared()
                        .writeValueAsString(Map.of("written", runs, "seed", seed, "store", database.shown())));
                return 0;
            }
            out.println(String.format(
                    Locale.ROOT,
                    "Wrote %,d demo runs to %s, by seed %d. Look at them with --source demo, such as:"
                            + " assay patterns --source demo",
                    runs,
                    database.shown(),
                    seed));
            return 0;
        }
    }
}
