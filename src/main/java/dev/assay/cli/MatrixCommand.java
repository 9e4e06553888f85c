package dev.assay.cli;

import dev.assay.agent.cli.Cli;
import dev.assay.engine.ExitCode;
import dev.assay.experiment.Cell;
import dev.assay.experiment.ExperimentFiles;
import dev.assay.experiment.InvalidExperiment;
import dev.assay.experiment.Overrides;
import dev.assay.settings.Option;
import dev.assay.settings.Settings;
import dev.assay.settings.UsageError;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** {@code assay matrix}: the cells of matrix files, for people and for CI. */
@Command(
        name = "matrix",
        description = "Lists the cells of matrix files: each variant with what does its roles and how often it runs."
                + " With --github, as the matrix of a job of GitHub Actions.",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        abbreviateSynopsis = true,
        footer = {
            "",
            "Runs nothing. Options change the cells as they would change the runs.",
            "",
            "Examples:",
            "  assay matrix                                   every matrix file",
            "  assay matrix todo-auth-matrix --repetitions 1",
            "  assay matrix todo-auth --implementer claude/opus,codex --skills-mode none,passive",
            "  assay matrix --github                          one line of JSON, for fromJSON() in a workflow"
        })
final class MatrixCommand implements Callable<Integer> {
    /** GitHub Actions makes no more jobs of one matrix. */
    private static final int MOST_JOBS = 256;

    private final List<Cli> clis;

    @Spec
    private CommandSpec spec;

    @Parameters(
            arity = "0..*",
            paramLabel = "NAME",
            description = "matrix files or experiments: names, globs or 'all' (every matrix file)")
    private List<String> names = List.of();

    @CommandLine.Option(names = "--github", description = "print the matrix of a job of GitHub Actions")
    private boolean github;

    /** @param clis those that a job may have to install */
    @SuppressWarnings("NullAway.Init") // picocli sets the annotated fields
    MatrixCommand(List<Cli> clis) {
        this.clis = clis;
    }

    static CommandLine withOptions(MatrixCommand command) {
        CommandLine line = new CommandLine(command);
        Options.add(
                line.getCommandSpec(),
                List.of(
                        Option.PLANNER,
                        Option.IMPLEMENTER,
                        Option.VERIFIER,
                        Option.CLAUDE_MODEL,
                        Option.CURSOR_MODEL,
                        Option.SKILLS_MODE,
                        Option.REPETITIONS,
                        Option.INCLUDE_VARIANTS,
                        Option.EXCLUDE_VARIANTS,
                        Option.EXPERIMENTS_DIR,
                        Option.JSON));
        return line;
    }

    @Override
    public Integer call() {
        Map<String, String> given = Options.given(spec);
        Settings settings = Options.settings(given);
        List<Cell> cells = cells(settings);
        PrintWriter out = spec.commandLine().getOut();
        if (github) {
            if (cells.size() > MOST_JOBS) {
                throw new UsageError("The matrix has " + cells.size() + " cells, and GitHub Actions takes at most "
                        + MOST_JOBS + ". Name fewer files, or narrow them by --include-variants.");
            }
            ObjectNode matrix = JsonNodeFactory.instance.objectNode();
            matrix.set("include", json(cells));
            out.println(matrix);
        } else if (settings.flag(Option.JSON)) {
            out.println(JsonMapper.shared().writerWithDefaultPrettyPrinter().writeValueAsString(json(cells)));
        } else {
            table(cells).forEach(out::println);
        }
        out.flush();
        return ExitCode.PASSED.value();
    }

    private List<Cell> cells(Settings settings) {
        ExperimentFiles files = ExperimentFiles.in(settings.path(Option.EXPERIMENTS_DIR));
        List<Path> chosen = names.isEmpty() ? files.matrixFiles() : files.select(String.join(",", names));
        if (chosen.isEmpty()) {
            throw new UsageError("There is no matrix file in " + files.directory() + ": none of its files says"
                    + " 'extends'. Name an experiment, such as: assay matrix todo-auth --implementer claude,codex");
        }
        List<Cell> cells = new ArrayList<>();
        for (Path file : chosen) {
            try {
                cells.addAll(Cell.of(Overrides.apply(files.read(file), settings)));
            } catch (InvalidExperiment e) {
                throw new UsageError(String.valueOf(e.getMessage()), e);
            }
        }
        return cells;
    }

    private ArrayNode json(List<Cell> cells) {
        ArrayNode json = JsonNodeFactory.instance.arrayNode();
        for (Cell cell : cells) {
            json.addObject()
                    .put("experiment", cell.experiment())
                    .put("variant", cell.variant().id())
                    .put("planner", cell.variant().planner().toString())
                    .put("implementer", cell.variant().implementer().toString())
                    .put("verifier", cell.variant().verifier().toString())
                    .put("skills", cell.variant().skills().id())
                    .put("repetitions", cell.repetitions())
                    .put("install", install(cell));
        }
        return json;
    }

    /** One command that installs what the cell names; empty where it needs nothing. */
    private String install(Cell cell) {
        return clis.stream()
                .filter(cli -> cell.tools().contains(cli.name()))
                .map(Cli::install)
                .collect(Collectors.joining(" && "));
    }

    private static List<String> table(List<Cell> cells) {
        List<List<String>> rows = new ArrayList<>();
        rows.add(List.of("experiment", "variant", "planner", "implementer", "verifier", "skills", "runs"));
        int runs = 0;
        for (Cell cell : cells) {
            rows.add(List.of(
                    cell.experiment(),
                    cell.variant().id(),
                    cell.variant().planner().toString(),
                    cell.variant().implementer().toString(),
                    cell.variant().verifier().toString(),
                    cell.variant().skills().id(),
                    String.valueOf(cell.repetitions())));
            runs += cell.repetitions();
        }
        int[] widths = new int[rows.get(0).size()];
        rows.forEach(row -> {
            for (int i = 0; i < widths.length; i++) {
                widths[i] = Math.max(widths[i], row.get(i).length());
            }
        });
        List<String> lines = new ArrayList<>();
        for (List<String> row : rows) {
            StringBuilder line = new StringBuilder();
            for (int i = 0; i < widths.length; i++) {
                line.append(row.get(i)).append(" ".repeat(widths[i] - row.get(i).length() + 2));
            }
            lines.add(line.toString().stripTrailing());
        }
        lines.add(cells.size()
                + (cells.size() == 1 ? " variant, " : " variants, ")
                + runs
                + (runs == 1 ? " run" : " runs"));
        return lines;
    }
}
