package dev.assay.analysis;

import static dev.assay.analysis.Figures.NONE;
import static dev.assay.analysis.Rows.text;

import dev.assay.analysis.Page.Section;
import dev.assay.analysis.Page.Table;
import dev.assay.analysis.statistics.Rate;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** What fails again and again, what helps, and which tools are used, over many runs. */
final class Patterns {
    private static final int SHOWN = 5;
    private static final int LISTED = 8;
    private static final List<String> PHASES = List.of(
            "plan", "setup", "schema", "backend", "frontend", "testing", "deployment", "fix", "smoke", "browser");

    private final Rows rows;
    private final Selection selection;
    private final ObjectNode data = JsonNodeFactory.instance.objectNode();

    Patterns(Rows rows, Selection selection) {
        this.rows = rows;
        this.selection = selection;
    }

    Page page() throws SQLException {
        ObjectNode totals = read("totals").get(0);
        data.set("totals", totals);
        long runs = totals.path("runs").asLong();
        Rate rate = new Rate(
                totals.path("passed").asInt(),
                totals.path("scored").asInt(),
                totals.path("counted").asInt());
        List<Section> sections = new ArrayList<>();
        List<String> first = new ArrayList<>();
        first.add(Figures.count(runs) + " runs of " + totals.path("experiments").asInt() + " experiments by "
                + totals.path("variants").asInt() + " variants; passed/scored/total " + rate + ", "
                + Figures.percent(rate.value()) + " (95 %: " + Figures.percent(rate.interval()) + ").");
        if (totals.path("undigested").asLong() > 0) {
            first.add(totals.path("undigested").asLong() + " of them have no digest and are missing below.");
        }
        sections.add(new Section("", Table.NONE, first));
        sections.add(tasks());
        gaps(runs, sections);
        sections.add(heat());
        sections.add(recoveries());
        sections.add(corrections());
        sections.add(verifier());
        sections.add(tools());
        sections.add(reading());
        return new Page("Patterns", sections, data);
    }

    private List<ObjectNode> read(String name) throws SQLException {
        return rows.of(selection, "cross.sql", name);
    }

    private List<ObjectNode> listed(String name, String as) throws SQLException {
        List<ObjectNode> found = read(name);
        found.forEach(data.putArray(as)::add);
        return found;
    }

    private Section tasks() throws SQLException {
        List<List<String>> cells = new ArrayList<>();
        for (ObjectNode row : listed("tasks", "tasks")) {
            Rate share = new Rate(
                    row.path("runs").asInt(),
                    row.path("of_runs").asInt(),
                    row.path("of_runs").asInt());
            cells.add(List.of(
                    Figures.percent(share.value()),
                    share.passed() + "/" + share.scored(),
                    text(row, "experiment"),
                    text(row, "build_phase"),
                    text(row, "place"),
                    text(row, "signature")));
        }
        return new Section(
                "Tasks that fail again and again",
                new Table(List.of(">share", ">runs", "experiment", "build phase", "check", "error"), cells),
                cells.isEmpty() ? List.of("No check failed.") : List.of());
    }

    private void gaps(long runs, List<Section> sections) throws SQLException {
        Map<String, List<String>> read = new TreeMap<>();
        for (ObjectNode row : read("reading-before")) {
            read.computeIfAbsent(text(row, "signature"), signature -> new ArrayList<>())
                    .add(text(row, "name") + " (" + row.path("runs").asInt() + ")");
        }
        Map<String, List<ObjectNode>> byKind = new LinkedHashMap<>();
        for (String kind : List.of("check", "verdict", "tool", "call")) {
            byKind.put(kind, new ArrayList<>());
        }
        for (ObjectNode row : read("gaps")) {
            byKind.computeIfAbsent(text(row, "kind"), kind -> new ArrayList<>()).add(row);
        }
        var array = data.putArray("signatures");
        byKind.forEach((kind, found) -> {
            List<List<String>> cells = new ArrayList<>();
            List<String> notes = new ArrayList<>();
            for (ObjectNode row : found) {
                List<String> pages = read.getOrDefault(text(row, "signature"), List.of());
                if (kind.equals("check")) {
                    pages.stream().limit(SHOWN).forEach(row.putArray("had_read")::add);
                }
                array.add(row);
            }
            for (ObjectNode row : found.stream().limit(SHOWN).toList()) {
                cells.add(List.of(
                        Figures.percent(runs == 0 ? 0 : row.path("runs").asDouble() / runs),
                        Figures.count(row.path("runs").asLong()),
                        Figures.count(row.path("times").asLong()),
                        String.valueOf(row.path("experiments").size()),
                        String.valueOf(row.path("variants").size()),
                        text(row, "signature")));
                if (kind.equals("check")) {
                    notes.add("· " + text(row, "signature") + " – such as in " + text(row, "example_run") + ": "
                            + text(row, "example"));
                    List<String> pages = read.getOrDefault(text(row, "signature"), List.of());
                    if (!pages.isEmpty()) {
                        notes.add("  had read (runs): "
                                + String.join(", ", pages.stream().limit(3).toList()));
                    }
                }
            }
            if (!found.isEmpty()) {
                sections.add(new Section(
                        "Errors alike: " + words(kind),
                        new Table(List.of(">share", ">runs", ">times", ">experiments", ">variants", "error"), cells),
                        notes));
            }
        });
    }

