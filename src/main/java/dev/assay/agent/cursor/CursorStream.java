package dev.assay.agent.cursor;

import dev.assay.agent.AgentEvent;
import dev.assay.agent.AgentResult;
import dev.assay.agent.Ending;
import dev.assay.agent.Usage;
import dev.assay.agent.cli.ApiFailure;
import dev.assay.agent.cli.CliStream;
import dev.assay.agent.cli.Fields;
import dev.assay.agent.cli.JsonLine;
import dev.assay.agent.cli.ProcessEnd;
import dev.assay.process.Exit;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * Reads the stream of one call of Cursor's agent. There may be several results: the last one says how the call went, and
 * the usage of each counts for itself.
 */
public final class CursorStream implements CliStream {
    private final CursorCalls calls = new CursorCalls();
    private final Set<String> counted = new HashSet<>();
    private final StringBuilder thought = new StringBuilder();
    private final StringBuilder text = new StringBuilder();

    private int turns;
    private boolean begun;
    private boolean betweenTurns = true;
    private @Nullable String sessionId;
    private @Nullable String model;
    private @Nullable String modelCall;
    private @Nullable JsonNode result;
    private Usage usage = Usage.NONE;
    private long apiMillis;

    @Override
    public List<AgentEvent> read(byte[] line) {
        JsonLine read = JsonLine.of(line);
        List<AgentEvent> events = new ArrayList<>();
        read.unparsed().ifPresent(events::add);
        read.object().ifPresent(object -> read(object, events));
        return events;
    }

    private void read(JsonNode node, List<AgentEvent> events) {
        String type = node.path("type").stringValue("");
        String subtype = node.path("subtype").stringValue("");
        switch (type) {
            case "system" -> {
                if (subtype.equals("init")) {
                    init(node, events);
                } else {
                    events.add(new AgentEvent.Unknown("system/" + subtype));
                }
            }
            case "user" -> {
                betweenTurns = false;
                text.setLength(0);
                events.add(new AgentEvent.TurnStarted(++turns));
            }
            case "thinking" -> thinking(node, subtype, events);
            case "assistant" -> assistant(node, events);
            case "tool_call" -> {
                betweenTurns = false;
                text.setLength(0);
                calls.read(node, events);
            }
            // A question that plan mode asks of its user, and the answer that it gives itself.
            case "interaction_query" -> events.add(new AgentEvent.Notice("interaction_query", node));
            case "retry", "connection" -> events.add(new AgentEvent.Notice(type, node));
            case "result" -> result(node, events);
            default -> events.add(new AgentEvent.Unknown(type));
        }
    }

    private void init(JsonNode node, List<AgentEvent> events) {
        if (begun) {
            return;
        }
        begun = true;
        sessionId = Fields.text(node, "session_id");
        model = Fields.text(node, "model");
        events.add(new AgentEvent.SessionStarted(sessionId, model, null, List.of(), List.of()));
    }

    /** Thoughts come word by word; the event holds the whole. */
    private void thinking(JsonNode node, String subtype, List<AgentEvent> events) {
        betweenTurns = false;
        thought.append(node.path("text").stringValue(""));
        if (!subtype.equals("delta")) {
            events.add(new AgentEvent.Thinking(thought.toString(), Fields.text(node, "model_call_id")));
            thought.setLength(0);
        }
    }

    /** What is said between two tool calls is one answer, in one line or in pieces. */
    private void assistant(JsonNode node, List<AgentEvent> events) {
        betweenTurns = false;
        String id = Fields.text(node, "model_call_id");
        if (id != null && !id.equals(modelCall)) {
            modelCall = id;
            text.setLength(0);
        }
        for (JsonNode block : node.path("message").path("content")) {
            String said = block.path("text").stringValue("");
            if (!block.path("type").stringValue("").equals("text")) {
                events.add(
                        new AgentEvent.Unknown("assistant/" + block.path("type").stringValue("")));
            } else if (text.isEmpty() || !said.contentEquals(text)) {
                // With pieces, the whole message comes once more at its end.
                text.append(said);
                events.add(new AgentEvent.Text(said, id, null));
            }
        }
    }

