package dev.assay.agent.codex;

import static java.nio.charset.StandardCharsets.UTF_8;

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
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;

/**
 * Reads the stream of one call of Codex. A call ends with {@code turn.completed} or {@code turn.failed}. An {@code error} alone is not the end: Codex says
 * each of its retries so.
 */
public final class CodexStream implements CliStream {
    /** {@code Reconnecting... 1/2 (the reason)}; without figures while it waits for the network. */
    private static final Pattern RETRY =
            Pattern.compile("\\AReconnecting\\.\\.\\.(?: (\\d{1,4})/(\\d{1,4}))?(?s:(.*))\\z");

    /** A line of its log of errors. */
    private static final Pattern FAILED_CALL = Pattern.compile("codex_core::tools::router: error=(.*)");

    private static final int LONGEST_ERROR = 16 << 10;

    private final CodexItems items = new CodexItems();

    private int turns;
    private boolean begun;
    private boolean completed;
    private @Nullable String sessionId;
    private @Nullable String failure;
    private @Nullable String lastError;
    private @Nullable String retry;
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
        String type = node.path("type").stringValue("");
        switch (type) {
            case "thread.started" -> {
                begun = true;
                sessionId = Fields.text(node, "thread_id");
                events.add(new AgentEvent.SessionStarted(sessionId, null, null, List.of(), List.of()));
            }
            case "turn.started" -> {
                begun = true;
                completed = false;
                failure = null;
                retry = null;
                events.add(new AgentEvent.TurnStarted(++turns));
            }
            case "turn.completed" -> completed(node, events);
            case "turn.failed" -> {
                items.endTurn();
                failure = message(node.path("error"));
                events.add(new AgentEvent.TurnFinished(false, "failed", failure, null));
            }
            case "error" -> error(node, events);
            case "item.started", "item.updated", "item.completed" -> {
                JsonNode item = node.path("item");
                if (!item.path("type").stringValue("").equals("error")) {
                    retry = null;
                }
                items.read(type, item, events);
            }
            default -> events.add(new AgentEvent.Unknown(type));
        }
    }

    private void completed(JsonNode node, List<AgentEvent> events) {
        completed = true;
        items.endTurn();
        failure = null;
        retry = null;
        JsonNode tokens = node.path("usage");
        if (tokens.isObject()) {
            // Input holds what came from the cache. The figures are those of the thread, so the last ones count.
            long cacheRead = tokens.path("cached_input_tokens").longValue(0);
            long cacheWrite = tokens.path("cache_write_input_tokens").longValue(0);
            long input = tokens.path("input_tokens").longValue(0);
            usage = new Usage(
                    Math.max(0, input - cacheRead - cacheWrite),
                    cacheRead,
                    cacheWrite,
                    tokens.path("output_tokens").longValue(0),
                    tokens.path("reasoning_output_tokens").longValue(0),
                    Optional.empty(),
                    "none");
            events.add(new AgentEvent.UsageReported("session", usage, true, null, null));
        }
        events.add(new AgentEvent.TurnFinished(true, "completed", items.lastText(), null));
    }

    private void error(JsonNode node, List<AgentEvent> events) {
        String message = message(node);
        Matcher matcher = RETRY.matcher(message);
        if (!matcher.matches()) {
            lastError = message;
            events.add(new AgentEvent.Notice("error", node));
            return;
        }
        String reason = matcher.group(3).strip();
        retry = reason;
        events.add(new AgentEvent.ApiRetry(
                matcher.group(1) == null ? 0 : Integer.parseInt(matcher.group(1)),
                matcher.group(2) == null ? 0 : Integer.parseInt(matcher.group(2)),
                0,
                ApiFailure.status(reason),
                ApiFailure.ending(reason).id()));
    }

    private static String message(JsonNode error) {
        return error.path("message").stringValue("");
    }

    /** What fails before it becomes a call is said here only: a patch that is rejected, a tool that there is not. */
    @Override
    public List<AgentEvent> readError(byte[] line) {
        Matcher matcher = FAILED_CALL.matcher(new String(line, 0, Math.min(line.length, LONGEST_ERROR), UTF_8));
        if (!matcher.find()) {
            return List.of();
        }
        String reason = matcher.group(1).strip();
        return List.of(
                reason.contains("rejected")
                        ? new AgentEvent.PermissionDenied(null, reason)
                        : new AgentEvent.Notice(
                                "tool_failed",
                                JsonNodeFactory.instance.objectNode().put("error", reason)));
    }

    @Override
    public Set<String> openCalls() {
        return items.open();
    }

    @Override
    public boolean turnFinished() {
        return completed || failure != null;
    }

    @Override
    public AgentResult finish(
            OptionalInt exitCode, Exit.Limit fired, Duration duration, String stderrTail, List<String> warnings) {
        ProcessEnd end = new ProcessEnd(exitCode, fired);
        Ending ending = ending(end);
        return new AgentResult(
                ending,
                ending == Ending.COMPLETED ? "" : "Codex ended " + ending.id() + ": " + words(end, stderrTail),
                items.lastText(),
                completed ? structured() : Optional.empty(),
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
        if (failure != null) {
            return failed(failure);
        }
        if (completed) {
            return end.orderly() ? Ending.COMPLETED : end.byExitCode(true);
        }
        if (end.timedOut() && retry != null) {
            // It did nothing but ask again: the time was the service's.
            return failed(retry);
        }
        if (end.stopped()) {
            return end.byLimit(items.seen());
        }
        int code = end.exitCode().orElse(0);
        if (lastError != null && code != 0) {
            return failed(lastError);
        }
        if (begun && code == 1) {
            return Ending.INTERRUPTED; // what it ends with on SIGINT; a failure would have said so
        }
        return end.byExitCode(begun);
    }

    private static Ending failed(String message) {
        // Its words for any status 500: nothing says that the service was overloaded.
        return message.contains("experiencing high demand") ? Ending.API_ERROR : ApiFailure.ending(message);
    }

    private String words(ProcessEnd end, String stderrTail) {
        if (failure != null && !failure.isBlank()) {
            return failure;
        }
        if (lastError != null && !completed) {
            return lastError;
        }
        if (retry != null) {
            return "retrying " + retry;
        }
        return stderrTail.isBlank() ? end.words() : stderrTail.strip();
    }

    /** An answer by a schema is the last message; what a schema lets be left out is null in it. */
    private Optional<JsonNode> structured() {
        return JsonLine.of(items.lastText().getBytes(UTF_8)).object().map(StrictSchema::withoutNulls);
    }
}