    private static String words(String kind) {
        return switch (kind) {
            case "check" -> "checks that failed";
            case "verdict" -> "what verifiers found";
            case "tool" -> "tool calls that failed";
            default -> "agents' calls that ended early";
        };
    }

    /** Runs with an error, by build phase and variant. */
    private Section heat() throws SQLException {
        Map<String, Map<String, Long>> byPhase = new TreeMap<>(Comparator.comparingInt(
                        (String phase) -> PHASES.contains(phase) ? PHASES.indexOf(phase) : PHASES.size())
                .thenComparing(phase -> phase));
        TreeSet<String> variants = new TreeSet<>();
        for (ObjectNode row : listed("heat", "heatmap")) {
            if (text(row, "build_phase").isEmpty() || text(row, "kind").equals("tool")) {
                continue;
            }
            variants.add(text(row, "variant"));
            byPhase.computeIfAbsent(text(row, "build_phase") + " " + text(row, "kind"), phase -> new TreeMap<>())
                    .merge(text(row, "variant"), row.path("runs").asLong(), Long::sum);
        }
        long most = byPhase.values().stream()
                .flatMap(each -> each.values().stream())
                .mapToLong(Long::longValue)
                .max()
                .orElse(1);
        List<String> columns = new ArrayList<>(List.of("build phase and error"));
        variants.forEach(variant -> columns.add(">" + variant));
        List<List<String>> cells = new ArrayList<>();
        byPhase.forEach((phase, counts) -> {
            List<String> row = new ArrayList<>(List.of(phase));
            variants.forEach(variant -> {
                long count = counts.getOrDefault(variant, 0L);
                row.add(count == 0 ? "·" : shade(count, most) + " " + Figures.count(count));
            });
            cells.add(row);
        });
        return new Section("Runs with an error, by build phase and variant", new Table(columns, cells), List.of());
    }

    private static String shade(long count, long most) {
        return String.valueOf("░▒▓█".charAt((int) Math.min(3, count * 4 / Math.max(1, most))));
    }

    private Section recoveries() throws SQLException {
        List<List<String>> cells = new ArrayList<>();
        for (ObjectNode row : listed("recoveries", "recoveries")) {
            Rate rate = new Rate(
                    row.path("recovered").asInt(),
                    row.path("scored").asInt(),
                    row.path("total").asInt());
            Figures.put(row, rate);
            double cost = row.path("cost_usd").asDouble(0);
            boolean known = row.path("cost_usd").isNumber() && rate.passed() > 0;
            long searches = row.path("searches").asLong();
            long pages = row.path("pages").asLong();
            if (known) {
                row.put("cost_per_recovered", cost / rate.passed());
            }
            cells.add(List.of(
                    action(text(row, "action")),
                    Figures.bar(rate.value().orElse(0)),
                    Figures.percent(rate.value()),
                    Figures.percent(rate.interval()),
                    rate.toString(),
                    known ? Figures.dollars(cost / rate.passed()) : NONE,
                    searches == 0 ? NONE : Figures.dollars(cost / searches),
                    pages == 0 ? NONE : Figures.dollars(cost / pages)));
        }
        return new Section(
                "What helps: the next attempt passes",
                new Table(
                        List.of(
                                "action",
                                "",
                                ">recovered",
                                ">95 %",
                                ">of/scored/total",
                                ">cost each",
                                ">a search",
                                ">a page"),
                        cells),
                cells.isEmpty() ? List.of("Nothing had to be done again.") : List.of());
    }

    private static String action(String id) {
        return switch (id) {
            case "RETRY" -> "retry";
            case "WEB_SEARCH" -> "web search";
            case "RUN_DIAGNOSTIC" -> "diagnostic";
            case "MODIFY_PLAN" -> "replan";
            case "CHECKS" -> "retry that checks asked for";
            case "FIX" -> "fix of the finished app";
            default -> id;
        };
    }

