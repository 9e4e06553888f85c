package dev.assay.analysis;

import static dev.assay.analysis.Figures.NONE;
import static dev.assay.analysis.Rows.text;

import dev.assay.analysis.Page.Section;
import dev.assay.analysis.Page.Table;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** One run: what it was, what failed, which tools were used, when what happened, and one step in depth. */
final class RunAnalysis {
    private static final int GANTT = 40;
    private static final int LONGEST = 2_000;

    private final Rows rows;
    private final String run;
    private final ObjectNode data = JsonNodeFactory.instance.objectNode();

    /** @param run its whole id */
    RunAnalysis(Rows rows, String run) {
        this.rows = rows;
        this.run = run;
    }

    Page page(Set<RunPart> parts) throws SQLException {
        List<Section> sections = new ArrayList<>();
        ObjectNode summary = read("summary").get(0);
        data.set("summary", summary);
        if (parts.contains(RunPart.SUMMARY)) {
            sections.add(summary(summary));
            sections.add(classes());
        }
        if (parts.contains(RunPart.ERRORS)) {
            sections.add(checks());
            sections.add(errors());
            sections.add(recoveries());
        }
        if (parts.contains(RunPart.TOOLS)) {
            sections.add(tools());
            sections.add(reading());
        }
        if (parts.contains(RunPart.TIMELINE)) {
            sections.add(timeline());
        }
        return new Page(title(summary), sections, data);
    }

    private String title(ObjectNode summary) {
        return "Run " + run + ": " + text(summary, "experiment") + ", " + text(summary, "variant") + ", repetition "
                + text(summary, "repetition")
                + (text(summary, "source").equals("real")
                        ? ""
                        : " (" + text(summary, "source").toUpperCase(Locale.ROOT) + ")");
    }

    private List<ObjectNode> read(String name) throws SQLException {
        return rows.of(run, "run.sql", name);
    }

    private List<ObjectNode> listed(String name, String as) throws SQLException {
        List<ObjectNode> found = read(name);
        found.forEach(data.putArray(as)::add);
        return found;
    }

    private static Section summary(ObjectNode row) {
        String status = text(row, "status");
        List<List<String>> cells = new ArrayList<>();
        cells.add(List.of(
                "outcome",
                (status.equals("finished") ? text(row, "outcome") : status)
                        + (text(row, "cause").isEmpty() ? "" : ", " + text(row, "cause"))
                        + (row.path("partial").asBoolean(false) ? ", PARTIAL" : "")));
        if (!text(row, "message").isEmpty()) {
            cells.add(List.of("message", text(row, "message")));
        }
        cells.add(List.of(
                "agents",
                Stream.of("planner", "implementer", "verifier")
                        .map(role -> role + " " + text(row, role + "_tool")
                                + (text(row, role + "_model").isEmpty() ? "" : "/" + text(row, role + "_model")))
                        .reduce((one, other) -> one + ", " + other)
                        .orElse(NONE)));
        cells.add(List.of("time", Figures.time(row.path("duration_ms"))));
        cells.add(List.of(
                "cost",
                Figures.dollars(row.path("cost_usd"))
                        + (text(row, "cost_source").equals("none") ? "" : " (by " + text(row, "cost_source") + ")")));
        cells.add(List.of(
                "tokens",
                Figures.count(row.path("tokens_input").asLong()
                                + row.path("tokens_cache_read").asLong()
                                + row.path("tokens_cache_write").asLong())
                        + " in, " + Figures.count(row.path("tokens_output").asLong()) + " out"));
        cells.add(List.of(
                "steps",
                row.path("steps").asInt() + " in " + row.path("attempts").asInt() + " calls, "
                        + row.path("retries").asInt() + " retries"));
        cells.add(List.of(
                "checks",
                row.path("checks_passed").asInt() + " passed, "
                        + row.path("checks_failed").asInt() + " failed, "
                        + row.path("checks_superseded").asInt() + " tried again, "
                        + row.path("checks_aborted").asInt() + " not measured"));
        cells.add(List.of(
                "tool calls",
                Figures.count(row.path("tool_calls").asLong()) + ", of which "
                        + Figures.count(row.path("tool_errors").asLong()) + " failed and "
                        + row.path("self_corrections").asInt() + " were put right at once"));
        cells.add(List.of(
                "did",
                row.path("commands").asInt() + " shell commands, "
                        + row.path("reads_before_edit").asInt()
                        + " reads before an edit, " + row.path("searches").asInt() + " searches, "
                        + row.path("pages").asInt() + " pages"));
        return new Section("", new Table(List.of("", ""), cells), List.of());
    }

