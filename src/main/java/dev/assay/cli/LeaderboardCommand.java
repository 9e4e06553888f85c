package dev.assay.cli;

import dev.assay.settings.Option;
import java.sql.SQLException;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code assay leaderboard}: variants by how often they pass. */
@Command(
        name = "leaderboard",
        description = "Ranks variants by how often they pass; what chance may bring is a tie.",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        footer = {
            "",
            "Examples:",
            "  assay leaderboard",
            "  assay leaderboard --where experiment=todo-*",
            "  assay leaderboard --source demo"
        })
final class LeaderboardCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @CommandLine.Option(
            names = "--where",
            split = ",",
            paramLabel = "KEY=VALUE",
            description = "only runs with this: experiment, variant, planner, implementer, verifier or skills; * stands"
                    + " for anything")
    private Map<String, String> where = Map.of();

    @SuppressWarnings("NullAway.Init") // picocli sets the annotated fields
    LeaderboardCommand() {}

    static CommandLine withOptions(LeaderboardCommand command) {
        return AnalysisPage.line(command, Option.SOURCE, Option.MIXED);
    }

    @Override
    public Integer call() throws SQLException {
        AnalysisPage shown = new AnalysisPage(spec);
        boolean mixed = shown.settings().flag(Option.MIXED);
        return shown.print(shown.ask(analysis -> analysis.leaderboard(shown.selection(where), mixed)));
    }
}