    private Section corrections() throws SQLException {
        record Corrected(String variant, Rate rate) {}
        List<Corrected> all = new ArrayList<>();
        for (ObjectNode row : listed("corrections", "self_corrections")) {
            int errors = row.path("errors").asInt();
            all.add(new Corrected(
                    text(row, "variant"), new Rate(row.path("corrected").asInt(), errors, errors)));
        }
        all.sort(Comparator.comparingDouble(
                        (Corrected each) -> -each.rate().value().orElse(-1))
                .thenComparing(Corrected::variant));
        return new Section(
                "Self-correction: failed tool calls put right at once",
                new Table(
                        List.of("variant", "", ">corrected", ">95 %", ">of errors"),
                        all.stream()
                                .map(each -> List.of(
                                        each.variant(),
                                        Figures.bar(each.rate().value().orElse(0)),
                                        Figures.percent(each.rate().value()),
                                        Figures.percent(each.rate().interval()),
                                        each.rate().passed() + "/" + each.rate().scored()))
                                .toList()),
                List.of());
    }

    private Section verifier() throws SQLException {
        Map<String, long[]> byVariant = new TreeMap<>();
        for (ObjectNode row : listed("verifier", "verifier_runs")) {
            boolean said = row.path("verified").asBoolean();
            boolean passed = text(row, "outcome").equals("passed");
            byVariant
                            .computeIfAbsent(text(row, "variant"), variant -> new long[4])[
                            (said ? 0 : 2) + (passed ? 0 : 1)] +=
                    row.path("runs").asLong();
        }
        long[] attempts = new long[4];
        for (ObjectNode row : listed("verdicts", "verifier_attempts")) {
            attempts[
                    (row.path("proceed").asBoolean() ? 0 : 2)
                            + (row.path("clean").asBoolean() ? 0 : 1)] += row.path("attempts")
                    .asLong();
        }
        List<List<String>> cells = new ArrayList<>();
        byVariant.forEach((variant, counts) -> cells.add(confusion(variant, counts)));
        if (cells.isEmpty() && attempts[0] + attempts[1] + attempts[2] + attempts[3] == 0) {
            return Section.text("Verifier against checks", "No verdict stands beside a check.");
        }
        cells.add(confusion("single attempts, by their early checks", attempts));
        return new Section(
                "Verifier against checks",
                new Table(
                        List.of(
                                "verifier of",
                                ">yes, and it passed",
                                ">yes, but it failed",
                                ">no, but it passed",
                                ">no, and it failed",
                                ">yes was right"),
                        cells),
                List.of("A run is said to be well where the last verdict on each step was PROCEED."));
    }

    private static List<String> confusion(String name, long[] counts) {
        Rate right = new Rate((int) counts[0], (int) (counts[0] + counts[1]), (int) (counts[0] + counts[1]));
        return List.of(
                name,
                Figures.count(counts[0]),
                Figures.count(counts[1]),
                Figures.count(counts[2]),
                Figures.count(counts[3]),
                Figures.percent(right.value()));
    }

    private Section tools() throws SQLException {
        List<List<String>> cells = new ArrayList<>();
        for (ObjectNode row : listed("tools", "tools").stream().limit(15).toList()) {
            long calls = row.path("calls").asLong();
            cells.add(List.of(
                    text(row, "agent"),
                    text(row, "tool"),
                    Figures.count(calls),
                    Figures.number(calls / row.path("runs").asDouble(1)),
                    calls == 0 ? NONE : Figures.percent(row.path("errors").asDouble() / calls),
                    Figures.time(calls == 0 ? 0 : row.path("duration_ms").asDouble() / calls)));
        }
        return new Section(
                "Tools",
                new Table(List.of("agent", "tool", ">calls", ">a run", ">failed", ">each"), cells),
                cells.isEmpty() ? List.of("No tool was called.") : List.of());
    }

    private Section reading() throws SQLException {
        Map<String, Integer> seen = new TreeMap<>();
        List<List<String>> cells = new ArrayList<>();
        for (JsonNode row : listed("reading", "reading")) {
            if (seen.merge(text(row, "kind"), 1, Integer::sum) > LISTED) {
                continue;
            }
            int scored = row.path("scored").asInt();
            Rate rate = new Rate(row.path("passed").asInt(), scored, scored);
            cells.add(List.of(
                    text(row, "kind"),
                    text(row, "name"),
                    Figures.count(row.path("runs").asLong()),
                    Figures.count(row.path("times").asLong()),
                    Figures.percent(rate.value()),
                    Figures.percent(rate.interval())));
        }
        return new Section(
                "What was read and looked for",
                new Table(List.of("kind", "name", ">runs", ">times", ">of them passed", ">95 %"), cells),
                cells.isEmpty() ? List.of("Nothing.") : List.of("Who reads a page may do so for being in trouble."));
    }
}
