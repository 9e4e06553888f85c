package dev.assay.cli;

import dev.assay.settings.Option;
import java.sql.SQLException;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code assay patterns}: what fails again and again. */
@Command(
        name = "patterns",
        description = "Says over many runs what fails again and again, what helps, and which tools are used.",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        footer = {
            "",
            "Examples:",
            "  assay patterns",
            "  assay patterns --where experiment=todo-auth,implementer=claude",
            "  assay patterns --source demo --json"
        })
final class PatternsCommand implements Callable<Integer> {
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
    PatternsCommand() {}

    static CommandLine withOptions(PatternsCommand command) {
        return AnalysisPage.line(command, Option.SOURCE);
    }

    @Override
    public Integer call() throws SQLException {
        AnalysisPage shown = new AnalysisPage(spec);
        return shown.print(shown.ask(analysis -> analysis.patterns(shown.selection(where))));
    }
}
