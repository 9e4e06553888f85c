package dev.assay.cli;

import dev.assay.Assay;
import dev.assay.engine.AssayTestEngine;
import dev.assay.engine.Launch;
import dev.assay.report.ConsoleTree;
import dev.assay.report.RunResults;
import dev.assay.settings.Option;
import dev.assay.settings.Settings;
import java.io.PrintStream;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Model.CommandSpec;
import tools.jackson.databind.json.JsonMapper;

/**
 * How the commands start runs, and what they print of them: the live tree, or where JSON is asked for one object at the
 * end, and the tree where messages go.
 */
final class Start {
    private final Launch launch;
    private final RunResults results;

    Start(Launch launch, RunResults results) {
        this.launch = launch;
        this.results = results;
    }

    /** With the real house behind it. */
    static Start onStandardStreams() {
        RunResults results = new RunResults();
        AssayTestEngine engine = new AssayTestEngine(settings -> {
            boolean json = settings.flag(Option.JSON);
            PrintStream shown = json ? System.err : System.out;
            return Assay.open(settings, shown, List.of(new ConsoleTree(shown, !json && Terminal.shown()), results));
        });
        return new Start(
                new Launch(engine, message -> {
                    System.err.println(message);
                    results.said(message);
                }),
                results);
    }

    /**
     * Runs what the options choose.
     *
     * @param spec of the command, which prints the JSON
     * @return the exit code
     */
    int run(CommandSpec spec, Map<String, String> options) {
        Settings settings = Options.settings(options);
        boolean json = settings.flag(Option.JSON);
        int code = launch.run(options).value();
        if (json) {
            spec.commandLine()
                    .getOut()
                    .println(JsonMapper.shared()
                            .writerWithDefaultPrettyPrinter()
                            .writeValueAsString(results.json(code)));
        }
        return code;
    }
}
