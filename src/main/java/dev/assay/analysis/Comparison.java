package dev.assay.analysis;

import static dev.assay.analysis.Figures.NONE;
import static dev.assay.analysis.Rows.text;

import dev.assay.analysis.Page.Section;
import dev.assay.analysis.Page.Table;
import dev.assay.analysis.statistics.Difference;
import dev.assay.analysis.statistics.Interval;
import dev.assay.analysis.statistics.Rate;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.DoubleFunction;
import java.util.stream.Stream;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** Two groups of runs side by side, paired on the experiments that both did. */
final class Comparison {
    private static final int BOOTSTRAP_ROUNDS = 10_000;
    private static final long BOOTSTRAP_SEED = 1;

    private final String firstName;
    private final String secondName;
    private final Group first;
    private final Group second;
    private final List<String> disagreements;
    private final boolean bootstrap;

    Comparison(String firstName, Group first, String secondName, Group second, boolean mixed, boolean bootstrap) {
        this.firstName = firstName;
        this.secondName = secondName;
        this.first = first;
        this.second = second;
        this.bootstrap = bootstrap;
        this.disagreements = Group.disagreements(Stream.concat(first.counted().stream(), second.counted().stream())
                .toList());
        require(firstName, first);
        require(secondName, second);
        if (!disagreements.isEmpty() && !mixed) {
            throw new Incomparable("These runs differ in what must agree, so their rates are not compared: "
                    + String.join("; ", disagreements)
                    + ". Narrow the selection, or add --mixed to compare them all the same.");
        }
    }

    private static void require(String name, Group group) {
        if (group.rate().scored() == 0) {
            throw new Incomparable("Of \"" + name + "\" " + group.runs().size()
                    + " runs are found, and none passed or failed in whole. There is nothing to compare.");
        }
    }

    /** Pairs of runs with the same experiment and repetition; the last of each, where there are several. */
    private int[] pairs() {
        Map<String, Boolean> passed = new HashMap<>();
        scored(second).forEach(run -> passed.put(cell(run), text(run, "outcome").equals("passed")));
        Map<String, Boolean> mine = new HashMap<>();
        scored(first).forEach(run -> mine.put(cell(run), text(run, "outcome").equals("passed")));
        int[] counts = new int[4];
        mine.forEach((cell, one) -> {
            Boolean other = passed.get(cell);
            if (other != null) {
                counts[(one ? 0 : 2) + (other ? 0 : 1)]++;
            }
        });
        return counts;
    }

    private static List<ObjectNode> scored(Group group) {
        return group.counted().stream()
                .filter(run -> !text(run, "outcome").equals("aborted"))
                .toList();
    }

    private static String cell(ObjectNode run) {
        return text(run, "experiment") + " " + run.path("repetition").asInt(0);
    }

    Page page() {
        Rate one = first.rate();
        Rate other = second.rate();
        int[] pairs = pairs();
        Optional<Difference> paired = Difference.paired(pairs[0], pairs[1], pairs[2], pairs[3]);
        Difference difference =
                paired.orElseGet(() -> Difference.unpaired(one, other).orElseThrow());
        ObjectNode data = JsonNodeFactory.instance.objectNode();
        side(data.putObject("first"), firstName, first);
        side(data.putObject("second"), secondName, second);
        ObjectNode pairsData = data.putObject("pairs");
        pairsData.put("both", pairs[0]).put("only_first", pairs[1]);
        pairsData.put("only_second", pairs[2]).put("neither", pairs[3]);
        ObjectNode found = data.putObject("difference");
        found.put("value", difference.value()).put("p", difference.p()).put("test", difference.test());
        Figures.put(found, "interval", Optional.of(difference.interval()));
        found.put("cohens_h", difference.effect());
        found.put("real", difference.real()).put("decidable", difference.decidable());
        Optional<Double> smallest = Difference.smallest(other.value().orElseThrow(), one.scored(), other.scored());
        smallest.ifPresent(value -> found.put("smallest_detectable", value));
        disagreements.forEach(data.putArray("mixed")::add);

        List<Section> sections = new ArrayList<>();
        if (!disagreements.isEmpty()) {
            sections.add(Section.text("MIXED: what differs besides", String.join("; ", disagreements)));
        }
        sections.add(new Section("", table(), List.of()));
        sections.add(new Section("", Table.NONE, said(difference, paired.isPresent(), pairs, smallest)));
        sections.add(experiments());
        return new Page(firstName + " and " + secondName, sections, data);
    }

    private void side(ObjectNode data, String name, Group group) {
        data.put("name", name).put("runs", group.runs().size());
        Figures.put(data, group.rate());
        Figures.put(data, "clustered_interval", group.clustered().interval());
        if (bootstrap) {
            Figures.put(data, "bootstrap_interval", bootstrapped(group));
        }
        for (int k : new int[] {1, 3, 5}) {
            Figures.put(data, "pass_at_" + k, group.pass(k, false));
            Figures.put(data, "pass_hat_" + k, group.pass(k, true));
        }
        for (Measure measure : Measure.values()) {
            group.median(measure.column).ifPresent(value -> data.put("median_" + measure.column, value));
        }
    }

    private static Optional<Interval> bootstrapped(Group group) {
        return group.clustered().bootstrap(BOOTSTRAP_ROUNDS, BOOTSTRAP_SEED);
    }

