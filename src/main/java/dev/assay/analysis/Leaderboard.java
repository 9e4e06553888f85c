package dev.assay.analysis;

import static dev.assay.analysis.Figures.NONE;
import static dev.assay.analysis.Rows.text;

import dev.assay.analysis.Page.Section;
import dev.assay.analysis.Page.Table;
import dev.assay.analysis.statistics.Ranking;
import dev.assay.analysis.statistics.Rate;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * Variants by how often they pass. Of each experiment, only runs count that agree with its newest in what must agree;
 * one variant with two versions of a tool's CLI is two.
 */
final class Leaderboard {
    private static final int FLAKY_SHOWN = 10;

    private final Map<String, Group> groups = new TreeMap<>();
    private final List<String> notes = new ArrayList<>();

    /** @param runs rows of {@code cross.sql}, runs, the oldest first */
    Leaderboard(List<ObjectNode> runs, boolean mixed) {
        List<ObjectNode> kept = mixed ? runs : newestPrints(runs);
        Map<String, List<ObjectNode>> byVariant = new TreeMap<>();
        kept.forEach(run -> byVariant
                .computeIfAbsent(text(run, "variant"), name -> new ArrayList<>())
                .add(run));
        byVariant.forEach((variant, of) -> {
            // a run that ended early may have met only one of its tools: that alone is no difference
            List<String> several = new Group(of)
                    .versions().entrySet().stream()
                            .filter(each -> each.getValue().size() > 1)
                            .map(Map.Entry::getKey)
                            .toList();
            Map<String, List<ObjectNode>> byVersion = new TreeMap<>();
            of.forEach(run -> byVersion
                    .computeIfAbsent(mixed ? "" : versions(run, several), version -> new ArrayList<>())
                    .add(run));
            // what never got so far as to say its version belongs to no one version
            byVersion.forEach((version, with) -> groups.put(
                    byVersion.size() == 1
                            ? variant
                            : variant + " (" + (version.isEmpty() ? "no version" : version) + ")",
                    new Group(with)));
        });
        if (mixed) {
            List<String> differ = Group.disagreements(runs.stream()
                    .filter(run -> run.path("counts").asBoolean(false))
                    .toList());
            if (!differ.isEmpty()) {
                notes.add("MIXED: " + String.join("; ", differ) + ".");
            }
        }
    }

    private List<ObjectNode> newestPrints(List<ObjectNode> runs) {
        List<ObjectNode> kept = new ArrayList<>();
        Group.byPrints(runs).forEach((experiment, byPrints) -> {
            List<ObjectNode> newest = new ArrayList<>();
            String last = "";
            for (List<ObjectNode> agreeing : byPrints.values()) {
                String at = text(agreeing.get(agreeing.size() - 1), "started_at");
                if (at.compareTo(last) > 0) {
                    last = at;
                    newest = agreeing;
                }
            }
            kept.addAll(newest);
            int all = byPrints.values().stream().mapToInt(List::size).sum();
            if (newest.size() < all) {
                notes.add(experiment + ": " + (all - newest.size())
                        + " older runs are left out, for they differ in prompt,"
                        + " contract, limits, target or Assay's version. --mixed counts them too.");
            }
        });
        return kept;
    }

    private static String versions(ObjectNode run, List<String> tools) {
        return tools.stream()
                .filter(tool -> run.path("versions").has(tool))
                .map(tool -> tool + " " + text(run.path("versions"), tool))
                .collect(Collectors.joining(", "));
    }

