package dev.assay.cli;

import dev.assay.settings.Option;
import java.sql.SQLException;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code assay compare}: two groups of runs side by side. */
@Command(
        name = "compare",
        description = "Compares two groups of runs, paired on the experiments that both did.",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        footer = {
            "",
            "Examples:",
            "  assay compare implementer=claude implementer=cursor",
            "  assay compare claude/opus claude/sonnet --where experiment=todo-auth",
            "  assay compare codex cursor --source demo --bootstrap"
        })
final class CompareCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Parameters(index = "0", paramLabel = "A", description = "KEY=VALUE as with --where, a variant, or a run")
    private String first;

    @Parameters(index = "1", paramLabel = "B", description = "what to compare it with")
    private String second;

    @CommandLine.Option(names = "--bootstrap", description = "add an interval that draws whole experiments")
    private boolean bootstrap;

    @CommandLine.Option(
            names = "--where",
            split = ",",
            paramLabel = "KEY=VALUE",
            description = "only runs with this: experiment, variant, planner, implementer, verifier or skills; * stands"
                    + " for anything")
    private Map<String, String> where = Map.of();

    @SuppressWarnings("NullAway.Init") // picocli sets the annotated fields
    CompareCommand() {}

    static CommandLine withOptions(CompareCommand command) {
        return AnalysisPage.line(command, Option.SOURCE, Option.MIXED);
    }

    @Override
    public Integer call() throws SQLException {
        AnalysisPage shown = new AnalysisPage(spec);
        boolean mixed = shown.settings().flag(Option.MIXED);
        return shown.print(
                shown.ask(analysis -> analysis.compare(first, second, shown.selection(where), mixed, bootstrap)));
    }
}
