package dev.assay.cli;

import dev.assay.Assay;
import dev.assay.engine.ExitCode;
import dev.assay.experiment.Experiment;
import dev.assay.experiment.ExperimentFiles;
import dev.assay.experiment.InvalidExperiment;
import dev.assay.report.ConsoleTree;
import dev.assay.report.RunResults;
import dev.assay.run.CorrectVariant;
import dev.assay.run.Judgement;
import dev.assay.run.Mutant;
import dev.assay.run.Outcome;
import dev.assay.run.PlainStages;
import dev.assay.run.Recheck;
import dev.assay.settings.Directories;
import dev.assay.settings.Option;
import dev.assay.settings.Settings;
import dev.assay.settings.UsageError;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import tools.jackson.databind.json.JsonMapper;

/** {@code assay recheck}: the evaluation alone, on an app that is there already. */
@Command(
        name = "recheck",
        description = "Checks an app that is there already, with the evaluation alone: a stored run's, or one of an"
                + " experiment's mutants or correct variants.",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        footer = {
            "",
            "A run's app is checked as its last commit has it, on a Supabase of its own; what changed against the results"
                    + " before is printed, and those stay. Ends as a run does: 0 passed, 1 failed, 3 could not be scored.",
            "For a mutant or a variant it ends with 0 where the checks judged the app as they should: a mutant is caught"
                    + " by the layer that its header names, a correct variant passes.",
            "",
            "Examples:",
            "  assay recheck 20260301-12                      a stored run: a unique prefix of its id, or 'latest'",
            "  assay recheck --mutant todo-auth/rls-off",
            "  assay recheck --variant todo-auth/plain-html"
        })
final class RecheckCommand implements Callable<Integer> {
    private static final Pattern NAME = Pattern.compile("([^/]+)/([^/]+)");

    private final Start start;

    @Spec
    private CommandSpec spec;

    @ArgGroup(multiplicity = "1")
    private What what;

    /** One of the three. */
    private static final class What {
        @Parameters(paramLabel = "RUN", description = "a stored run: a unique prefix of its id, or 'latest'")
        private String run = "";

        @CommandLine.Option(
                names = "--mutant",
                paramLabel = "EXPERIMENT/NAME",
                description = "the recorded oracle's finished app with one mistake in it")
        private String mutant = "";

        @CommandLine.Option(
                names = "--variant",
                paramLabel = "EXPERIMENT/NAME",
                description = "another correct app for the experiment")
        private String variant = "";
    }

    @SuppressWarnings("NullAway.Init") // picocli sets the annotated fields
    RecheckCommand(Start start) {
        this.start = start;
    }

    static CommandLine withOptions(RecheckCommand command) {
        CommandLine line = new CommandLine(command);
        Options.add(
                line.getCommandSpec(),
                List.of(
                        Option.EXPERIMENTS_DIR,
                        Option.SKIP_SMOKE_TEST,
                        Option.SKIP_BROWSER_TEST,
                        Option.ISOLATION,
                        Option.OFFLINE,
                        Option.INSTALL_SYSTEM,
                        Option.CHROMIUM,
                        Option.JSON,
                        Option.STORE_URL,
                        Option.DATA_DIR,
                        Option.CACHE_DIR));
        return line;
    }

    @Override
    public Integer call() throws InterruptedException, InvalidExperiment {
        Map<String, String> options = Options.given(spec);
        if (!what.run.isEmpty()) {
            options.put(Option.RECHECK.id(), what.run);
            return start.run(spec, options);
        }
        Settings settings = Options.settings(options);
        boolean mistaken = !what.mutant.isEmpty();
        Matcher name = NAME.matcher(mistaken ? what.mutant : what.variant);
        if (!name.matches()) {
            throw new UsageError("\"" + (mistaken ? what.mutant : what.variant)
                    + "\" is no EXPERIMENT/NAME, such as todo-auth/" + (mistaken ? "rls-off" : "plain-html"));
        }
        ExperimentFiles files = ExperimentFiles.in(settings.path(Option.EXPERIMENTS_DIR));
        Experiment experiment = files.read(files.select(name.group(1)).get(0));
        PrintStream out = settings.flag(Option.JSON) ? System.err : System.out;
        try (Assay assay = Assay.open(settings, out)) {
            if (mistaken) {
                Mutant mutant = Mutant.named(name.group(2), experiment);
                Path kept = settings.directory().resolve("target").resolve("oracles");
                return judge(
                        assay,
                        out,
                        settings,
                        experiment,
                        "mutant/" + mutant.name(),
                        assay.oracles(kept).with(mutant, experiment),
                        judgement -> judgement.complaints(mutant),
                        "caught by " + mutant.layer().id() + ": " + mutant.what());
            }
            CorrectVariant variant = CorrectVariant.named(name.group(2), experiment);
            return judge(
                    assay,
                    out,
                    settings,
                    experiment,
                    "variant/" + variant.name(),
                    variant,
                    Judgement::complaints,
                    "passes every layer that ran");
        }
    }

    /** Says how the checks judged the app. What they showed stays only where that is otherwise than they should. */
    private int judge(
            Assay assay,
            PrintStream out,
            Settings settings,
            Experiment experiment,
            String name,
            Recheck.App app,
            Function<Judgement, List<String>> complaining,
            String well)
            throws InterruptedException {
        Path folder = Directories.of(settings)
                .data()
                .resolve("rechecks")
                .resolve(name.replace('/', '-') + "-"
                        + UUID.randomUUID().toString().substring(0, 6));
        Judgement judgement = new Judgement();
        RunResults results = new RunResults();
        Recheck recheck =
                assay.recheck(experiment, name, app, folder, List.of(judgement, new ConsoleTree(out), results));
        try {
            recheck.run(new PlainStages());
        } finally {
            recheck.finish();
        }
        List<String> complaints = complaining.apply(judgement);
        ExitCode code = complaints.isEmpty()
                ? ExitCode.PASSED
                : recheck.finish().outcome() == Outcome.ABORTED ? ExitCode.ABORTED : ExitCode.FAILED;
        if (complaints.isEmpty()) {
            recheck.remove();
            out.println(well);
        } else {
            complaints.forEach(out::println);
            complaints.forEach(results::said);
            out.println("What was seen is in " + folder.resolve("artifacts"));
        }
        if (settings.flag(Option.JSON)) {
            spec.commandLine()
                    .getOut()
                    .println(JsonMapper.shared()
                            .writerWithDefaultPrettyPrinter()
                            .writeValueAsString(results.json(code.value())));
        }
        return code.value();
    }
}
