package dev.assay.cli;

import dev.assay.report.stored.RunFormat;
import dev.assay.settings.UsageError;
import dev.assay.store.ArchivedRun;
import dev.assay.store.RunArchive;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.Iterator;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import tools.jackson.databind.json.JsonMapper;

/** {@code assay export}: a stored run for other programs. */
@Command(
        name = "export",
        description = "Writes a stored run for other programs.",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        footer = {
            "",
            "json and jsonl hold every row, events and their lines included. ctrf and open-test-reporting hold the tests.",
            "With --output and --json it prints the file's name as one object.",
            "",
            "Examples:",
            "  assay export latest --format ctrf --output ctrf-report.json",
            "  assay export latest --format jsonl | jq 'select(.kind == \"event\").row.type'"
        })
final class ExportCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Mixin
    private NamedRun run;

    @Option(
            names = "--format",
            paramLabel = "FORMAT",
            defaultValue = "json",
            completionCandidates = Formats.class,
            description = "json, jsonl, ctrf, open-test-reporting, markdown or html (${DEFAULT-VALUE})")
    private String format;

    @Option(names = "--output", paramLabel = "FILE", description = "a file; the output where none is named")
    private @Nullable Path output;

    @SuppressWarnings("NullAway.Init") // picocli sets the annotated fields
    ExportCommand() {}

    @Override
    public Integer call() throws SQLException, IOException {
        RunFormat form = RunFormat.of(format)
                .orElseThrow(() ->
                        new UsageError("There is no format \"" + format + "\". Name one of: " + RunFormat.names()));
        PrintWriter out = spec.commandLine().getOut();
        Path file = output;
        boolean json = run.read(spec, (stored, archive) -> {
            if (file == null) {
                write(form, stored, archive, out);
                return;
            }
            try (Writer into = Files.newBufferedWriter(file)) {
                write(form, stored, archive, into);
            }
        });
        if (file != null && json) {
            out.println(JsonMapper.shared().writeValueAsString(Map.of("file", file.toString())));
        }
        out.flush();
        return 0;
    }

    private static void write(RunFormat form, ArchivedRun stored, RunArchive archive, Writer out)
            throws SQLException, IOException {
        form.document().write(stored, to -> archive.events(stored.id(), to), out);
    }

    /** For shells that complete. */
    static final class Formats implements Iterable<String> {
        @Override
        public Iterator<String> iterator() {
            return Stream.of(RunFormat.names().split(", ")).iterator();
        }
    }
}
