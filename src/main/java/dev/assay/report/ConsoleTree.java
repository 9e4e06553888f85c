package dev.assay.report;

import dev.assay.agent.AgentEvent;
import dev.assay.experiment.Role;
import dev.assay.report.Lines.Colour;
import dev.assay.run.Attempt;
import dev.assay.run.AttemptResult;
import dev.assay.run.Cause;
import dev.assay.run.Line;
import dev.assay.run.Plan;
import dev.assay.run.RunInfo;
import dev.assay.run.RunListener;
import dev.assay.run.RunResult;
import dev.assay.run.StageResult;
import java.io.PrintStream;
import java.nio.charset.Charset;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;

/**
 * The live tree: a line when a container begins, one when a leaf is done, with what came of it and what it took. Runs
 * that are under way together write whole lines, each with its run's name in front.
 *
 * <pre>
 * ✓ passed   ✗ failed   ~ superseded or not verified   ! aborted   – skipped
 * </pre>
 */
public final class ConsoleTree implements RunListener {
    private final Lines lines;
    private final Clock clock;
    private final Map<String, RunView> runs = new ConcurrentHashMap<>();
    /** Runs whose last line is printed: one that is interrupted still winds up what was under way. */
    private final Set<String> over = ConcurrentHashMap.newKeySet();

    /** Plain lines, without colour. */
    public ConsoleTree(PrintStream out) {
        this(out, false);
    }

    /** @param terminal whether {@code out} is a terminal: then marks have colours, and what runs now is shown below */
    public ConsoleTree(PrintStream out, boolean terminal) {
        this(out, terminal, Lines.consoleCharset(), Clock.systemUTC());
    }

    ConsoleTree(PrintStream out, boolean terminal, Charset charset, Clock clock) {
        this.lines = new Lines(out, terminal, charset);
        this.clock = clock;
    }

    @Override
    public void runStarted(RunInfo run) {
        begin(run, "");
    }

    @Override
    public void runResumed(RunInfo run) {
        begin(run, "RESUMED: what was done before is read, and not shown again");
    }

    private void begin(RunInfo run, String how) {
        RunView view = new RunView(run, run.experiment().name() + " " + run.label());
        view.named = run.experiment().pace().parallelism() > 1; // others will come, so that every line says whose it is
        runs.put(run.id(), view);
        List<String> header = new ArrayList<>();
        header.add("");
        header.add(Stream.of(
                        lines.coloured(Colour.BOLD, view.label),
                        run.source().equals("recorded") ? lines.coloured(Colour.YELLOW, "RECORDED") : "",
                        run.source().equals("demo") ? "DEMO" : "",
                        how,
                        without(run),
                        run.unisolated().isPresent() ? lines.coloured(Colour.YELLOW, "UNISOLATED") : "")
                .filter(part -> !part.isEmpty())
                .reduce((left, right) -> left + " · " + right)
                .orElseThrow());
        header.add("  " + PlainText.line(run.experiment().title(), 160));
        header.add("  " + who(run) + " · target " + run.targetKind());
        header.add("  run " + run.id() + " · " + run.folder());
        run.unisolated()
                .ifPresent(why -> header.add(
                        "  unisolated: agents and the app see all that you can read; " + PlainText.line(why, 300)));
        print(view, header);
    }

    @Override
    public void recheckStarted(RunInfo run, String subject) {
        RunView view = new RunView(run, run.experiment().name() + " recheck of " + subject);
        over.remove(run.id());
        runs.put(run.id(), view);
        List<String> header = new ArrayList<>();
        header.add("");
        header.add(Stream.of(
                        lines.coloured(Colour.BOLD, run.experiment().name()),
                        "RECHECK of " + PlainText.line(subject, 160),
                        without(run))
                .filter(part -> !part.isEmpty())
                .reduce((left, right) -> left + " · " + right)
                .orElseThrow());
        header.add("  the evaluation alone, no agent is called · target " + run.targetKind());
        header.add("  " + run.folder());
        print(view, header);
    }

    private static String without(RunInfo run) {
        return run.partial().isEmpty() ? "" : "PARTIAL: without " + String.join(", ", new TreeSet<>(run.partial()));
    }

    private static String who(RunInfo run) {
        Role planner = run.variant().planner();
        Role implementer = run.variant().implementer();
        Role verifier = run.variant().verifier();
        String skills = switch (run.variant().skills()) {
            case NONE -> "";
            default -> " · skills " + run.variant().skills().id();
        };
        if (planner.equals(implementer) && planner.equals(verifier)) {
            return planner + " plans, implements and verifies" + skills;
        }
        return planner.equals(verifier)
                ? planner + " plans and verifies, " + implementer + " implements" + skills
                : planner + " plans, " + implementer + " implements, " + verifier + " verifies" + skills;
    }