    Page page() {
        Map<String, Rate> rates = new LinkedHashMap<>();
        groups.forEach((name, group) -> rates.put(name, group.rate()));
        Ranking ranking = Ranking.of(rates);
        ObjectNode data = JsonNodeFactory.instance.objectNode();
        ArrayNode places = data.putArray("places");
        List<List<String>> rows = new ArrayList<>();
        for (Ranking.Place place : ranking.places()) {
            Group group = groups.getOrDefault(place.name(), new Group(List.of()));
            ObjectNode row = places.addObject();
            row.put("variant", place.name()).put("rank", place.rank()).put("tied", place.tied());
            Figures.put(row, place.rate());
            Figures.put(row, "clustered_interval", group.clustered().interval());
            Figures.put(row, "pass_at_5", group.pass(5, false));
            Figures.put(row, "pass_hat_5", group.pass(5, true));
            group.median("cost_usd").ifPresent(value -> row.put("median_cost_usd", value));
            group.median("duration_ms").ifPresent(value -> row.put("median_duration_ms", value));
            place.behind().ifPresent(behind -> row.put("p_behind", behind.p()));
            rows.add(List.of(
                    place.rank() + (place.tied() ? "=" : ""),
                    place.name(),
                    Figures.bar(place.rate().value().orElseThrow()),
                    Figures.percent(place.rate().value()),
                    Figures.percent(place.rate().interval()),
                    group.clustered()
                            .interval()
                            .map(Optional::of)
                            .map(Figures::percent)
                            .orElse(NONE),
                    place.rate().toString(),
                    Figures.percent(group.pass(5, false)),
                    Figures.percent(group.pass(5, true)),
                    group.median("cost_usd").map(Figures::dollars).orElse(NONE),
                    group.median("duration_ms").map(Figures::time).orElse(NONE)));
        }
        notes.forEach(data.putArray("notes")::add);
        List<String> below = new ArrayList<>();
        if (ranking.places().isEmpty()) {
            below.add("No run passed or failed in whole.");
        } else {
            below.add("= is a tie: by Fisher's exact test and Holm's correction, chance may bring that difference.");
            if (ranking.places().stream()
                    .anyMatch(place -> groups.getOrDefault(place.name(), new Group(List.of()))
                            .clustered()
                            .interval()
                            .isEmpty())) {
                below.add("An interval by experiment takes two experiments or more.");
            }
        }
        below.addAll(notes);
        List<Section> sections = new ArrayList<>();
        sections.add(new Section(
                "",
                new Table(
                        List.of(
                                "rank",
                                "variant",
                                "",
                                ">passed",
                                ">95 % (Wilson)",
                                ">by experiment",
                                ">passed/scored/total",
                                ">pass@5",
                                ">pass^5",
                                ">cost",
                                ">time"),
                        rows),
                below));
        sections.add(flaky(data));
        return new Page("Leaderboard", sections, data);
    }

    /** Cells that both passed and failed. */
    private Section flaky(ObjectNode data) {
        record Cell(String variant, String experiment, Rate rate) {
            double swing() {
                double value = rate.value().orElse(0);
                return Math.min(value, 1 - value);
            }
        }
        List<Cell> cells = new ArrayList<>();
        groups.forEach((variant, group) ->
                group.byExperiment().forEach((experiment, rate) -> cells.add(new Cell(variant, experiment, rate))));
        List<Cell> flaky = cells.stream()
                .filter(cell -> cell.rate().passed() > 0 && cell.rate().failed() > 0)
                .sorted(java.util.Comparator.comparingDouble((Cell cell) -> -cell.swing())
                        .thenComparing(Cell::experiment)
                        .thenComparing(Cell::variant))
                .toList();
        ArrayNode array = data.putArray("flaky");
        flaky.forEach(cell -> Figures.put(
                array.addObject().put("experiment", cell.experiment()).put("variant", cell.variant()), cell.rate()));
        return new Section(
                "Flaky: passed and failed",
                new Table(
                        List.of("experiment", "variant", ">passed/scored/total", ">passed"),
                        flaky.stream()
                                .limit(FLAKY_SHOWN)
                                .map(cell -> List.of(
                                        cell.experiment(),
                                        cell.variant(),
                                        cell.rate().toString(),
                                        Figures.percent(cell.rate().value())))
                                .toList()),
                List.of(flaky.size() + " of " + cells.size() + " cells (experiment and variant) are flaky."
                        + (flaky.size() > FLAKY_SHOWN ? " The " + FLAKY_SHOWN + " nearest to even are shown." : "")));
    }
}
