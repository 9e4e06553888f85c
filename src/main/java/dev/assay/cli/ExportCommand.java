package dev.assay.cli;

import dev.assay.report.stored.RunFormat;
import dev.assay.settings.Directories;
import dev.assay.settings.Option;
import dev.assay.settings.Settings;
import dev.assay.settings.UsageError;
import dev.assay.store.ArchivedRun;
import dev.assay.store.LogDatabase;
import dev.assay.store.RunArchive;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code assay export}: a stored run for other programs. */
@Command(
        name = "export",
        description = "Writes a stored run for other programs.",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        footer = {
            "",
            "json and jsonl hold every row, events and their lines included. ctrf and open-test-reporting hold the tests.",
            "",
            "Examples:",
            "  assay export latest --format ctrf --output ctrf-report.json",
            "  assay export latest --format jsonl | jq 'select(.kind == \"event\").row.type'"
        })
final class ExportCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Parameters(paramLabel = "RUN", description = "a run's id, a beginning of it that no other has, or 'latest'")
    private String run;

    @CommandLine.Option(
            names = "--format",
            paramLabel = "FORMAT",
            defaultValue = "json",
            description = "json, jsonl, ctrf, open-test-reporting, markdown or html (${DEFAULT-VALUE})")
    private String format;

    @CommandLine.Option(names = "--output", paramLabel = "FILE", description = "a file; the output where none is named")
    private @Nullable Path output;

    @SuppressWarnings("NullAway.Init") // picocli sets the annotated fields
    ExportCommand() {}

    static CommandLine withOptions(ExportCommand command) {
        CommandLine line = new CommandLine(command);
        Options.add(line.getCommandSpec(), List.of(Option.STORE_URL, Option.DATA_DIR, Option.CACHE_DIR));
        return line;
    }

    @Override
    public Integer call() throws SQLException, IOException {
        RunFormat form = RunFormat.of(format)
                .orElseThrow(() ->
                        new UsageError("There is no format \"" + format + "\". Name one of: " + RunFormat.names()));
        Settings settings = Options.settings(Options.given(spec));
        Directories directories = Directories.of(settings);
        try (LogDatabase database =
                LogDatabase.of(settings.text(Option.STORE_URL), directories.data(), directories.cache())) {
            RunArchive archive = new RunArchive(database);
            ArchivedRun stored = archive.read(run);
            Path file = output;
            if (file == null) {
                PrintWriter out = spec.commandLine().getOut();
                form.document().write(stored, to -> archive.events(stored.id(), to), out);
                out.flush();
            } else {
                try (Writer out = Files.newBufferedWriter(file)) {
                    form.document().write(stored, to -> archive.events(stored.id(), to), out);
                }
            }
            return 0;
        } catch (IllegalArgumentException e) {
            throw new ParameterException(spec.commandLine(), e.getMessage(), e);
        }
    }
}
