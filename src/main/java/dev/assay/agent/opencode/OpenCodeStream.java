package dev.assay.agent.opencode;

import dev.assay.agent.AgentEvent;
import dev.assay.agent.AgentResult;
import dev.assay.agent.CanonicalTool;
import dev.assay.agent.Ending;
import dev.assay.agent.Usage;
import dev.assay.agent.cli.ApiFailure;
import dev.assay.agent.cli.CliStream;
import dev.assay.agent.cli.Fields;
import dev.assay.agent.cli.JsonLine;
import dev.assay.agent.cli.ProcessEnd;
import dev.assay.agent.cli.ToolOutput;
import dev.assay.process.Exit;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * Reads the stream of one call of OpenCode. A call is a row of steps, each one answer of the model; the call completed if the last step finished with the reason
 * {@code stop}. Usage and cost are those of a step, so they are added up.
 */
public final class OpenCodeStream implements CliStream {
    private static final Pattern DENIED = Pattern.compile("rejected permission|has specified a rule");

    private final Set<String> counted = new HashSet<>();

    private int steps;
    private boolean begun;
    private boolean stepOpen;
    private boolean toolCalled;
    private String lastReason = "";
    private @Nullable String sessionId;
    private @Nullable JsonNode error;
    private @Nullable String message;
    private String text = "";
    private List<AgentEvent.Todo.Item> todo = List.of();
    private Usage usage = Usage.NONE;

    @Override
    public List<AgentEvent> read(byte[] line) {
        JsonLine read = JsonLine.of(line);
        List<AgentEvent> events = new ArrayList<>();
        read.unparsed().ifPresent(events::add);
        read.object().ifPresent(object -> read(object, events));
        return events;
    }

    private void read(JsonNode node, List<AgentEvent> events) {
        String session = Fields.text(node, "sessionID");
        if (session != null && sessionId == null) {
            sessionId = session;
            events.add(new AgentEvent.SessionStarted(session, null, null, List.of(), List.of()));
        }
        JsonNode part = node.path("part");
        String type = node.path("type").stringValue("");
        switch (type) {
            case "step_start" -> {
                begun = true;
                stepOpen = true;
                lastReason = "";
                events.add(new AgentEvent.TurnStarted(++steps));
            }
            case "text" -> text(part, events);
            case "reasoning" ->
                events.add(new AgentEvent.Thinking(part.path("text").stringValue(""), Fields.text(part, "messageID")));
            case "tool_use" -> tool(part, events);
            case "step_finish" -> stepFinished(part, events);
            case "error" -> {
                stepOpen = false;
                error = node.path("error");
                events.add(new AgentEvent.Notice("error", node));
            }
            // Newer versions end with it; what it says is known by then.
            case "done" -> events.add(new AgentEvent.Notice("done", node));
            default -> events.add(new AgentEvent.Unknown(type));
        }
    }

    /** An answer may come in several texts; those of the last message are the call's. */
    private void text(JsonNode part, List<AgentEvent> events) {
        begun = true;
        String said = part.path("text").stringValue("");
        String id = Fields.text(part, "messageID");
        text = id != null && id.equals(message) && !text.isEmpty() ? text + "\n" + said : said;
        message = id;
        events.add(new AgentEvent.Text(said, id, null));
    }

    /** Told when the call is over, with both of its times. */
    private void tool(JsonNode part, List<AgentEvent> events) {
        begun = true;
        toolCalled = true;
        String id = part.path("callID").stringValue("");
        JsonNode state = part.path("state");
        JsonNode input = state.path("input");
        String called = part.path("tool").stringValue("");
        // What it makes of a call of a tool that is not offered, be it taken away or made up.
        boolean unavailable = called.equals("invalid");
        String name = unavailable ? input.path("tool").stringValue(called) : called;
        CanonicalTool tool = OpenCodeTool.canonical(name);
        if (unavailable && tool == CanonicalTool.TOOL_USE) {
            tool = CanonicalTool.UNKNOWN;
        }
        events.add(new AgentEvent.ToolStarted(
                id,
                name,
                tool,
                input,
                Fields.text(input, List.of("filePath", "path")),
                tool == CanonicalTool.SHELL ? Fields.text(input, "command") : null,
                Fields.text(input, "url"),
                tool == CanonicalTool.SKILL ? Fields.text(input, "name") : null,
                null));
        if (tool == CanonicalTool.TODO) {
            todo(input.path("todos"), events);
        }
        String failure = Fields.text(state, "error");
        String output = failure == null ? state.path("output").stringValue("") : failure;
        boolean denied = failure != null && DENIED.matcher(failure).find() || unavailable && tool.acts();
        if (denied) {
            events.add(new AgentEvent.PermissionDenied(id, output));
        }
        // A command that fails is a call that completed. No exit code where there should be one: it was stopped.
        JsonNode exit = state.path("metadata").path("exit");
        Integer exitCode = Fields.number(state.path("metadata"), "exit");
        boolean ok = !unavailable
                && state.path("status").stringValue("").equals("completed")
                && (exit.isMissingNode() || exitCode != null && exitCode == 0);
        events.add(ToolOutput.of(output).finished(id, ok, exitCode, millis(state.path("time")), denied));
    }

