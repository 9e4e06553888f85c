package dev.assay.cli;

import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code assay generate}: things that are made up. */
@Command(
        name = "generate",
        description = "Makes things up, to try commands with.",
        mixinStandardHelpOptions = true,
        synopsisSubcommandLabel = "WHAT",
        footer = {"", "Examples:", "  assay generate demo-data"})
final class GenerateCommand implements Runnable {
    @Spec
    private CommandSpec spec;

    @SuppressWarnings("NullAway.Init") // picocli sets the annotated fields
    GenerateCommand() {}

    static CommandLine withOptions(GenerateCommand command) {
        return new CommandLine(command).addSubcommand(DemoDataCommand.withOptions(new DemoDataCommand()));
    }

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "Say what to generate: demo-data");
    }
}