    private Section classes() throws SQLException {
        List<List<String>> cells = new ArrayList<>();
        for (ObjectNode row : listed("classes", "classes")) {
            cells.add(List.of(text(row, "step"), text(row, "class"), text(row, "classifier"), text(row, "reason")));
        }
        return new Section(
                "Classes of its steps",
                new Table(List.of("step", "class", "by", "reason"), cells),
                cells.isEmpty() ? List.of("None of its failed steps was classified.") : List.of());
    }

    private Section checks() throws SQLException {
        List<List<String>> cells = new ArrayList<>();
        for (ObjectNode row : listed("checks", "checks")) {
            if (!text(row, "outcome").matches("passed|skipped")) {
                cells.add(List.of(
                        row.path("deciding").asBoolean(false)
                                ? "evaluation"
                                : text(row, "step") + " " + text(row, "attempt"),
                        text(row, "layer"),
                        text(row, "name"),
                        text(row, "outcome"),
                        text(row, "message")));
            }
        }
        return new Section(
                "Checks that did not pass",
                new Table(List.of("when", "layer", "check", "outcome", "message"), cells),
                cells.isEmpty() ? List.of("None.") : List.of());
    }

    private Section errors() throws SQLException {
        List<List<String>> cells = new ArrayList<>();
        for (ObjectNode row : listed("failures", "errors")) {
            cells.add(List.of(
                    text(row, "times"),
                    text(row, "kind"),
                    text(row, "build_phase"),
                    text(row, "place"),
                    text(row, "signature")));
        }
        return new Section(
                "Errors, alike ones together",
                new Table(List.of(">times", "kind", "build phase", "where", "error"), cells),
                cells.isEmpty() ? List.of("None.") : List.of());
    }

    private Section recoveries() throws SQLException {
        List<List<String>> cells = new ArrayList<>();
        for (ObjectNode row : listed("recoveries", "recoveries")) {
            JsonNode recovered = row.path("recovered");
            cells.add(List.of(
                    text(row, "step"),
                    text(row, "action"),
                    recovered.isBoolean() ? recovered.booleanValue() ? "recovered" : "not recovered" : "not seen",
                    Figures.dollars(row.path("cost_usd"))));
        }
        return new Section(
                "What was done about it",
                new Table(List.of("step", "action", "then", ">cost"), cells),
                cells.isEmpty() ? List.of("Nothing had to be.") : List.of());
    }

    private Section tools() throws SQLException {
        List<List<String>> cells = new ArrayList<>();
        List<ObjectNode> found = listed("tools", "tools");
        long most = found.stream()
                .mapToLong(row -> row.path("calls").asLong())
                .max()
                .orElse(1);
        for (ObjectNode row : found) {
            long calls = row.path("calls").asLong();
            cells.add(List.of(
                    text(row, "agent"),
                    text(row, "tool"),
                    Figures.bar((double) calls / Math.max(1, most)),
                    Figures.count(calls),
                    Figures.count(row.path("errors").asLong()),
                    Figures.time(row.path("duration_ms"))));
        }
        return new Section(
                "Tools",
                new Table(List.of("agent", "tool", "", ">calls", ">failed", ">time"), cells),
                cells.isEmpty() ? List.of("No tool was called.") : List.of());
    }

    private Section reading() throws SQLException {
        List<List<String>> cells = new ArrayList<>();
        for (ObjectNode row : listed("reading", "reading")) {
            List<String> steps = new ArrayList<>();
            row.path("steps").forEach(step -> steps.add(step.asString("").isEmpty() ? "plan" : step.asString("")));
            cells.add(List.of(text(row, "kind"), text(row, "name"), text(row, "times"), String.join(", ", steps)));
        }
        return new Section(
                "What was read and looked for",
                new Table(List.of("kind", "name", ">times", "at"), cells),
                cells.isEmpty() ? List.of("Nothing.") : List.of());
    }

    private Section timeline() throws SQLException {
        List<List<String>> cells = new ArrayList<>();
        for (ObjectNode row : listed("attempts", "attempts")) {
            double begin = row.path("offset_ms").asDouble();
            double length = row.path("duration_ms").asDouble(0);
            double all = Math.max(row.path("run_ms").asDouble(0), begin + length);
            cells.add(List.of(
                    Figures.time(begin),
                    text(row, "phase"),
                    text(row, "step"),
                    text(row, "attempt"),
                    text(row, "tool") + (text(row, "model").isEmpty() ? "" : "/" + text(row, "model")),
                    gantt(begin, length, all),
                    Figures.time(row.path("duration_ms")),
                    Figures.dollars(row.path("cost_usd")),
                    text(row, "outcome")
                            + (text(row.path("parsed_result"), "recommendation").isEmpty()
                                    ? ""
                                    : " " + text(row.path("parsed_result"), "recommendation"))));
        }
        return new Section(
                "Timeline",
                new Table(List.of(">at", "phase", "step", ">#", "agent", "", ">time", ">cost", "outcome"), cells),
                List.of());
    }

