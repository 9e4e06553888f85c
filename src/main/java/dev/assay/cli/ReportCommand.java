package dev.assay.cli;

import dev.assay.report.stored.RunFormat;
import dev.assay.store.ArchivedRun;
import dev.assay.store.RunArchive;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import tools.jackson.databind.json.JsonMapper;

/** {@code assay report}: a stored run as two files for people. */
@Command(
        name = "report",
        description =
                "Writes what happened in a stored run: a Markdown file, and one HTML file that needs nothing else.",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        footer = {
            "",
            "Prints the files' names; with --json as one object.",
            "",
            "Examples:",
            "  assay report latest",
            "  assay report 20261121-0758 --output reports/today"
        })
final class ReportCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Mixin
    private NamedRun run;

    @Option(
            names = "--output",
            paramLabel = "DIR",
            defaultValue = "reports",
            description = "where the files go (${DEFAULT-VALUE})")
    private Path output;

    @SuppressWarnings("NullAway.Init") // picocli sets the annotated fields
    ReportCommand() {}

    @Override
    public Integer call() throws SQLException, IOException {
        List<String> files = new ArrayList<>();
        boolean json = run.read(spec, (stored, archive) -> write(stored, archive, files));
        PrintWriter out = spec.commandLine().getOut();
        if (json) {
            out.println(JsonMapper.shared().writeValueAsString(Map.of("files", files)));
        } else {
            files.forEach(out::println);
        }
        return 0;
    }

    private void write(ArchivedRun stored, RunArchive archive, List<String> files) throws SQLException, IOException {
        Files.createDirectories(output);
        for (RunFormat format : List.of(RunFormat.MARKDOWN, RunFormat.HTML)) {
            Path file = output.resolve(stored.id() + "." + format.ending());
            try (Writer out = Files.newBufferedWriter(file)) {
                format.document().write(stored, to -> archive.events(stored.id(), to), out);
            }
            files.add(file.toString());
        }
    }
}
