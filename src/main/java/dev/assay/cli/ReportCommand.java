package dev.assay.cli;

import dev.assay.report.stored.RunFormat;
import dev.assay.settings.Directories;
import dev.assay.settings.Option;
import dev.assay.settings.Settings;
import dev.assay.store.ArchivedRun;
import dev.assay.store.LogDatabase;
import dev.assay.store.RunArchive;
import java.io.IOException;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code assay report}: a stored run as two files for people. */
@Command(
        name = "report",
        description =
                "Writes what happened in a stored run: a Markdown file, and one HTML file that needs nothing else.",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        footer = {"", "Examples:", "  assay report latest", "  assay report 20261121-0758 --output reports/today"})
final class ReportCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Parameters(paramLabel = "RUN", description = "a run's id, a beginning of it that no other has, or 'latest'")
    private String run;

    @CommandLine.Option(
            names = "--output",
            paramLabel = "DIR",
            defaultValue = "reports",
            description = "where the files go (${DEFAULT-VALUE})")
    private Path output;

    @SuppressWarnings("NullAway.Init") // picocli sets the annotated fields
    ReportCommand() {}

    static CommandLine withOptions(ReportCommand command) {
        CommandLine line = new CommandLine(command);
        Options.add(line.getCommandSpec(), List.of(Option.STORE_URL, Option.DATA_DIR, Option.CACHE_DIR));
        return line;
    }

    @Override
    public Integer call() throws SQLException, IOException {
        Settings settings = Options.settings(Options.given(spec));
        Directories directories = Directories.of(settings);
        try (LogDatabase database =
                LogDatabase.of(settings.text(Option.STORE_URL), directories.data(), directories.cache())) {
            RunArchive archive = new RunArchive(database);
            ArchivedRun stored = archive.read(run);
            Files.createDirectories(output);
            for (RunFormat format : List.of(RunFormat.MARKDOWN, RunFormat.HTML)) {
                Path file = output.resolve(stored.id() + "." + format.ending());
                try (Writer out = Files.newBufferedWriter(file)) {
                    format.document().write(stored, to -> archive.events(stored.id(), to), out);
                }
                spec.commandLine().getOut().println(file);
            }
            return 0;
        } catch (IllegalArgumentException e) {
            throw new ParameterException(spec.commandLine(), e.getMessage(), e);
        }
    }
}