    private Table table() {
        List<List<String>> rows = new ArrayList<>();
        rows.add(List.of(
                "passed/scored/total", first.rate().toString(), second.rate().toString(), ""));
        double gap = first.rate().value().orElseThrow() - second.rate().value().orElseThrow();
        rows.add(List.of(
                "passed of scored",
                Figures.percent(first.rate().value()),
                Figures.percent(second.rate().value()),
                Figures.points(gap) + " points"));
        rows.add(List.of(
                "  95 % (Wilson)",
                Figures.percent(first.rate().interval()),
                Figures.percent(second.rate().interval()),
                ""));
        rows.add(List.of("  95 % (by experiment)", clustered(first), clustered(second), ""));
        if (bootstrap) {
            rows.add(List.of(
                    "  95 % (bootstrap)",
                    Figures.percent(bootstrapped(first)), Figures.percent(bootstrapped(second)), ""));
        }
        rows.add(List.of(
                "passed of all",
                Figures.percent(first.rate().ofAll()),
                Figures.percent(second.rate().ofAll()),
                ""));
        for (int k : new int[] {3, 5}) {
            rows.add(List.of(
                    "pass@" + k, Figures.percent(first.pass(k, false)), Figures.percent(second.pass(k, false)), ""));
            rows.add(List.of(
                    "pass^" + k, Figures.percent(first.pass(k, true)), Figures.percent(second.pass(k, true)), ""));
        }
        for (Measure measure : Measure.values()) {
            Optional<Double> one = first.median(measure.column);
            Optional<Double> other = second.median(measure.column);
            String ratio = one.isPresent() && other.isPresent() && other.get() != 0
                    ? String.format(java.util.Locale.ROOT, "%.2f×", one.get() / other.get())
                    : "";
            rows.add(List.of(
                    measure.title,
                    one.map(measure.shown::apply).orElse(NONE),
                    other.map(measure.shown::apply).orElse(NONE),
                    ratio));
        }
        return new Table(List.of("", ">" + firstName, ">" + secondName, ">"), rows);
    }

    private static String clustered(Group group) {
        return group.clustered()
                .interval()
                .map(Optional::of)
                .map(Figures::percent)
                .orElse("one experiment");
    }

    /** The medians that are shown. */
    private enum Measure {
        COST("cost_usd", "median cost", Figures::dollars),
        TIME("duration_ms", "median time", Figures::time),
        TOKENS("tokens", "median tokens", Figures::number),
        COMMANDS("commands", "median shell commands", Figures::number),
        READS("reads_before_edit", "median reads before an edit", Figures::number),
        RETRIES("retries", "median retries", Figures::number),
        CORRECTIONS("self_corrections", "median self-corrections", Figures::number);

        private final String column;
        private final String title;
        private final transient DoubleFunction<String> shown;

        Measure(String column, String title, DoubleFunction<String> shown) {
            this.column = column;
            this.title = title;
            this.shown = shown;
        }
    }

    private List<String> said(Difference difference, boolean paired, int[] pairs, Optional<Double> smallest) {
        List<String> said = new ArrayList<>();
        int count = pairs[0] + pairs[1] + pairs[2] + pairs[3];
        String by = paired
                ? difference.test() + " on " + Figures.count(count) + " pairs, of which " + pairs[1]
                        + " passed only with " + firstName + " and " + pairs[2] + " only with " + secondName
                : difference.test() + ", for no run of one has a partner among the other's";
        String range = Figures.points(difference.interval().low()) + " to "
                + Figures.points(difference.interval().high());
        if (!difference.decidable()) {
            said.add("Too few runs: no result of so many could tell these apart from chance.");
        } else if (difference.real()) {
            String better = difference.value() > 0 ? firstName : secondName;
            said.add(better + " passes more often: a difference of " + Figures.points(difference.value())
                    + " points (95 % interval " + range + "), " + Figures.p(difference.p()) + ".");
        } else {
            said.add("A tie: a difference of " + Figures.points(difference.value()) + " points (95 % interval " + range
                    + ") is what chance may bring, " + Figures.p(difference.p()) + ".");
        }
        said.add("By " + by + ". Cohen's h is " + String.format(java.util.Locale.ROOT, "%.2f", difference.effect())
                + ".");
        said.add(smallest.map(value -> "So many runs would show a difference of "
                        + Figures.percent(value).replace(" %", "") + " points or more in 80 of 100 cases.")
                .orElse("So few runs would show no difference in 80 of 100 cases, however large."));
        return said;
    }

    private Section experiments() {
        Map<String, Rate> one = first.byExperiment();
        Map<String, Rate> other = second.byExperiment();
        List<List<String>> rows = new ArrayList<>();
        Stream.concat(one.keySet().stream(), other.keySet().stream())
                .distinct()
                .sorted()
                .forEach(name -> {
                    Rate mine = one.getOrDefault(name, Rate.NONE);
                    Rate theirs = other.getOrDefault(name, Rate.NONE);
                    boolean both = mine.scored() > 0 && theirs.scored() > 0;
                    rows.add(List.of(
                            name,
                            mine.toString(),
                            Figures.percent(mine.value()),
                            theirs.toString(),
                            Figures.percent(theirs.value()),
                            both
                                    ? Figures.points(mine.value().orElseThrow()
                                            - theirs.value().orElseThrow())
                                    : NONE));
                });
        return new Section(
                "By experiment",
                new Table(List.of("experiment", ">" + firstName, ">", ">" + secondName, ">", ">points"), rows),
                List.of());
    }
}