    private static String gantt(double begin, double length, double all) {
        if (all <= 0) {
            return "";
        }
        int from = (int) Math.min(GANTT - 1, Math.round(begin / all * GANTT));
        int long_ = (int) Math.max(1, Math.min(GANTT - from, Math.round(length / all * GANTT)));
        return "·".repeat(from) + "█".repeat(long_) + "·".repeat(GANTT - from - long_);
    }

    /**
     * One step in depth: prompts, events, diffs, checks.
     *
     * @param number the place of the step among those of the run, from 1
     */
    Page step(int number) throws SQLException {
        ObjectNode summary = read("summary").get(0);
        List<ObjectNode> attempts = read("attempts");
        List<String> steps = attempts.stream()
                .map(row -> text(row, "step"))
                .filter(step -> !step.isEmpty())
                .distinct()
                .toList();
        if (number < 1 || number > steps.size()) {
            throw new IllegalArgumentException("Run " + run + " has " + steps.size()
                    + " steps, and none has the number " + number + ". They are: " + String.join(", ", steps));
        }
        String step = steps.get(number - 1);
        data.set("summary", summary);
        data.put("step", step);
        List<Section> sections = new ArrayList<>();
        var calls = data.putArray("calls");
        for (ObjectNode attempt : attempts) {
            if (text(attempt, "step").equals(step)) {
                sections.add(call(attempt, calls.addObject()));
            }
        }
        List<List<String>> checks = new ArrayList<>();
        var checksData = data.putArray("checks");
        for (ObjectNode row : read("checks")) {
            if (text(row, "step").equals(step)) {
                checksData.add(row);
                checks.add(List.of(
                        text(row, "attempt"),
                        text(row, "layer"),
                        text(row, "name"),
                        text(row, "outcome"),
                        text(row, "message")));
            }
        }
        sections.add(new Section(
                "Checks",
                new Table(List.of(">attempt", "layer", "check", "outcome", "message"), checks),
                checks.isEmpty() ? List.of("None at this step.") : List.of()));
        return new Page(title(summary) + ", step " + number + ": " + step, sections, data);
    }

    private Section call(ObjectNode attempt, ObjectNode into) throws SQLException {
        into.setAll(attempt);
        ObjectNode call = rows.of(text(attempt, "id"), "run.sql", "call").get(0);
        into.setAll(call);
        List<List<String>> cells = new ArrayList<>();
        var events = into.putArray("events");
        for (ObjectNode event : rows.of(text(attempt, "id"), "run.sql", "events")) {
            events.add(event);
            JsonNode body = event.path("event_data").path(text(event, "type"));
            cells.add(List.of(
                    text(event, "seq"),
                    text(event, "type"),
                    text(event, "tool"),
                    event.path("is_error").asBoolean(false) ? "failed" : "",
                    said(body)));
        }
        List<String> notes = new ArrayList<>();
        notes.add("Prompt: " + shortened(text(call, "prompt")));
        for (String name : List.of("answer", "message", "stderr_tail", "diff")) {
            if (!text(call, name).isEmpty()) {
                notes.add(name + ": " + shortened(text(call, name)));
            }
        }
        if (call.path("parsed_result").isObject()) {
            notes.add("said: " + shortened(call.path("parsed_result").toString()));
        }
        return new Section(
                text(attempt, "phase") + " " + text(attempt, "attempt") + " by " + text(attempt, "tool") + ": "
                        + text(attempt, "outcome") + ", " + Figures.time(attempt.path("duration_ms")),
                new Table(List.of(">line", "event", "tool", "", "what"), cells),
                notes);
    }

    private static String said(JsonNode body) {
        for (String name : List.of("command", "path", "url", "output", "text", "message")) {
            if (!text(body, name).isEmpty()) {
                return shortened(text(body, name));
            }
        }
        String input = text(body.path("input"), "query");
        return input.isEmpty() ? "" : input;
    }

    private static String shortened(String text) {
        return text.length() <= LONGEST ? text : text.substring(0, LONGEST) + " … (" + text.length() + " characters)";
    }
}