    @Override
    public void planAccepted(RunInfo run, Plan plan) {
        view(run).facts.add(Amounts.counted(plan.steps().size(), "step"));
    }

    @Override
    public void stageStarted(RunInfo run, Node node) {
        if (over.contains(run.id())) {
            return;
        }
        RunView view = view(run);
        if (node.leaf()) {
            view.begin(node, clock.millis());
            lines.fleeting(progress(view));
        } else {
            print(view, List.of(indent(node) + PlainText.line(node.stage().name(), 120) + tag(node)));
        }
    }

    private static String tag(Node node) {
        String phase = node.stage().labels().getOrDefault("buildPhase", "");
        return node.stage().type().equals("step") && !phase.isEmpty() ? "  [" + phase + "]" : "";
    }

    @Override
    public void attemptStarted(RunInfo run, Attempt attempt) {
        if (over.contains(run.id())) {
            return;
        }
        RunView view = view(run);
        String who = new Role(attempt.tool(), attempt.requestedModel()).toString();
        if (!view.agents.contains(who)) {
            view.agents.add(who);
        }
        lines.fleeting(progress(view));
    }

    @Override
    public void attemptFinished(RunInfo run, Attempt attempt, AttemptResult result) {
        RunView view = view(run);
        view.leafUsage = view.leafUsage.plus(result.agent().usage());
        view.usage = view.usage.plus(result.agent().usage());
        view.attempts++;
        view.warnings.addAll(result.agent().warnings());
    }

    @Override
    public void event(RunInfo run, Line line, int part, AgentEvent event) {
        if (over.contains(run.id())) {
            return;
        }
        RunView view = view(run);
        if (event instanceof AgentEvent.ToolStarted) {
            view.leafTools++;
            view.tools++;
        } else if (event instanceof AgentEvent.Warning warning && line.attempt().isPresent()) {
            view.warnings.add(warning.code() + ": " + warning.message());
        }
        if (view.progressDue(clock.millis(), lines.terminal())) {
            if (lines.terminal()) {
                lines.fleeting(progress(view));
            } else {
                print(view, List.of(progress(view)));
            }
        }
    }

    /** What runs now, for how long, and what the run has taken so far. */
    private String progress(RunView view) {
        return " ".repeat(view.indent) + "… "
                + facts(
                        view.name,
                        Stream.of(
                                String.join(", ", view.agents),
                                Amounts.time(view.elapsed(clock.millis())),
                                view.leafTools == 0 ? "" : Amounts.counted(view.leafTools, "tool call"),
                                Amounts.usage(view.usage).isEmpty() ? "" : Amounts.usage(view.usage) + " so far"));
    }

    @Override
    public void stageFinished(RunInfo run, Node node, StageResult result) {
        if (!node.leaf() || over.contains(run.id())) {
            return;
        }
        RunView view = view(run);
        boolean ran = view.isCurrent(node);
        Mark mark = Mark.of(result);
        List<String> text = new ArrayList<>();
        List<String> message = PlainText.lines(result.message());
        boolean quiet = mark == Mark.PASSED || mark == Mark.SKIPPED;
        List<String> all = new ArrayList<>();
        if (quiet && !message.isEmpty()) {
            all.add(PlainText.line(message.get(0), 160));
        }
        if (ran) {
            all.addAll(view.facts);
            all.add(String.join(", ", view.agents));
            all.add(view.leafTools == 0 ? "" : Amounts.counted(view.leafTools, "tool call"));
            all.add(Amounts.usage(view.leafUsage));
        }
        all.add(result.assertions() == 0 ? "" : Amounts.counted(result.assertions(), "assertion"));
        all.add(ran ? Amounts.time(view.elapsed(clock.millis())) : "");
        text.add(indent(node) + lines.coloured(mark.colour, mark.symbol) + " "
                + facts(PlainText.line(node.stage().name(), 120), all.stream()));
        String under = indent(node) + "    ";
        if (!quiet) {
            text.addAll(message(under, mark.word, result, message));
        }
        if (ran) {
            view.warnings.forEach(warning ->
                    text.add(under + lines.coloured(Colour.YELLOW, "warning:") + " " + PlainText.line(warning, 240)));
        }
        result.notes().stream()
                .filter(note -> !ran || !view.warnings.contains(note))
                .forEach(note -> text.add(under + "note: " + PlainText.line(note, 240)));
        print(view, text);
        view.end();
    }

