package dev.assay.cli;

import dev.assay.Assay;
import dev.assay.engine.ExitCode;
import dev.assay.run.StoredRun;
import dev.assay.run.StoredRuns;
import dev.assay.settings.Directories;
import dev.assay.settings.Option;
import dev.assay.settings.Settings;
import dev.assay.settings.UsageError;
import dev.assay.store.RunRecording.Written;
import java.io.IOException;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** {@code assay record}: a stored run as a recording. */
@Command(
        name = "record",
        description = "Makes a recording of a stored run, whoever's it was: the tool \"recorded\" does again what its"
                + " agents did, without them.",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        footer = {
            "",
            "A recording that lies in EXPERIMENTS/NAME/recording is replayed by the experiment NAME: run it with no"
                    + " agent named and none there, or with --planner, --implementer and --verifier recorded.",
            "What agents sign in with is left out. Read what they wrote all the same before you publish it.",
            "",
            "Examples:",
            "  assay record latest",
            "  assay record 20260301-12 --to experiments/guestbook/recording"
        })
final class RecordCommand implements Callable<Integer> {
    private final PrintStream console;

    @Spec
    private CommandSpec spec;

    @Parameters(paramLabel = "RUN", description = "a stored run: a unique prefix of its id, or 'latest'")
    private String run = "";

    @CommandLine.Option(
            names = "--to",
            paramLabel = "DIR",
            description = "a folder that is empty or not there (recording-RUN)")
    private @Nullable Path to;

    /** @param console where people read what goes wrong meanwhile */
    @SuppressWarnings("NullAway.Init") // picocli sets the annotated fields
    RecordCommand(PrintStream console) {
        this.console = console;
    }

    static CommandLine withOptions(RecordCommand command) {
        CommandLine line = new CommandLine(command);
        Options.add(line.getCommandSpec(), List.of(Option.JSON, Option.DATA_DIR, Option.CACHE_DIR));
        return line;
    }

    @Override
    public Integer call() throws IOException, InterruptedException {
        Settings settings = Options.settings(Options.given(spec));
        StoredRun stored = new StoredRuns(Directories.of(settings).data()).named(run);
        Path folder = settings.directory()
                .resolve(to == null ? Path.of("recording-" + stored.id()) : to)
                .toAbsolutePath()
                .normalize();
        Written written;
        try (Assay assay = Assay.open(settings, console)) {
            written = assay.record(stored, folder);
        } catch (IllegalArgumentException e) {
            throw new UsageError(String.valueOf(e.getMessage()), e);
        }
        PrintWriter out = spec.commandLine().getOut();
        if (settings.flag(Option.JSON)) {
            out.println(object(stored, written));
        } else {
            out.println("Run " + stored.id() + " of " + stored.experiment() + " is recorded in " + written.folder()
                    + ": " + written.calls().size() + " calls.");
            written.notes().forEach(note -> out.println("note: " + note));
            out.println("To have it replayed, put it where an experiment looks for its recording: "
                    + Path.of("experiments", stored.experiment(), "recording"));
        }
        out.flush();
        return ExitCode.PASSED.value();
    }

    private static ObjectNode object(StoredRun stored, Written written) {
        ObjectNode object = JsonNodeFactory.instance.objectNode();
        object.put("run", stored.id()).put("experiment", stored.experiment());
        object.put("folder", written.folder().toString());
        written.calls().forEach(object.putArray("calls")::add);
        written.notes().forEach(object.putArray("notes")::add);
        return object;
    }
}