    private void result(JsonNode node, List<AgentEvent> events) {
        betweenTurns = true;
        result = node;
        if (sessionId == null) {
            sessionId = Fields.text(node, "session_id");
        }
        apiMillis += Math.max(0, node.path("duration_api_ms").longValue(0));
        JsonNode figures = node.path("usage");
        String request = Fields.text(node, "request_id");
        if (figures.isObject() && (request == null || counted.add(request))) {
            Usage turn = usage(figures);
            usage = usage.plus(turn);
            events.add(new AgentEvent.UsageReported("turn", turn, false, null, request));
        }
        boolean ok = succeeded(node);
        events.add(new AgentEvent.TurnFinished(
                ok, node.path("subtype").stringValue(""), ok && !text.isEmpty() ? text.toString() : words(node), null));
    }

    private static boolean succeeded(JsonNode result) {
        return result.path("subtype").stringValue("").equals("success")
                && !result.path("is_error").booleanValue(false);
    }

    /** Input comes without what the cache held. */
    private static Usage usage(JsonNode figures) {
        Optional<BigDecimal> cost = figures.path("totalCost").decimalValueOpt();
        return new Usage(
                figures.path("inputTokens").longValue(0),
                figures.path("cacheReadTokens").longValue(0),
                figures.path("cacheWriteTokens").longValue(0),
                figures.path("outputTokens").longValue(0),
                0,
                cost,
                cost.isPresent() ? "cli" : "none");
    }

    @Override
    public Set<String> openCalls() {
        return calls.open();
    }

    @Override
    public boolean turnFinished() {
        return result != null && betweenTurns;
    }

    @Override
    public AgentResult finish(
            OptionalInt exitCode, Exit.Limit fired, Duration duration, String stderrTail, List<String> warnings) {
        ProcessEnd end = new ProcessEnd(exitCode, fired);
        Ending ending = ending(end, stderrTail);
        // The result's text is all that was said in the turn; the answer is what was said last.
        String said = text.isEmpty() && ending == Ending.COMPLETED && result != null ? words(result) : text.toString();
        return new AgentResult(
                ending,
                ending == Ending.COMPLETED ? "" : "Cursor ended " + ending.id() + ": " + why(end, stderrTail),
                said,
                Optional.empty(),
                usage,
                Optional.ofNullable(sessionId),
                Optional.ofNullable(model),
                Optional.empty(),
                exitCode,
                fired,
                apiMillis > 0 ? Optional.of(Duration.ofMillis(apiMillis)) : Optional.empty(),
                Optional.empty(),
                duration,
                List.copyOf(warnings));
    }

    private Ending ending(ProcessEnd end, String stderrTail) {
        JsonNode last = result;
        if (last != null) {
            if (!succeeded(last)) {
                return ApiFailure.ending(words(last) + "\n" + stderrTail);
            }
            return end.orderly() ? Ending.COMPLETED : end.byExitCode(true);
        }
        if (end.stopped()) {
            return end.byLimit(calls.seen());
        }
        Ending byCode = end.byExitCode(begun);
        if (byCode == Ending.INTERRUPTED) {
            return byCode;
        }
        // A failure says why on standard error, where it says anything.
        Ending said = ApiFailure.ending(stderrTail);
        return said == Ending.API_ERROR ? byCode : said;
    }

    private static String words(JsonNode result) {
        String text = Fields.text(result, List.of("result", "error", "message"));
        return text == null ? "" : text;
    }

    private String why(ProcessEnd end, String stderrTail) {
        String said = result == null || succeeded(result) ? "" : words(result);
        if (said.isBlank()) {
            said = stderrTail.strip();
        }
        return said.isBlank() ? end.words() : said;
    }
}
