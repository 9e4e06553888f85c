package dev.assay.cli;

import dev.assay.Assay;
import dev.assay.settings.Option;
import dev.assay.settings.Settings;
import dev.assay.settings.UsageError;
import dev.assay.store.ArchivedRun;
import dev.assay.store.LogDatabase;
import dev.assay.store.RunArchive;
import java.io.IOException;
import java.sql.SQLException;
import java.util.List;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;

/** The run of the log database that a command is about: its parameter, and the options that say where it is. */
final class NamedRun {
    @Parameters(
            paramLabel = "RUN",
            description = "a run's id, a beginning of it that no other has, or 'latest'; see: assay runs")
    private String name;

    @SuppressWarnings("NullAway.Init") // picocli sets the annotated fields
    NamedRun() {}

    /** What is done with the run while the database is open. */
    @FunctionalInterface
    interface Reading {
        void of(ArchivedRun run, RunArchive archive) throws SQLException, IOException;
    }

    static CommandLine withOptions(Object command) {
        CommandLine line = new CommandLine(command);
        Options.add(line.getCommandSpec(), List.of(Option.JSON, Option.STORE_URL, Option.DATA_DIR, Option.CACHE_DIR));
        return line;
    }

    /** @return whether the answer is to be JSON */
    boolean read(CommandSpec spec, Reading reading) throws SQLException, IOException {
        Settings settings = Options.settings(Options.given(spec));
        try (LogDatabase database = Assay.log(settings)) {
            RunArchive archive = new RunArchive(database);
            ArchivedRun run;
            try {
                run = archive.read(name);
            } catch (IllegalArgumentException e) {
                throw new UsageError(String.valueOf(e.getMessage()), e);
            }
            reading.of(run, archive);
        }
        return settings.flag(Option.JSON);
    }
}
