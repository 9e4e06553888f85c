package dev.assay.analysis;

import static dev.assay.analysis.Rows.text;

import dev.assay.analysis.statistics.ClusteredRate;
import dev.assay.analysis.statistics.PassK;
import dev.assay.analysis.statistics.Rate;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.TreeMap;
import java.util.TreeSet;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Runs that are looked at together.
 *
 * @param runs rows of {@code cross.sql}, runs; those that do not count are left out of every figure
 */
record Group(List<ObjectNode> runs) {
    static final List<String> MUST_AGREE = List.of("prompt", "contract", "limits", "target", "assay");

    Group {
        runs = List.copyOf(runs);
    }

    List<ObjectNode> counted() {
        return runs.stream().filter(run -> run.path("counts").asBoolean(false)).toList();
    }

    Rate rate() {
        return rate(counted());
    }

    static Rate rate(List<ObjectNode> runs) {
        int passed = 0;
        int scored = 0;
        for (ObjectNode run : runs) {
            String outcome = text(run, "outcome");
            passed += outcome.equals("passed") ? 1 : 0;
            scored += outcome.equals("aborted") ? 0 : 1;
        }
        return new Rate(passed, scored, runs.size());
    }

    /** The rate within each experiment. */
    Map<String, Rate> byExperiment() {
        Map<String, List<ObjectNode>> runs = new TreeMap<>();
        counted()
                .forEach(run -> runs.computeIfAbsent(text(run, "experiment"), name -> new ArrayList<>())
                        .add(run));
        Map<String, Rate> rates = new TreeMap<>();
        runs.forEach((name, of) -> rates.put(name, rate(of)));
        return rates;
    }

    ClusteredRate clustered() {
        return new ClusteredRate(List.copyOf(byExperiment().values()));
    }

    /** pass@k, or pass^k, as a mean over the experiments with k runs; empty where there is none. */
    OptionalDouble pass(int k, boolean all) {
        return byExperiment().values().stream()
                .map(rate ->
                        all ? PassK.all(rate.scored(), rate.passed(), k) : PassK.any(rate.scored(), rate.passed(), k))
                .filter(OptionalDouble::isPresent)
                .mapToDouble(OptionalDouble::getAsDouble)
                .average();
    }

    /** The median of a column over the counted runs that have it. */
    Optional<Double> median(String column) {
        return ClusteredRate.median(counted().stream()
                .map(run -> run.path(column))
                .filter(JsonNode::isNumber)
                .map(JsonNode::doubleValue)
                .toList());
    }

    /** The versions of each tool's CLI that the runs saw. */
    Map<String, TreeSet<String>> versions() {
        Map<String, TreeSet<String>> versions = new TreeMap<>();
        counted()
                .forEach(run -> run.path("versions")
                        .propertyStream()
                        .forEach(each -> versions.computeIfAbsent(each.getKey(), tool -> new TreeSet<>())
                                .add(each.getValue().asString(""))));
        return versions;
    }

    /** By what must agree, the runs of each experiment: each list agrees in all of it. */
    static Map<String, Map<String, List<ObjectNode>>> byPrints(List<ObjectNode> runs) {
        Map<String, Map<String, List<ObjectNode>>> all = new TreeMap<>();
        for (ObjectNode run : runs) {
            all.computeIfAbsent(text(run, "experiment"), name -> new LinkedHashMap<>())
                    .computeIfAbsent(prints(run), print -> new ArrayList<>())
                    .add(run);
        }
        return all;
    }

    private static String prints(ObjectNode run) {
        StringBuilder prints = new StringBuilder();
        MUST_AGREE.forEach(name -> prints.append(name)
                .append('=')
                .append(text(run.path("fingerprints").asObjectOpt().orElseGet(run::objectNode), name))
                .append(' '));
        return prints.toString();
    }

    /** What differs among these runs and must not, in words; empty where all agree. */
    static List<String> disagreements(List<ObjectNode> runs) {
        List<String> found = new ArrayList<>();
        Map<String, Map<String, TreeSet<String>>> values = new TreeMap<>();
        Map<String, TreeSet<String>> versions = new TreeMap<>();
        for (ObjectNode run : runs) {
            for (String name : MUST_AGREE) {
                values.computeIfAbsent(text(run, "experiment"), experiment -> new LinkedHashMap<>())
                        .computeIfAbsent(name, print -> new TreeSet<>())
                        .add(run.path("fingerprints").path(name).asString(""));
            }
            run.path("versions")
                    .propertyStream()
                    .forEach(each -> versions.computeIfAbsent(each.getKey(), tool -> new TreeSet<>())
                            .add(each.getValue().asString("")));
        }
        values.forEach((experiment, prints) -> prints.forEach((name, seen) -> {
            if (seen.size() > 1) {
                found.add(experiment + ": " + seen.size() + " values of " + name);
            }
        }));
        versions.forEach((tool, seen) -> {
            if (seen.size() > 1) {
                found.add(tool + ": versions " + String.join(", ", seen));
            }
        });
        return found;
    }
}
