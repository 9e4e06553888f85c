package dev.assay.cli;

import dev.assay.settings.Option;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code assay resume}: goes on with a stored run. */
@Command(
        name = "resume",
        description =
                "Goes on with a run that was cut short. What it has done is read, and not done again: its plan and"
                        + " its finished agent calls stay.",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        footer = {
            "",
            "With a step the run is done again from the beginning of that step on, whatever came of it: the workspace and"
                    + " the data of its Supabase are put back to what they were then. The results before stay.",
            "",
            "Examples:",
            "  assay resume 20260301-12                      where it was cut short",
            "  assay resume 20260301-12 3                    from the third step of its plan",
            "  assay resume latest --budget-usd 10           the last run, with more to spend"
        })
final class ResumeCommand implements Callable<Integer> {
    private final Start start;

    @Spec
    private CommandSpec spec;

    @Parameters(index = "0", paramLabel = "RUN", description = "a stored run: a unique prefix of its id, or 'latest'")
    private String run = "";

    @Parameters(index = "1", arity = "0..1", paramLabel = "STEP", description = "a step of its plan, from 1")
    private String step = "";

    @SuppressWarnings("NullAway.Init") // picocli sets the annotated fields
    ResumeCommand(Start start) {
        this.start = start;
    }

    static CommandLine withOptions(ResumeCommand command) {
        CommandLine line = new CommandLine(command);
        Options.add(
                line.getCommandSpec(),
                List.of(
                        Option.START_STEP,
                        Option.EXPERIMENTS_DIR,
                        Option.SKILLS_SOURCE,
                        Option.SKILLS_FILTER,
                        Option.ENCOURAGE_WEB_SEARCH,
                        Option.BUDGET_USD,
                        Option.CLAUDE_BASE_URL,
                        Option.CURSOR_BASE_URL,
                        Option.CODEX_BASE_URL,
                        Option.OPENCODE_BASE_URL,
                        Option.GEMINI_BASE_URL,
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
    public Integer call() {
        Map<String, String> options = Options.given(spec);
        options.put(Option.RESUME.id(), run);
        if (!step.isEmpty() && options.put(Option.START_STEP.id(), step) != null) {
            throw new ParameterException(
                    spec.commandLine(),
                    "'" + step + "' and --" + Option.START_STEP.id() + " say the same thing; give one of them");
        }
        return start.run(spec, options);
    }
}
