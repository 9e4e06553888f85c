package dev.assay.cli;

import dev.assay.Assay;
import dev.assay.engine.ExitCode;
import dev.assay.experiment.Experiment;
import dev.assay.experiment.ExperimentFiles;
import dev.assay.experiment.InvalidExperiment;
import dev.assay.report.ConsoleTree;
import dev.assay.run.CorrectVariant;
import dev.assay.run.Judgement;
import dev.assay.run.Mutant;
import dev.assay.run.Outcome;
import dev.assay.run.PlainStages;
import dev.assay.run.Recheck;
import dev.assay.run.RunResult;
import dev.assay.settings.Directories;
import dev.assay.settings.Option;
import dev.assay.settings.Settings;
import dev.assay.settings.UsageError;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code assay recheck}: the evaluation alone, on an app that is there already. */
@Command(
        name = "recheck",
        description = "Checks an app that is there already: one of an experiment's mutants or correct variants.",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        footer = {
            "",
            "Ends with 0 where the checks judged the app as they should: a mutant is caught by the layer that its header"
                    + " names, a correct variant passes.",
            "",
            "Examples:",
            "  assay recheck --mutant todo-auth/rls-off",
            "  assay recheck --variant todo-auth/plain-html"
        })
final class RecheckCommand implements Callable<Integer> {
    private static final Pattern NAME = Pattern.compile("([^/]+)/([^/]+)");

    private final PrintStream out;

    @Spec
    private CommandSpec spec;

    @ArgGroup(multiplicity = "1")
    private What what;

    /** One of the two. */
    private static final class What {
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
    RecheckCommand(PrintStream out) {
        this.out = out;
    }

    static CommandLine withOptions(RecheckCommand command) {
        CommandLine line = new CommandLine(command);
        Options.add(
                line.getCommandSpec(),
                List.of(
                        Option.EXPERIMENTS_DIR,
                        Option.SKIP_SMOKE_TEST,
                        Option.SKIP_BROWSER_TEST,
                        Option.OFFLINE,
                        Option.DATA_DIR,
                        Option.CACHE_DIR));
        return line;
    }

    @Override
    public Integer call() throws InterruptedException, InvalidExperiment {
        Settings settings = Options.settings(Options.given(spec));
        boolean mistaken = !what.mutant.isEmpty();
        Matcher name = NAME.matcher(mistaken ? what.mutant : what.variant);
        if (!name.matches()) {
            throw new UsageError("\"" + (mistaken ? what.mutant : what.variant)
                    + "\" is no EXPERIMENT/NAME, such as todo-auth/" + (mistaken ? "rls-off" : "plain-html"));
        }
        ExperimentFiles files = ExperimentFiles.in(settings.path(Option.EXPERIMENTS_DIR));
        Experiment experiment = files.read(files.select(name.group(1)).get(0));
        try (Assay assay = Assay.open(settings, out)) {
            if (mistaken) {
                Mutant mutant = Mutant.named(name.group(2), experiment);
                Path kept = settings.directory().resolve("target").resolve("oracles");
                Judgement judgement = new Judgement();
                RunResult result = judge(
                        assay,
                        settings,
                        experiment,
                        "mutant/" + mutant.name(),
                        assay.oracles(kept).with(mutant, experiment),
                        judgement);
                return say(
                        judgement.complaints(mutant),
                        "caught by " + mutant.layer().id() + ": " + mutant.what(),
                        result);
            }
            CorrectVariant variant = CorrectVariant.named(name.group(2), experiment);
            Judgement judgement = new Judgement();
            RunResult result = judge(assay, settings, experiment, "variant/" + variant.name(), variant, judgement);
            return say(judgement.complaints(), "passes every layer that ran", result);
        }
    }

    private RunResult judge(
            Assay assay, Settings settings, Experiment experiment, String name, Recheck.App app, Judgement judgement)
            throws InterruptedException {
        Path folder = Directories.of(settings)
                .data()
                .resolve("rechecks")
                .resolve(name.replace('/', '-') + "-"
                        + UUID.randomUUID().toString().substring(0, 6));
        Recheck recheck = assay.recheck(experiment, name, app, folder, List.of(judgement, new ConsoleTree(out)));
        try {
            recheck.run(new PlainStages());
        } finally {
            recheck.finish();
        }
        return recheck.finish();
    }

    private int say(List<String> complaints, String well, RunResult result) {
        if (complaints.isEmpty()) {
            out.println(well);
            return ExitCode.PASSED.value();
        }
        complaints.forEach(out::println);
        return (result.outcome() == Outcome.ABORTED ? ExitCode.ABORTED : ExitCode.FAILED).value();
    }
}
