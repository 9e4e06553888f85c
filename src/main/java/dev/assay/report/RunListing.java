package dev.assay.report;

import static dev.assay.store.ArchivedRun.text;

import dev.assay.store.RunList;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.OffsetDateTime;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import tools.jackson.databind.node.ObjectNode;

/**
 * Stored runs as a list for people: a line with the run's short id, what came of it, which it was and when it began, and
 * below it the cause, what it took, and the tools.
 */
public final class RunListing {
    private static final DateTimeFormatter WHEN = DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm", Locale.ROOT);
    private static final int WHEN_WIDTH = 16;
    private static final int OUTCOME_WIDTH = 11;
    private static final int LEAST_NAME = 10;

    private final Lines lines;
    private final int width;
    private final ZoneId zone;

    /**
     * @param terminal whether outcomes have colours
     * @param width the most characters of a line
     * @param zone in which times are said
     */
    public RunListing(boolean terminal, int width, ZoneId zone) {
        this.lines = new Lines(System.out, terminal, Lines.consoleCharset());
        this.width = width;
        this.zone = zone;
    }

    /** Two lines a run, or more where its facts need them. */
    public List<String> lines(RunList.Page page) {
        List<String> all = new ArrayList<>();
        int names =
                page.runs().stream().mapToInt(run -> name(run).length()).max().orElse(0);
        page.runs().forEach(run -> add(all, run, names));
        return all;
    }

    private void add(List<String> all, ObjectNode run, int names) {
        String id = PlainText.line(text(run, "short_id"));
        int room = width - id.length() - OUTCOME_WIDTH - WHEN_WIDTH - 6;
        int nameWidth = Math.max(LEAST_NAME, Math.min(names, room));
        String outcome = outcome(run);
        all.add(id + "  " + lines.coloured(colour(outcome), String.format("%-" + OUTCOME_WIDTH + "s", outcome)) + "  "
                + padded(PlainText.line(name(run), nameWidth), nameWidth) + "  "
                + OffsetDateTime.parse(text(run, "started_at"))
                        .atZoneSameInstant(zone)
                        .format(WHEN));
        String indent = " ".repeat(id.length() + 2);
        FactLines.of(facts(run), Math.max(LEAST_NAME, width - indent.length()))
                .forEach(line -> all.add(indent + lines.coloured(Lines.Colour.DIM, line)));
    }

    private static String padded(String text, int width) {
        return text + " ".repeat(Math.max(0, width - text.codePointCount(0, text.length())));
    }

    private static String name(ObjectNode run) {
        return text(run, "experiment") + " " + text(run, "variant") + " #" + text(run, "repetition");
    }

    private static String outcome(ObjectNode run) {
        String status = text(run, "status");
        return status.equals("finished") ? text(run, "outcome") : status;
    }

    private static Lines.Colour colour(String outcome) {
        return switch (outcome) {
            case "passed" -> Lines.Colour.GREEN;
            case "failed", "aborted", "interrupted" -> Lines.Colour.RED;
            default -> Lines.Colour.YELLOW;
        };
    }

    private static List<String> facts(ObjectNode run) {
        String cause = text(run, "cause");
        String cost = text(run, "cost_usd");
        return Stream.of(
                        cause.equals(outcome(run)) ? "" : cause,
                        run.path("duration_ms").isNumber()
                                ? Amounts.time(Duration.ofMillis(
                                        run.path("duration_ms").asLong()))
                                : "",
                        cost.isEmpty() ? "" : Amounts.dollars(new BigDecimal(cost)),
                        tools(run),
                        text(run, "skills_mode").matches("|none") ? "" : "skills " + text(run, "skills_mode"),
                        text(run, "source").equals("real")
                                ? ""
                                : text(run, "source").toUpperCase(Locale.ROOT),
                        run.path("partial").asBoolean() ? "PARTIAL" : "",
                        run.path("unisolated").asBoolean(false) ? "UNISOLATED" : "")
                .toList();
    }

    /** Planner, implementer and verifier; one word where they are one. */
    private static String tools(ObjectNode run) {
        List<String> roles = Stream.of("planner", "implementer", "verifier")
                .map(role -> text(run, role + "_tool")
                        + (text(run, role + "_model").isEmpty() ? "" : "/" + text(run, role + "_model")))
                .toList();
        return roles.stream().distinct().count() == 1 ? roles.get(0) : String.join(" › ", roles);
    }
}
