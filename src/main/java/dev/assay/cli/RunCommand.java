package dev.assay.cli;

import dev.assay.settings.Option;
import dev.assay.settings.Settings;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code assay run}: experiments by name, or an ad-hoc prompt. */
@Command(
        name = "run",
        description = "Runs experiments, or builds an ad-hoc prompt.",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        abbreviateSynopsis = true,
        footer = {
            "",
            "Every option can also stand in the environment (--max-retries as ASSAY_MAX_RETRIES), in .env and in assay.yaml.",
            "With --json the tree goes to the standard error, and one object to the output: exit_code, runs, messages.",
            "",
            "Examples:",
            "  assay run todo-auth",
            "  assay run todo-auth chat-realtime --repetitions 5",
            "  assay run todo-auth --planner claude/sonnet --implementer claude/opus,codex",
            "  assay run \"Build a guestbook with Supabase\" --project-dir guestbook"
        })
final class RunCommand implements Callable<Integer> {
    private final Start start;

    @Spec
    private CommandSpec spec;

    @Parameters(
            arity = "0..*",
            paramLabel = "NAME|\"PROMPT\"",
            description = "experiments: names, globs or 'all'; or one text with blanks in it, which is a prompt")
    private List<String> what = List.of();

    @SuppressWarnings("NullAway.Init") // picocli sets the annotated fields
    RunCommand(Start start) {
        this.start = start;
    }

    /** The command with an option for each in the list of options. */
    static CommandLine withOptions(RunCommand command) {
        CommandLine line = new CommandLine(command);
        Options.add(line.getCommandSpec(), List.of(Option.values()));
        return line;
    }

    @Override
    public Integer call() {
        Map<String, String> options = Options.given(spec);
        addWhat(options);
        return start.run(spec, options);
    }

    private void addWhat(Map<String, String> options) {
        boolean prompt = what.size() == 1 && what.get(0).strip().indexOf(' ') > 0;
        Option said = prompt ? Option.PROMPT : Option.EXPERIMENT;
        if (!what.isEmpty() && options.put(said.id(), String.join(",", what)) != null) {
            throw wrong("'" + what.get(0) + "' and --" + said.id() + " say the same thing; give one of them");
        }
        if (!prompt && what.stream().anyMatch(name -> name.strip().indexOf(' ') > 0)) {
            throw wrong("A prompt must be the only argument; put it in quotes as a whole");
        }
        Settings settings = Options.settings(options);
        if (Stream.of(Option.EXPERIMENT, Option.PROMPT, Option.RESUME, Option.RECHECK)
                .noneMatch(settings::isGiven)) {
            throw wrong("Nothing to run: name an experiment, 'all', or give a prompt in quotes");
        }
    }

    private ParameterException wrong(String message) {
        return new ParameterException(spec.commandLine(), message);
    }
}
