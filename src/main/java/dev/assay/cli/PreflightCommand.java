package dev.assay.cli;

import dev.assay.Assay;
import dev.assay.engine.ExitCode;
import dev.assay.experiment.Experiment;
import dev.assay.experiment.ExperimentFiles;
import dev.assay.experiment.InvalidExperiment;
import dev.assay.experiment.Overrides;
import dev.assay.preflight.Readiness;
import dev.assay.settings.Option;
import dev.assay.settings.Settings;
import dev.assay.settings.UsageError;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import tools.jackson.databind.node.ObjectNode;

/** {@code assay preflight}: what a run would find, before anyone is paid. */
@Command(
        name = "preflight",
        description = "Says what runs need and whether it is there: tools, agents, target, store.",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        abbreviateSynopsis = true,
        footer = {
            "",
            "Ends as a run would: with 0 where it can do its work, 2 where what is asked for makes no sense, 3 where it"
                    + " would be aborted.",
            "",
            "Examples:",
            "  assay preflight",
            "  assay preflight todo-auth --implementer claude",
            "  assay preflight --explain        each option's value, and where it came from",
            "  assay preflight --live           one tiny call of each agent that is signed in, which costs a little"
        })
final class PreflightCommand implements Callable<Integer> {
    private final PrintStream err;

    @Spec
    private CommandSpec spec;

    @Parameters(arity = "0..*", paramLabel = "NAME", description = "experiments: names, globs or 'all' (all)")
    private List<String> names = List.of();

    @CommandLine.Option(
            names = "--explain",
            description = "show each option's value and where it came from; secrets are masked")
    private boolean explain;

    /** @param err what is said on the way, apart from the answer */
    @SuppressWarnings("NullAway.Init") // picocli sets the annotated fields
    PreflightCommand(PrintStream err) {
        this.err = err;
    }

    static CommandLine withOptions(PreflightCommand command) {
        CommandLine line = new CommandLine(command);
        Options.add(line.getCommandSpec(), List.of(Option.values()));
        return line;
    }

    @Override
    public Integer call() throws InterruptedException {
        Map<String, String> options = Options.given(spec);
        if (!names.isEmpty()) {
            options.put(Option.EXPERIMENT.id(), String.join(",", names));
        }
        Settings settings = Options.settings(options);
        Readiness readiness;
        try (Assay assay = Assay.open(settings, err)) {
            readiness = assay.preflight().look(settings.flag(Option.LIVE));
        }
        PrintWriter out = spec.commandLine().getOut();
        if (settings.flag(Option.JSON)) {
            ObjectNode json = readiness.json();
            if (explain) {
                json.set("options", Readiness.options(settings));
                ObjectNode files = json.putObject("experiment_files");
                decidedByFiles(settings).forEach((name, decided) -> {
                    ObjectNode file = files.putObject(name);
                    decided.forEach(file::put);
                });
            }
            out.println(Readiness.pretty(json));
        } else {
            out.print(readiness.text());
            if (explain) {
                out.println("options");
                settings.explain().forEach((option, value) -> out.println("  " + option + " = " + value));
                decidedByFiles(settings).forEach((name, decided) -> {
                    out.println("options of " + name);
                    decided.forEach((option, value) ->
                            out.println("  " + option + " = " + value + "  [" + name + ".yaml, or what it extends]"));
                });
            }
            out.flush();
        }
        ExitCode code = switch (readiness.verdict()) {
            case WRONG -> ExitCode.USAGE;
            case MISSING -> ExitCode.ABORTED;
            default -> ExitCode.PASSED;
        };
        return code.value();
    }

    /** What the files of the experiments that were named decide themselves, by name. */
    private static Map<String, Map<String, String>> decidedByFiles(Settings settings) {
        Map<String, Map<String, String>> decided = new LinkedHashMap<>();
        String named = settings.text(Option.EXPERIMENT).orElse("");
        if (named.isEmpty()) {
            return decided;
        }
        ExperimentFiles files = ExperimentFiles.in(settings.path(Option.EXPERIMENTS_DIR));
        try {
            for (Path file : files.select(named)) {
                Experiment read = files.read(file);
                Map<String, String> options = Overrides.decidedByFile(read, settings);
                if (!options.isEmpty()) {
                    decided.put(read.name(), options);
                }
            }
        } catch (InvalidExperiment | UsageError e) {
            return decided; // said already, among what is not ready
        }
        return decided;
    }
}
