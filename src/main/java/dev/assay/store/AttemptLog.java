package dev.assay.store;

import dev.assay.agent.AgentEvent;
import dev.assay.agent.EventJson;
import dev.assay.process.Output;
import dev.assay.run.Line;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * What is known of one attempt while its lines come: the tails of its streams, its open tool calls, its commands, and
 * the lines that have given no event yet. Makes the rows of its events. For one thread at a time.
 */
final class AttemptLog {
    /** Parsers look at a line as soon as it is stored; an event for one so far back does not come any more. */
    private static final int SILENT_LINES = 64;

    private final String runId;
    private final LineTail stdout = new LineTail();
    private final LineTail stderr = new LineTail();
    private final Map<Long, Line> silent = new LinkedHashMap<>();
    private final Map<String, Call> calls = new HashMap<>();
    private final ArrayNode commands = JsonNodeFactory.instance.arrayNode();

    AttemptLog(String runId) {
        this.runId = runId;
    }

    private record Call(String name, Instant at, @Nullable ObjectNode command) {}

    /** Takes a line, and gives the rows of earlier ones that turn out to have given no event. */
    List<Entry.Event> line(Line line) {
        if (line.stream() == Output.Stream.STDOUT) {
            stdout.add(line.bytes());
        } else if (line.stream() == Output.Stream.STDERR) {
            stderr.add(line.bytes());
        }
        silent.put(line.seq(), line);
        List<Entry.Event> settled = new ArrayList<>();
        Iterator<Line> eldest = silent.values().iterator();
        while (silent.size() > SILENT_LINES) {
            settled.add(silentRow(eldest.next()));
            eldest.remove();
        }
        return settled;
    }

    /** The rows of all lines that gave no event: each line has a row. */
    List<Entry.Event> settle() {
        List<Entry.Event> rows = silent.values().stream().map(this::silentRow).toList();
        silent.clear();
        return rows;
    }

    private Entry.Event silentRow(Line line) {
        return row(line, 0, new AgentEvent.Unparsed(new String(line.bytes(), StandardCharsets.UTF_8)));
    }

    Entry.Event event(Line line, int part, AgentEvent event) {
        silent.remove(line.seq());
        return row(line, part, event);
    }

    private Entry.Event row(Line line, int part, AgentEvent event) {
        String tool = null;
        String callId = null;
        Boolean error = null;
        Long duration = null;
        if (event instanceof AgentEvent.ToolStarted started) {
            tool = JsonbText.cleaned(started.name());
            callId = JsonbText.cleaned(started.callId());
            calls.put(started.callId(), new Call(started.name(), line.at(), command(started)));
        } else if (event instanceof AgentEvent.ToolFinished finished) {
            callId = JsonbText.cleaned(finished.callId());
            error = !finished.ok();
            duration = finished.durationMillis();
            Call call = calls.remove(finished.callId());
            if (call != null) {
                tool = JsonbText.cleaned(call.name());
                duration = duration != null
                        ? duration
                        : Duration.between(call.at(), line.at()).toMillis();
                if (call.command() != null) {
                    call.command().put("ok", finished.ok()).put("exit_code", finished.exitCode());
                }
            }
        } else if (event instanceof AgentEvent.TurnFinished turn) {
            error = !turn.ok();
        } else if (event instanceof AgentEvent.PermissionDenied || event instanceof AgentEvent.ApiRetry) {
            error = true;
        }
        return new Entry.Event(
                runId,
                line.seq(),
                part,
                line.attempt().map(attempt -> attempt.id()).orElse(null),
                line.at(),
                line.stream().name().toLowerCase(Locale.ROOT),
                JsonbText.cleaned(EventJson.type(event)),
                tool,
                callId,
                error,
                duration,
                data(event),
                part == 0 ? line.bytes() : null);
    }

    private @Nullable ObjectNode command(AgentEvent.ToolStarted started) {
        if (started.command() == null) {
            return null;
        }
        return commands.addObject().put("command", started.command());
    }

    private static byte[] data(AgentEvent event) {
        JsonNode json = EventJson.write(event);
        if (!JsonbText.accepts(json)) {
            json = ((ObjectNode) JsonbText.cleaned(json)).put("sanitized", true);
        }
        return JsonbText.JSON.writeValueAsBytes(json);
    }

    String stdoutTail() {
        return stdout.text();
    }

    String stderrTail() {
        return stderr.text();
    }

    ArrayNode commands() {
        return commands.deepCopy();
    }
}