    private static @Nullable Long millis(JsonNode time) {
        JsonNode start = time.path("start");
        JsonNode end = time.path("end");
        return start.isIntegralNumber() && end.isIntegralNumber()
                ? Long.valueOf(Math.max(0, end.longValue(0) - start.longValue(0)))
                : null;
    }

    private void todo(JsonNode entries, List<AgentEvent> events) {
        List<AgentEvent.Todo.Item> items = new ArrayList<>();
        for (JsonNode entry : entries) {
            items.add(new AgentEvent.Todo.Item(
                    entry.path("content").stringValue(""), entry.path("status").stringValue("pending")));
        }
        if (!items.equals(todo)) {
            todo = List.copyOf(items);
            events.add(new AgentEvent.Todo(todo));
        }
    }

    private void stepFinished(JsonNode part, List<AgentEvent> events) {
        stepOpen = false;
        lastReason = part.path("reason").stringValue("unknown");
        String id = Fields.text(part, "id");
        if (part.path("tokens").isObject() && (id == null || counted.add(id))) {
            Usage step = usage(part);
            usage = usage.plus(step);
            events.add(new AgentEvent.UsageReported("message", step, false, Fields.text(part, "messageID"), null));
        }
        if (!lastReason.equals("tool-calls")) {
            events.add(new AgentEvent.TurnFinished(lastReason.equals("stop"), lastReason, text, null));
        }
    }

    /** Input comes without what the cache held. Whether output holds the reasoning shows only in the total. */
    private static Usage usage(JsonNode part) {
        JsonNode tokens = part.path("tokens");
        long input = tokens.path("input").longValue(0);
        long cacheRead = tokens.path("cache").path("read").longValue(0);
        long cacheWrite = tokens.path("cache").path("write").longValue(0);
        long output = tokens.path("output").longValue(0);
        long reasoning = tokens.path("reasoning").longValue(0);
        // A model whose price it does not know costs nothing, it says.
        Optional<BigDecimal> cost = part.path("cost").decimalValueOpt().filter(value -> value.signum() > 0);
        boolean apart = tokens.path("total").longValue(0) == input + cacheRead + cacheWrite + output + reasoning;
        return new Usage(
                input,
                cacheRead,
                cacheWrite,
                apart ? output + reasoning : output,
                reasoning,
                cost,
                cost.isPresent() ? "cli" : "none");
    }

    /**
     * The step that is open: its calls are told of only when they are over. Before it begins the model is asked, retries
     * included, without a word.
     */
    @Override
    public Set<String> openCalls() {
        return stepOpen ? Set.of("step " + steps) : Set.of();
    }

    @Override
    public boolean turnFinished() {
        return error != null || !lastReason.isEmpty() && !lastReason.equals("tool-calls");
    }

    @Override
    public AgentResult finish(
            OptionalInt exitCode, Exit.Limit fired, Duration duration, String stderrTail, List<String> warnings) {
        ProcessEnd end = new ProcessEnd(exitCode, fired);
        Ending ending = ending(end);
        return new AgentResult(
                ending,
                ending == Ending.COMPLETED ? "" : "OpenCode ended " + ending.id() + ": " + words(end, stderrTail),
                text,
                Optional.empty(),
                usage,
                Optional.ofNullable(sessionId),
                Optional.empty(),
                Optional.empty(),
                exitCode,
                fired,
                Optional.empty(),
                Optional.empty(),
                duration,
                List.copyOf(warnings));
    }

    private Ending ending(ProcessEnd end) {
        if (error != null) {
            return failed(error);
        }
        switch (lastReason) {
            case "stop" -> {
                return end.orderly() ? Ending.COMPLETED : end.byExitCode(true);
            }
            // The model wrote more than one answer may hold.
            case "length" -> {
                return Ending.CONTEXT_FULL;
            }
            case "content-filter" -> {
                return Ending.REFUSED;
            }
            default -> {
                // Between two steps, or within one.
            }
        }
        if (end.stopped()) {
            return end.byLimit(toolCalled);
        }
        // A call that is not permitted ends it at once, with 0 and no word.
        return end.byExitCode(begun);
    }

    private static Ending failed(JsonNode error) {
        JsonNode data = error.path("data");
        String said = data.path("message").stringValue("");
        return switch (error.path("name").stringValue("")) {
            case "ProviderAuthError" -> Ending.AUTH;
            case "ProviderModelNotFoundError", "ModelNotFoundError" -> Ending.MODEL_NOT_FOUND;
            case "ContextOverflowError", "MessageOutputLengthError" -> Ending.CONTEXT_FULL;
            case "MessageAbortedError" -> Ending.INTERRUPTED;
            case "StructuredOutputError" -> Ending.SCHEMA_FAILED;
            default ->
                ApiFailure.ending(
                        Fields.number(data, "statusCode"),
                        said + "\n" + data.path("responseBody").stringValue(""));
        };
    }

    private String words(ProcessEnd end, String stderrTail) {
        if (error != null) {
            String said = error.path("data").path("message").stringValue("");
            return said.isBlank() ? error.path("name").stringValue("an error without words") : said;
        }
        return stderrTail.isBlank() ? end.words() : stderrTail.strip();
    }
}
