package dev.assay.cli;

import dev.assay.engine.ExitCode;
import dev.assay.experiment.Experiment;
import dev.assay.experiment.ExperimentFiles;
import dev.assay.experiment.InvalidExperiment;
import dev.assay.experiment.Problem;
import dev.assay.experiment.Variant;
import dev.assay.report.Amounts;
import dev.assay.report.FactLines;
import dev.assay.report.PlainText;
import dev.assay.run.ContractedLayers;
import dev.assay.settings.Option;
import dev.assay.settings.Settings;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** {@code assay experiments}: which experiments there are, and which files cannot be read. */
@Command(
        name = "experiments",
        description = "Lists the experiments: name and title; below it the layers that must pass, variants, repetitions"
                + " and file. Of a file that cannot be read it says the line, and what is wrong.",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        footer = {
            "",
            "Ends with 2 where a file cannot be read, else with 0.",
            "",
            "Examples:",
            "  assay experiments",
            "  assay experiments --experiments-dir ../other/experiments",
            "  assay experiments --json"
        })
final class ExperimentsCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @SuppressWarnings("NullAway.Init") // picocli sets the annotated fields
    ExperimentsCommand() {}

    static CommandLine withOptions(ExperimentsCommand command) {
        CommandLine line = new CommandLine(command);
        Options.add(line.getCommandSpec(), List.of(Option.EXPERIMENTS_DIR, Option.JSON));
        return line;
    }

    /** What a file says, or why it cannot be read. */
    private record Entry(String name, Path file, List<Experiment> read, List<Problem> problems) {}

    @Override
    public Integer call() {
        Settings settings = Options.settings(Options.given(spec));
        ExperimentFiles files = ExperimentFiles.in(settings.path(Option.EXPERIMENTS_DIR));
        List<Entry> entries = new ArrayList<>();
        for (String name : files.names()) {
            Path file = files.directory().resolve(name + ".yaml");
            try {
                entries.add(new Entry(name, file, List.of(files.read(file)), List.of()));
            } catch (InvalidExperiment e) {
                entries.add(new Entry(name, file, List.of(), e.problems()));
            }
        }
        PrintWriter out = spec.commandLine().getOut();
        if (settings.flag(Option.JSON)) {
            ArrayNode json = JsonNodeFactory.instance.arrayNode();
            entries.forEach(entry -> json.add(json(entry)));
            out.println(JsonMapper.shared().writerWithDefaultPrettyPrinter().writeValueAsString(json));
        } else if (entries.isEmpty()) {
            out.println("There is no experiment in " + files.directory()
                    + ". Put a file such as todo-auth.yaml there, or name another folder with --experiments-dir.");
        } else {
            text(entries, files.directory(), Terminal.of(spec).width()).forEach(out::println);
        }
        boolean broken = entries.stream().anyMatch(entry -> !entry.problems().isEmpty());
        return (broken ? ExitCode.USAGE : ExitCode.PASSED).value();
    }

    private static List<String> text(List<Entry> entries, Path directory, int width) {
        int names =
                entries.stream().mapToInt(entry -> entry.name().length()).max().orElse(0);
        String indent = " ".repeat(names + 2);
        int room = Math.max(20, width - indent.length());
        List<String> lines = new ArrayList<>();
        for (Entry entry : entries) {
            String name = entry.name() + " ".repeat(names + 2 - entry.name().length());
            if (entry.read().isEmpty()) {
                lines.add(name + "cannot be read:");
                entry.problems().forEach(problem -> lines.add(indent + PlainText.line(problem.toString())));
                continue;
            }
            Experiment experiment = entry.read().get(0);
            lines.add(name + PlainText.line(experiment.title(), room));
            FactLines.of(
                            List.of(
                                    layers(experiment),
                                    Amounts.counted(experiment.variants().size(), "variant") + ", "
                                            + Amounts.counted(experiment.repetitions(), "repetition"),
                                    experiment.matrixFile() ? "runs by its name alone" : "",
                                    directory.getFileName() + "/" + entry.file().getFileName()),
                            room)
                    .forEach(line -> lines.add(indent + line));
        }
        return lines;
    }

    private static String layers(Experiment experiment) {
        return ContractedLayers.of(experiment).stream().map(kind -> kind.id()).collect(Collectors.joining(", "));
    }

    private static ObjectNode json(Entry entry) {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        json.put("name", entry.name()).put("file", entry.file().toString());
        json.put("valid", entry.problems().isEmpty());
        ArrayNode problems = json.putArray("problems");
        entry.problems()
                .forEach(problem -> problems.addObject()
                        .put("file", problem.file().toString())
                        .put("line", problem.line())
                        .put("message", problem.message()));
        for (Experiment experiment : entry.read()) {
            json.put("title", experiment.title())
                    .put("extends", experiment.matrixFile() ? experiment.base() : null)
                    .put("contract", experiment.contract().name())
                    .put("recorded", Files.isDirectory(experiment.recording()))
                    .put("repetitions", experiment.repetitions());
            ArrayNode tags = json.putArray("tags");
            experiment.tags().forEach(tags::add);
            ArrayNode layers = json.putArray("layers");
            ContractedLayers.of(experiment).forEach(kind -> layers.add(kind.id()));
            ArrayNode variants = json.putArray("variants");
            experiment.variants().stream().map(Variant::id).forEach(variants::add);
        }
        return json;
    }
}
