package dev.assay.report.stored;

import dev.assay.report.Amounts;
import dev.assay.store.ArchivedRun;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * What there is to tell of a run, in the order in which people ask: how it went, who did it, what it took, what was wrong
 * and put right on the way, and what the evaluation found.
 *
 * @param facts names and values, such as {@code cost} and {@code $0.88}
 * @param calls one for each call of an agent
 * @param recovered checks of which an attempt was superseded
 * @param evaluation the checks of the last evaluation, which decide
 */
record RunStory(
        String title,
        String outcome,
        String message,
        List<Fact> facts,
        String prompt,
        List<Call> calls,
        List<Check> recovered,
        List<Check> evaluation,
        List<String> warnings) {

    record Fact(String name, String value) {}

    record Call(ObjectNode row, String what, String who, String outcome, String took) {}

    /** @param place where in the tree, without its name */
    record Check(ObjectNode row, String place, String name, String outcome, String message) {}

    static RunStory of(ArchivedRun run) {
        RunTree tree = new RunTree(run);
        ObjectNode row = run.run();
        List<Check> recovered = new ArrayList<>();
        List<Check> evaluation = new ArrayList<>();
        String deciding = last(tree);
        for (ObjectNode node : run.results()) {
            if (!node.path("leaf").asBoolean()) {
                continue;
            }
            List<ObjectNode> above = tree.above(node);
            boolean decides = !above.isEmpty()
                    && ArchivedRun.text(above.get(0), "unique_id").equals(deciding);
            Check check = new Check(
                    node,
                    above.stream()
                            .skip(decides && above.size() > 1 ? 1 : 0)
                            .map(part -> ArchivedRun.text(part, "name"))
                            .collect(Collectors.joining(" › ")),
                    ArchivedRun.text(node, "name"),
                    ArchivedRun.text(node, "outcome"),
                    ArchivedRun.text(node, "message"));
            if (decides) {
                evaluation.add(check);
            } else if (check.outcome().equals("superseded")) {
                recovered.add(check);
            }
        }
        String partial = row.path("partial").asBoolean() ? " (PARTIAL)" : "";
        String outcome = ArchivedRun.text(row, "outcome");
        return new RunStory(
                run.title(),
                (outcome.isEmpty() ? ArchivedRun.text(row, "status") : outcome) + partial,
                ArchivedRun.text(row, "message"),
                facts(row),
                ArchivedRun.text(row, "prompt"),
                run.attempts().stream().map(RunStory::call).toList(),
                recovered,
                evaluation,
                row.path("warnings").valueStream().map(JsonNode::asString).toList());
    }

    /** The evaluation, or the last time that the app was checked again. */
    private static String last(RunTree tree) {
        return tree.top().stream()
                .map(node -> ArchivedRun.text(node, "unique_id"))
                .filter(id -> id.contains("[stage:evaluation]") || id.contains("[stage:recheck"))
                .reduce((first, second) -> second)
                .orElse("");
    }

    private static List<Fact> facts(ObjectNode row) {
        List<Fact> facts = new ArrayList<>();
        fact(facts, "run", ArchivedRun.text(row, "id"));
        fact(facts, "experiment", ArchivedRun.text(row, "title"));
        if (!ArchivedRun.text(row, "source").equals("real")) {
            fact(facts, "source", ArchivedRun.text(row, "source").toUpperCase(Locale.ROOT));
        }
        for (String role : List.of("planner", "implementer", "verifier")) {
            fact(facts, role, who(row, role + "_tool", role + "_model"));
        }
        fact(facts, "target", ArchivedRun.text(row, "target_kind"));
        fact(facts, "cause", ArchivedRun.text(row, "cause"));
        fact(facts, "started", ArchivedRun.text(row, "started_at"));
        if (row.path("duration_ms").isNumber()) {
            fact(
                    facts,
                    "took",
                    Amounts.time(Duration.ofMillis(row.path("duration_ms").asLong())));
        }
        fact(facts, "usage", usage(row));
        fact(facts, "folder", ArchivedRun.text(row, "folder"));
        return facts;
    }

    private static void fact(List<Fact> facts, String name, String value) {
        if (!value.isBlank()) {
            facts.add(new Fact(name, value));
        }
    }

    private static String who(ObjectNode row, String tool, String model) {
        return ArchivedRun.text(row, tool)
                + (ArchivedRun.text(row, model).isEmpty() ? "" : "/" + ArchivedRun.text(row, model));
    }

    private static Call call(ObjectNode row) {
        String step = ArchivedRun.text(row, "title");
        String model = row.path("model").isString() ? "model" : "requested_model";
        String took = row.path("duration_ms").isNumber()
                ? Amounts.time(Duration.ofMillis(row.path("duration_ms").asLong()))
                : "";
        return new Call(
                row,
                joined(step, ArchivedRun.text(row, "phase"), "attempt " + ArchivedRun.text(row, "attempt")),
                who(row, "tool", model),
                joined(ArchivedRun.text(row, "outcome"), ArchivedRun.text(row, "cause"), verdict(row)),
                joined(took, usage(row)));
    }

    private static String verdict(ObjectNode row) {
        JsonNode result = row.path("parsed_result");
        return joined(
                result.path("status").asString(""),
                result.path("recommendation").asString(""));
    }

    private static String usage(ObjectNode row) {
        long tokens = Stream.of("tokens_input", "tokens_cache_read", "tokens_cache_write", "tokens_output")
                .mapToLong(column -> row.path(column).asLong(0))
                .sum();
        BigDecimal cost = row.path("cost_usd").isNumber() ? row.path("cost_usd").decimalValue() : null;
        return joined(tokens == 0 ? "" : Amounts.counted(tokens, "token"), cost == null ? "" : Amounts.dollars(cost));
    }

    private static String joined(String... parts) {
        return String.join(
                " · ", Stream.of(parts).filter(part -> !part.isBlank()).toList());
    }
}
