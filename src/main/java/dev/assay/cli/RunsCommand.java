package dev.assay.cli;

import dev.assay.Assay;
import dev.assay.report.RunListing;
import dev.assay.settings.NearestName;
import dev.assay.settings.Option;
import dev.assay.settings.Settings;
import dev.assay.settings.UsageError;
import dev.assay.store.LogDatabase;
import dev.assay.store.RunList;
import dev.assay.store.RunList.Condition;
import dev.assay.store.RunList.Order;
import java.io.PrintWriter;
import java.sql.SQLException;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.function.Function;
import java.util.stream.Stream;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import tools.jackson.databind.json.JsonMapper;

/** {@code assay runs}: which runs are stored. */
@Command(
        name = "runs",
        description =
                "Lists the stored runs, the newest first: id, outcome, experiment, variant and repetition, when it"
                        + " began; below it the cause, time, cost, and planner › implementer › verifier.",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        footer = {
            "",
            "The id is as short as it may be given to other commands, which take any beginning that no other run has.",
            "",
            "Examples:",
            "  assay runs",
            "  assay runs --experiment todo-auth --outcome failed,aborted",
            "  assay runs --sort dearest --limit 5",
            "  assay runs --source real --json"
        })
final class RunsCommand implements Callable<Integer> {
    private static final List<String> SOURCES = List.of("real", "recorded", "demo", "all");

    @Spec
    private CommandSpec spec;

    @CommandLine.Option(
            names = "--experiment",
            split = ",",
            paramLabel = "NAME",
            description = "only runs of these experiments: names or globs, with commas between them")
    private List<String> experiments = List.of();

    @CommandLine.Option(
            names = "--outcome",
            split = ",",
            paramLabel = "OUTCOME",
            completionCandidates = Outcomes.class,
            description = "only these, with commas between them: ${COMPLETION-CANDIDATES}")
    private List<String> outcomes = List.of();

    @CommandLine.Option(
            names = "--source",
            paramLabel = "SOURCE",
            defaultValue = "all",
            completionCandidates = Sources.class,
            description = "only runs of real agents, or of recorded ones: ${COMPLETION-CANDIDATES} (${DEFAULT-VALUE})")
    private String source;

    @CommandLine.Option(
            names = "--sort",
            paramLabel = "ORDER",
            defaultValue = "newest",
            completionCandidates = Orders.class,
            description = "what comes first: ${COMPLETION-CANDIDATES} (${DEFAULT-VALUE})")
    private String sort;

    @CommandLine.Option(
            names = "--limit",
            paramLabel = "N",
            defaultValue = "20",
            description = "how many at most (${DEFAULT-VALUE})")
    private int limit;

    @SuppressWarnings("NullAway.Init") // picocli sets the annotated fields
    RunsCommand() {}

    static CommandLine withOptions(RunsCommand command) {
        CommandLine line = new CommandLine(command);
        Options.add(line.getCommandSpec(), List.of(Option.JSON, Option.STORE_URL, Option.DATA_DIR, Option.CACHE_DIR));
        return line;
    }

    @Override
    public Integer call() throws SQLException {
        RunList.Choice choice = choice();
        Settings settings = Options.settings(Options.given(spec));
        RunList.Page page;
        try (LogDatabase database = Assay.log(settings)) {
            page = new RunList(database).read(choice);
        }
        PrintWriter out = spec.commandLine().getOut();
        if (settings.flag(Option.JSON)) {
            out.println(JsonMapper.shared().writerWithDefaultPrettyPrinter().writeValueAsString(page.runs()));
            return 0;
        }
        Terminal terminal = Terminal.of(spec);
        new RunListing(terminal.colour(), terminal.width(), ZoneId.systemDefault())
                .lines(page)
                .forEach(out::println);
        said(page, choice).ifPresent(out::println);
        return 0;
    }

    private RunList.Choice choice() {
        if (limit < 1) {
            throw new ParameterException(spec.commandLine(), "--limit must be 1 or more, and is " + limit);
        }
        List<Condition> conditions = new ArrayList<>();
        for (String outcome : outcomes) {
            conditions.add(known("--outcome", outcome, List.of(Condition.values()), Condition::id));
        }
        known("--source", source, SOURCES, name -> name);
        return new RunList.Choice(
                experiments,
                conditions,
                source.equals("all") ? Optional.empty() : Optional.of(source),
                known("--sort", sort, List.of(Order.values()), Order::id),
                limit);
    }

    private static <T> T known(String option, String said, List<T> values, Function<T, String> name) {
        List<String> names = values.stream().map(name).toList();
        return values.stream()
                .filter(value -> name.apply(value).equals(said.strip()))
                .findFirst()
                .orElseThrow(() -> new UsageError(option + " must be one of " + String.join(", ", names) + ", and is '"
                        + said + "'." + NearestName.hint(said, names)));
    }

    /** What the list does not show. */
    private Optional<String> said(RunList.Page page, RunList.Choice choice) {
        if (page.stored() == 0) {
            return Optional.of("No run is stored yet. Run an experiment, such as: assay run todo-auth");
        }
        if (page.runs().isEmpty()) {
            return Optional.of("None of the " + page.stored() + " stored runs is one of those; leave out "
                    + Stream.of(
                                    choice.experiments().isEmpty() ? "" : "--experiment",
                                    choice.conditions().isEmpty() ? "" : "--outcome",
                                    choice.source().isEmpty() ? "" : "--source " + source)
                            .filter(option -> !option.isEmpty())
                            .reduce((one, other) -> one + " or " + other)
                            .orElse("")
                    + " to see others.");
        }
        long more = page.matching() - page.runs().size();
        return more == 0
                ? Optional.empty()
                : Optional.of("… and " + more + " more; all of them with --limit " + page.matching());
    }

    /** For shells that complete. */
    static final class Outcomes implements Iterable<String> {
        @Override
        public java.util.Iterator<String> iterator() {
            return Stream.of(Condition.values()).map(Condition::id).iterator();
        }
    }

    /** For shells that complete. */
    static final class Sources implements Iterable<String> {
        @Override
        public java.util.Iterator<String> iterator() {
            return SOURCES.iterator();
        }
    }

    /** For shells that complete. */
    static final class Orders implements Iterable<String> {
        @Override
        public java.util.Iterator<String> iterator() {
            return Stream.of(Order.values()).map(Order::id).iterator();
        }
    }
}
