package dev.assay.cli;

import dev.assay.analysis.Page;
import dev.assay.analysis.PageText;
import dev.assay.analysis.RunPart;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.EnumSet;
import java.util.Set;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code assay analyze}: one stored run. */
@Command(
        name = "analyze",
        description = "Says of one stored run what it was, what failed, which tools were used, and when what happened.",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        footer = {
            "",
            "Examples:",
            "  assay analyze latest",
            "  assay analyze latest --errors --tools",
            "  assay analyze 20260301-12 --step 2",
            "  assay analyze latest --save-report"
        })
final class AnalyzeCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Parameters(paramLabel = "RUN", description = "a run's id, a beginning of it that no other has, or 'latest'")
    private String run;

    @Option(names = "--errors", description = "only what failed, and what was done about it")
    private boolean errors;

    @Option(names = "--tools", description = "only the tools that were used, and what was read")
    private boolean tools;

    @Option(names = "--timeline", description = "only the calls of agents, in the order in which they were made")
    private boolean timeline;

    @Option(names = "--step", paramLabel = "N", description = "one step in depth: prompts, events, diffs and checks")
    private @Nullable Integer step;

    @Option(names = "--save-report", description = "also write the page as Markdown into reports/")
    private boolean save;

    @Option(names = "--export", paramLabel = "FILE", description = "also write the page as JSON into a file")
    private @Nullable Path export;

    @SuppressWarnings("NullAway.Init") // picocli sets the annotated fields
    AnalyzeCommand() {}

    static CommandLine withOptions(AnalyzeCommand command) {
        return AnalysisPage.line(command);
    }

    @Override
    public Integer call() throws SQLException, IOException {
        AnalysisPage shown = new AnalysisPage(spec);
        @Nullable Integer number = step;
        Page page = shown.ask(analysis -> number == null ? analysis.run(run, parts()) : analysis.step(run, number));
        int exit = shown.print(page);
        if (save) {
            Path file = Path.of(
                    "reports", page.data().path("summary").path("run_id").asString("") + "-analysis.md");
            Files.createDirectories(file.toAbsolutePath().getParent());
            Files.writeString(file, PageText.markdown(page));
            spec.commandLine().getErr().println("Written: " + file);
        }
        if (export != null) {
            Files.writeString(export, AnalysisPage.json(page) + "\n");
            spec.commandLine().getErr().println("Written: " + export);
        }
        return exit;
    }

    private Set<RunPart> parts() {
        EnumSet<RunPart> parts = EnumSet.noneOf(RunPart.class);
        if (errors) {
            parts.add(RunPart.ERRORS);
        }
        if (tools) {
            parts.add(RunPart.TOOLS);
        }
        if (timeline) {
            parts.add(RunPart.TIMELINE);
        }
        return parts;
    }
}
