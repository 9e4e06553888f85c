package dev.assay.agent.gemini;

import static java.nio.charset.StandardCharsets.UTF_8;

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
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * Reads the stream of one call of Gemini CLI.
 */
public final class GeminiStream implements CliStream {
    /** All that is known of a command's exit code: a command without output says so, where it failed. */
    private static final Pattern EXIT_CODE = Pattern.compile("\\ACommand exited with code: (\\d{1,3})\\s*\\z");

    /** Its retries are on standard error only. */
    private static final Pattern RETRY = Pattern.compile("\\AAttempt (\\d{1,4}) failed(?: with status (\\d{3}))?.*");

    private static final int LONGEST_RETRY = 16 << 10;

    private final Map<String, Call> openCalls = new HashMap<>();

    private int messages;
    private boolean begun;
    private boolean toolCalled;
    private boolean within;
    private @Nullable String sessionId;
    private @Nullable String model;
    private @Nullable String lastError;
    private @Nullable String retry;
    private @Nullable JsonNode result;
    private List<AgentEvent.Todo.Item> todo = List.of();
    private final StringBuilder text = new StringBuilder();

    private record Call(CanonicalTool tool, @Nullable Instant started) {}

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
        if (!type.equals("message")) {
            within = false;
        }
        switch (type) {
            case "init" -> {
                begun = true;
                sessionId = Fields.text(node, "session_id");
                model = Fields.text(node, "model");
                events.add(new AgentEvent.SessionStarted(sessionId, model, null, List.of(), List.of()));
            }
            case "message" -> message(node, events);
            case "tool_use" -> started(node, events);
            case "tool_result" -> finished(node, events);
            case "error" -> {
                if (node.path("severity").stringValue("").equals("error")) {
                    lastError = node.path("message").stringValue("");
                }
                events.add(new AgentEvent.Notice("error", node));
            }
            case "result" -> result(node, events);
            default -> events.add(new AgentEvent.Unknown(type));
        }
    }

    /** An answer comes in pieces; those of one message have one id. */
    private void message(JsonNode node, List<AgentEvent> events) {
        if (!node.path("role").stringValue("").equals("assistant")) {
            within = false;
            events.add(new AgentEvent.TurnStarted(1));
            return;
        }
        retry = null;
        if (!within || !node.path("delta").booleanValue(false)) {
            within = true;
            messages++;
            text.setLength(0);
        }
        String piece = node.path("content").stringValue("");
        text.append(piece);
        events.add(new AgentEvent.Text(piece, "message-" + messages, null));
    }

    private void started(JsonNode node, List<AgentEvent> events) {
        retry = null;
        toolCalled = true;
        String id = node.path("tool_id").stringValue("");
        String name = node.path("tool_name").stringValue("");
        JsonNode input = node.path("parameters");
        CanonicalTool tool = GeminiTool.canonical(name);
        openCalls.put(id, new Call(tool, time(node)));
        events.add(new AgentEvent.ToolStarted(
                id,
                name,
                tool,
                input,
                Fields.text(input, List.of("file_path", "absolute_path", "dir_path", "path")),
                tool == CanonicalTool.SHELL ? Fields.text(input, "command") : null,
                Fields.text(input, "url"),
                tool == CanonicalTool.SKILL ? Fields.text(input, "name") : null,
                null));
        if (tool == CanonicalTool.TODO) {
            todo(input.path("todos"), events);
        }
    }

    private void todo(JsonNode entries, List<AgentEvent> events) {
        List<AgentEvent.Todo.Item> items = new ArrayList<>();
        for (JsonNode entry : entries) {
            items.add(new AgentEvent.Todo.Item(
                    entry.path("description").stringValue(""),
                    entry.path("status").stringValue("pending")));
        }
        if (!items.equals(todo)) {
            todo = List.copyOf(items);
            events.add(new AgentEvent.Todo(todo));
        }
    }

    private void finished(JsonNode node, List<AgentEvent> events) {
        String id = node.path("tool_id").stringValue("");
        Call call = openCalls.remove(id);
        String reason = node.path("error").path("type").stringValue("");
        boolean denied = call != null
                && (reason.equals("policy_violation")
                        || reason.equals("permission_denied")
                        || reason.equals("tool_not_registered") && call.tool().acts());
        String output = node.path("output")
                .stringValue(node.path("error").path("message").stringValue(""));
        if (denied) {
            events.add(new AgentEvent.PermissionDenied(id, output));
        }
        Integer exitCode = null;
        Matcher matcher = EXIT_CODE.matcher(output);
        if (call != null && call.tool() == CanonicalTool.SHELL && matcher.matches()) {
            exitCode = Integer.valueOf(matcher.group(1));
        }
        boolean ok = node.path("status").stringValue("").equals("success") && exitCode == null;
        Instant ended = time(node);
        Long millis = call == null || call.started() == null || ended == null
                ? null
                : Long.valueOf(
                        Math.max(0, Duration.between(call.started(), ended).toMillis()));
        events.add(ToolOutput.of(output).finished(id, ok, exitCode, millis, denied));
    }

    private void result(JsonNode node, List<AgentEvent> events) {
        result = node;
        if (node.path("stats").isObject()) {
            events.add(new AgentEvent.UsageReported("session", usage(node.path("stats")), true, null, null));
        }
        boolean ok = succeeded(node);
        events.add(new AgentEvent.TurnFinished(
                ok,
                ok ? "success" : node.path("error").path("type").stringValue("error"),
                ok ? text.toString() : failure(node),
                null));
    }

    private static boolean succeeded(JsonNode result) {
        return result.path("status").stringValue("").equals("success");
    }

    private String failure(JsonNode node) {
        String said = node.path("error").path("message").stringValue("");
        // An answer that is no answer is told by an event before a result without words.
        return said.isEmpty() && lastError != null ? lastError : said;
    }

    /** Input holds what came from the cache; output is without the thoughts, which only the total holds. */
    private static Usage usage(JsonNode stats) {
        long input = stats.path("input_tokens").longValue(0);
        long cached = stats.path("cached").longValue(0);
        long output = stats.path("output_tokens").longValue(0);
        long thoughts = Math.max(0, stats.path("total_tokens").longValue(0) - input - output);
        return new Usage(Math.max(0, input - cached), cached, 0, output + thoughts, thoughts, Optional.empty(), "none");
    }

    /** Its retries, which are told only here. */
    @Override
    public List<AgentEvent> readError(byte[] line) {
        Matcher matcher = RETRY.matcher(new String(line, 0, Math.min(line.length, LONGEST_RETRY), UTF_8));
        if (!matcher.find()) {
            return List.of();
        }
        retry = matcher.group().strip();
        return List.of(new AgentEvent.ApiRetry(
                Integer.parseInt(matcher.group(1)),
                0,
                0,
                matcher.group(2) == null ? null : Integer.valueOf(matcher.group(2)),
                ApiFailure.ending(retry).id()));
    }

    @Override
    public Set<String> openCalls() {
        return Set.copyOf(openCalls.keySet());
    }

    @Override
    public boolean turnFinished() {
        return result != null;
    }

    @Override
    public AgentResult finish(
            OptionalInt exitCode, Exit.Limit fired, Duration duration, String stderrTail, List<String> warnings) {
        ProcessEnd end = new ProcessEnd(exitCode, fired);
        Ending ending = ending(end);
        JsonNode last = result;
        return new AgentResult(
                ending,
                ending == Ending.COMPLETED ? "" : "Gemini CLI ended " + ending.id() + ": " + words(end, stderrTail),
                text.toString(),
                Optional.empty(),
                last == null ? Usage.NONE : usage(last.path("stats")),
                Optional.ofNullable(sessionId),
                Optional.ofNullable(model),
                Optional.empty(),
                exitCode,
                fired,
                Optional.empty(),
                Optional.empty(),
                duration,
                List.copyOf(warnings));
    }

    private Ending ending(ProcessEnd end) {
        JsonNode last = result;
        if (last != null) {
            if (succeeded(last)) {
                return end.orderly() ? Ending.COMPLETED : byExitCode(end);
            }
            return failed(last, end);
        }
        if (end.timedOut() && retry != null) {
            // It did nothing but ask again: the time was the service's.
            return ApiFailure.ending(retry);
        }
        return end.stopped() ? end.byLimit(toolCalled) : byExitCode(end);
    }

    private Ending failed(JsonNode last, ProcessEnd end) {
        String type = last.path("error").path("type").stringValue("");
        return switch (type) {
            case "FatalTurnLimitedError" -> Ending.LIMIT_TURNS;
            case "FatalAuthenticationError" -> Ending.AUTH;
            case "FatalCancellationError" -> end.stopped() ? end.byLimit(toolCalled) : Ending.INTERRUPTED;
            case "FatalInputError", "FatalConfigError", "FatalUntrustedWorkspaceError" -> Ending.CLI_USAGE;
            default -> ApiFailure.ending(status(end, failure(last)), failure(last));
        };
    }

    /** The status that the message names, or that the exit code is made of. */
    private static @Nullable Integer status(ProcessEnd end, String message) {
        Integer named = ApiFailure.status(message);
        if (named != null) {
            return named;
        }
        int code = end.exitCode().orElse(0);
        return !end.stopped() && code >= 144 && code <= 255 ? Integer.valueOf(code + 256) : null;
    }

    private Ending byExitCode(ProcessEnd end) {
        return switch (end.exitCode().orElse(0)) {
            case 41 -> Ending.AUTH;
            // Input, sandbox, configuration, a workspace that is not trusted.
            case 42, 44, 52, 55 -> Ending.CLI_USAGE;
            case 53 -> Ending.LIMIT_TURNS;
            default -> end.byExitCode(begun);
        };
    }

    private String words(ProcessEnd end, String stderrTail) {
        String said = result == null ? retry : failure(result);
        if (said == null || said.isBlank()) {
            said = stderrTail.strip();
        }
        return said.isBlank() ? end.words() : said;
    }

    private static @Nullable Instant time(JsonNode line) {
        String timestamp = Fields.text(line, "timestamp");
        if (timestamp == null) {
            return null;
        }
        try {
            return Instant.parse(timestamp);
        } catch (DateTimeException e) {
            // Not needed for anything but a duration.
            return null;
        }
    }
}