    private static List<String> message(String under, String word, StageResult result, List<String> message) {
        int most = result.deciding() ? 12 : 3;
        List<String> text = new ArrayList<>();
        String cause = result.cause()
                .filter(why -> why != Cause.CHECK_FAILED && why != Cause.VERDICT_RETRY)
                .map(Cause::id)
                .orElse("");
        String lead = Stream.of(word, cause)
                .filter(part -> !part.isEmpty())
                .reduce((a, b) -> a + ", " + b)
                .orElse("");
        String first = message.isEmpty() ? result.cause().map(Cause::meaning).orElse("") : message.get(0);
        text.add(under + (lead.isEmpty() ? "" : lead + ": ") + PlainText.line(first, 240));
        // behind a bar, so that no line of an agent's begins a line of ours
        message.stream().skip(1).limit(most - 1L).forEach(line -> text.add(under + "│ " + PlainText.line(line, 240)));
        if (message.size() > most) {
            text.add(under + "│ … " + Amounts.counted(message.size() - most, "more line"));
        }
        return text;
    }

    @Override
    public void runFinished(RunInfo run, RunResult result) {
        RunView view = view(run);
        finished(
                view,
                result,
                List.of("  "
                        + facts(
                                        "",
                                        Stream.of(
                                                Amounts.counted(view.attempts, "agent call"),
                                                Amounts.counted(view.tools, "tool call"),
                                                Amounts.usage(result.usage())))
                                .strip()));
    }

    @Override
    public void recheckFinished(RunInfo run, RunResult result) {
        finished(view(run), result, List.of());
    }

    private void finished(RunView view, RunResult result, List<String> sums) {
        RunInfo run = view.run;
        List<String> text = new ArrayList<>(sums);
        result.warnings()
                .forEach(warning -> text.add(
                        "  " + lines.coloured(Colour.YELLOW, "warning:") + " " + PlainText.line(warning, 240)));
        String message = PlainText.line(result.message(), 600);
        String time = "in " + Amounts.time(result.duration());
        String partial = result.partial() ? " (" + without(run) + ")" : "";
        String outcome = switch (result.outcome()) {
            case PASSED -> lines.coloured(Colour.GREEN, "PASSED") + partial + " " + time;
            case FAILED -> lines.coloured(Colour.RED, "FAILED") + partial + because(message, result);
            default ->
                lines.coloured(Colour.RED, "ABORTED")
                        + result.cause().map(cause -> " " + cause.id()).orElse("")
                        + partial
                        + because(message, result);
        };
        text.add(view.label + ": " + outcome);
        over.add(run.id());
        print(view, text);
        runs.remove(run.id());
    }

    private static String because(String message, RunResult result) {
        return ": " + (message.isEmpty() ? result.cause().map(Cause::meaning).orElse("no reason given") : message);
    }

    private static String facts(String name, Stream<String> facts) {
        String joined = facts.filter(fact -> !fact.isEmpty())
                .reduce((a, b) -> a + " · " + b)
                .orElse("");
        return joined.isEmpty() ? name : name + "  " + joined;
    }

    private static String indent(Node node) {
        return "  ".repeat(node.depth() + 1);
    }

    private RunView view(RunInfo run) {
        return runs.computeIfAbsent(
                run.id(), id -> new RunView(run, run.experiment().name() + " " + run.label()));
    }

    private void print(RunView view, List<String> text) {
        // once a run has shared the console its lines keep the name, so that they can be told from the others'
        view.named |= runs.size() > 1;
        String prefix = view.named ? "[" + view.label + "] " : "";
        lines.print(prefix, text);
    }

    private enum Mark {
        PASSED("✓", Colour.GREEN, ""),
        FAILED("✗", Colour.RED, ""),
        SUPERSEDED("~", Colour.YELLOW, "superseded"),
        NOT_VERIFIED("~", Colour.YELLOW, "not verified"),
        ABORTED("!", Colour.RED, "aborted"),
        SKIPPED("–", Colour.DIM, "");

        private final String symbol;
        private final Colour colour;
        private final String word;

        Mark(String symbol, Colour colour, String word) {
            this.symbol = symbol;
            this.colour = colour;
            this.word = word;
        }

        static Mark of(StageResult result) {
            return switch (result.outcome()) {
                case PASSED -> PASSED;
                case FAILED -> result.deciding() ? FAILED : NOT_VERIFIED;
                case ABORTED -> ABORTED;
                case SUPERSEDED -> SUPERSEDED;
                case SKIPPED -> SKIPPED;
            };
        }
    }
}
