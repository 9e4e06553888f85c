package dev.assay.cli;

import dev.assay.Assay;
import dev.assay.engine.ExitCode;
import dev.assay.experiment.InvalidExperiment;
import dev.assay.settings.UsageError;
import java.io.PrintWriter;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.AutoComplete;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.UnmatchedArgumentException;

/** {@code java -jar assay.jar}: the commands, and what a wrong one ends with. */
@Command(
        name = "assay",
        description = "Measures where AI coding agents go wrong when they build Supabase apps.",
        mixinStandardHelpOptions = true,
        versionProvider = Main.Version.class,
        synopsisSubcommandLabel = "COMMAND",
        footer = {
            "",
            "Examples:",
            "  assay run todo-auth                              one experiment",
            "  assay run todo-auth --implementer claude/opus    with a tool and model",
            "  assay run \"Build a guestbook with Supabase\"      an ad-hoc prompt",
            "  assay resume 20260301-12                         a run that was cut short",
            "  assay recheck latest                             the last run's app, once more",
            "  assay record latest                              it as a recording, to be replayed",
            "  assay preflight                                  whether runs find what they need",
            "  assay experiments                                which experiments there are",
            "  assay matrix                                     the variants of matrix files",
            "  assay runs --outcome failed                      which runs are stored",
            "  assay sql \"SELECT * FROM orchestrator_runs\"      what was stored of them",
            "  assay stream --tool claude captured.jsonl        what an agent printed, read",
            "  assay supabase --project my-app                  a Supabase without Docker",
            "",
            "Exit codes: 0 all passed, 1 something failed, 2 wrong usage or experiment, 3",
            "nothing failed and a run was aborted, 4 nothing failed and the budget is used",
            "up, 130 interrupted. Where several hold: 130, 2, 1, 4, 3, 0."
        })
public final class Main {
    public static void main(String[] args) {
        System.exit(commandLine(Start.onStandardStreams()).execute(args));
    }

    /** The whole command line; for a program that ends with its answer. */
    static CommandLine commandLine(Start start) {
        CommandLine line = new CommandLine(new Main())
                .addSubcommand(RunCommand.withOptions(new RunCommand(start)))
                .addSubcommand(ResumeCommand.withOptions(new ResumeCommand(start)))
                .addSubcommand(RecheckCommand.withOptions(new RecheckCommand(start)))
                .addSubcommand(RecordCommand.withOptions(new RecordCommand(System.err)))
                .addSubcommand(PreflightCommand.withOptions(new PreflightCommand(System.err)))
                .addSubcommand(SqlCommand.withOptions(new SqlCommand()))
                .addSubcommand("runs", RunsCommand.withOptions(new RunsCommand()), "--list-runs")
                .addSubcommand(ExperimentsCommand.withOptions(new ExperimentsCommand()))
                .addSubcommand(MatrixCommand.withOptions(new MatrixCommand(Assay.clis())))
                .addSubcommand(NamedRun.withOptions(new ReportCommand()))
                .addSubcommand(NamedRun.withOptions(new ExportCommand()))
                .addSubcommand(new StreamCommand(Assay.clis(), System.in))
                .addSubcommand(AnalyzeCommand.withOptions(new AnalyzeCommand()))
                .addSubcommand(CompareCommand.withOptions(new CompareCommand()))
                .addSubcommand(PatternsCommand.withOptions(new PatternsCommand()))
                .addSubcommand(LeaderboardCommand.withOptions(new LeaderboardCommand()))
                .addSubcommand(GenerateCommand.withOptions(new GenerateCommand()))
                .addSubcommand(SupabaseCommand.withOptions(new SupabaseCommand()))
                .addSubcommand(completion());
        return line.setParameterExceptionHandler(Main::wrongArguments)
                .setExecutionExceptionHandler((problem, command, parsed) -> failed(problem, command.getErr()));
    }

    /** Picocli's own command, which writes the script that completes. */
    private static CommandLine completion() {
        CommandLine line = new CommandLine(new AutoComplete.GenerateCompletion());
        line.getCommandSpec()
                .usageMessage()
                .description("Prints a script by which bash and zsh complete commands, options and their values.")
                .footer(
                        "",
                        "The script completes the word 'assay', so make that a command first.",
                        "",
                        "Examples:",
                        "  assay() { java -jar ~/assay/target/assay.jar \"$@\"; }",
                        "  source <(assay generate-completion)");
        return line;
    }

    /** One line: what is wrong, what was perhaps meant, where to look. */
    private static int wrongArguments(ParameterException problem, String[] args) {
        CommandLine command = problem.getCommandLine();
        List<String> guesses =
                problem instanceof UnmatchedArgumentException unmatched ? unmatched.getSuggestions() : List.of();
        String guess = guesses.isEmpty() ? "" : " Did you mean '" + String.join("' or '", guesses) + "'?";
        command.getErr()
                .println(sentence(problem.getMessage()) + guess + " See: "
                        + command.getCommandSpec().qualifiedName() + " --help");
        return ExitCode.USAGE.value();
    }

    private static String sentence(String message) {
        String text = message.strip();
        return text.endsWith(".") || text.endsWith("?") ? text : text + ".";
    }

    private static int failed(Exception problem, PrintWriter err) {
        @Nullable String message = problem.getMessage();
        err.println(message == null ? problem.toString() : message);
        return problem instanceof UsageError || problem instanceof InvalidExperiment
                ? ExitCode.USAGE.value()
                : ExitCode.FAILED.value();
    }

    /** The version that the jar was built as. */
    static final class Version implements IVersionProvider {
        @Override
        public String[] getVersion() {
            @Nullable String version = Main.class.getPackage().getImplementationVersion();
            return new String[] {"assay " + (version == null ? "(not packaged)" : version)};
        }
    }
}
