package dev.assay.agent;

import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * Writes events as the JSON objects that are stored: {@code {"type": T, T: {…}}}, names in snake_case. What an event
 * does not know is left out. The type is the event's kind; a {@link AgentEvent.ToolStarted} is a {@code tool_call}, a
 * {@link AgentEvent.ToolFinished} its {@code tool_result}, and a {@link AgentEvent.Notice} carries its own kind.
 */
public final class EventJson {
    private EventJson() {}

    /** The kind of an event as it is stored, such as {@code tool_call}. */
    public static String type(AgentEvent event) {
        if (event instanceof AgentEvent.SessionStarted) {
            return "session_started";
        } else if (event instanceof AgentEvent.TurnStarted) {
            return "turn_started";
        } else if (event instanceof AgentEvent.Text) {
            return "text";
        } else if (event instanceof AgentEvent.Thinking) {
            return "thinking";
        } else if (event instanceof AgentEvent.ToolStarted) {
            return "tool_call";
        } else if (event instanceof AgentEvent.ToolFinished) {
            return "tool_result";
        } else if (event instanceof AgentEvent.Todo) {
            return "todo";
        } else if (event instanceof AgentEvent.PermissionDenied) {
            return "permission_denied";
        } else if (event instanceof AgentEvent.ApiRetry) {
            return "api_retry";
        } else if (event instanceof AgentEvent.Notice notice) {
            return notice.kind();
        } else if (event instanceof AgentEvent.UsageReported) {
            return "usage";
        } else if (event instanceof AgentEvent.TurnFinished) {
            return "turn_finished";
        } else if (event instanceof AgentEvent.RunFinished) {
            return "run_finished";
        } else if (event instanceof AgentEvent.Warning) {
            return "warning";
        } else if (event instanceof AgentEvent.Unparsed) {
            return "unparsed";
        } else if (event instanceof AgentEvent.Unknown) {
            return "unknown";
        }
        throw new IllegalArgumentException("no stored form for " + event.getClass());
    }

    /** The event as the object that is stored. */
    public static ObjectNode write(AgentEvent event) {
        String type = type(event);
        ObjectNode stored = JsonNodeFactory.instance.objectNode();
        stored.put("type", type);
        stored.set(type, body(event));
        return stored;
    }

    private static JsonNode body(AgentEvent event) {
        if (event instanceof AgentEvent.Notice notice) {
            return notice.detail();
        }
        Fields fields = new Fields();
        if (event instanceof AgentEvent.SessionStarted started) {
            fields.text("session_id", started.sessionId())
                    .text("model", started.model())
                    .text("cli_version", started.cliVersion())
                    .texts("tools", started.tools())
                    .texts("skills", started.skills());
        } else if (event instanceof AgentEvent.TurnStarted turn) {
            fields.number("number", turn.number());
        } else if (event instanceof AgentEvent.Text text) {
            fields.text("text", text.text())
                    .text("message_id", text.messageId())
                    .text("parent_call_id", text.parentCallId());
        } else if (event instanceof AgentEvent.Thinking thinking) {
            fields.text("text", thinking.text()).text("message_id", thinking.messageId());
        } else if (event instanceof AgentEvent.ToolStarted call) {
            fields.text("call_id", call.callId())
                    .text("name", call.name())
                    .text("canonical", call.canonical().id())
                    .json("input", call.input())
                    .text("path", call.path())
                    .text("command", call.command())
                    .text("url", call.url())
                    .text("skill", call.skill())
                    .text("parent_call_id", call.parentCallId());
        } else if (event instanceof AgentEvent.ToolFinished result) {
            fields.text("call_id", result.callId())
                    .flag("ok", result.ok())
                    .number("exit_code", result.exitCode())
                    .text("output", result.output())
                    .number("output_length", result.outputLength())
                    .text("output_sha256", result.outputSha256())
                    .number("duration_ms", result.durationMillis())
                    .flag("denied", result.denied());
        } else if (event instanceof AgentEvent.Todo todo) {
            fields.json("items", items(todo));
        } else if (event instanceof AgentEvent.PermissionDenied denied) {
            fields.text("call_id", denied.callId()).text("reason", denied.reason());
        } else if (event instanceof AgentEvent.ApiRetry retry) {
            fields.number("attempt", retry.attempt())
                    .number("max", retry.max())
                    .number("delay_ms", retry.delayMillis())
                    .number("status", retry.status())
                    .text("error_class", retry.errorClass());
        } else if (event instanceof AgentEvent.UsageReported reported) {
            fields.text("scope", reported.scope())
                    .json("tokens", tokens(reported.usage()))
                    .json("cost_usd", cost(reported.usage()))
                    .text("cost_source", reported.usage().costSource())
                    .flag("cumulative", reported.cumulative())
                    .text("message_id", reported.messageId())
                    .text("request_id", reported.requestId());
        } else if (event instanceof AgentEvent.TurnFinished finished) {
            fields.flag("ok", finished.ok())
                    .text("reason", finished.reason())
                    .text("text", finished.text())
                    .json("structured", finished.structured());
        } else if (event instanceof AgentEvent.RunFinished finished) {
            fields.text("ending", finished.ending().id())
                    .flag("infrastructure", finished.ending().infrastructure())
                    .number("exit_code", finished.exitCode())
                    .text("stopped_by", finished.stoppedBy())
                    .number("survivors_killed", finished.survivorsKilled())
                    .text("stderr_tail", finished.stderrTail());
        } else if (event instanceof AgentEvent.Warning warning) {
            fields.text("code", warning.code()).text("message", warning.message());
        } else if (event instanceof AgentEvent.Unparsed unparsed) {
            fields.text("line", unparsed.line());
        } else if (event instanceof AgentEvent.Unknown unknown) {
            fields.text("type", unknown.type());
        }
        return fields.object;
    }

    private static ArrayNode items(AgentEvent.Todo todo) {
        ArrayNode items = JsonNodeFactory.instance.arrayNode();
        todo.items().forEach(item -> items.addObject().put("text", item.text()).put("status", item.status()));
        return items;
    }

    private static ObjectNode tokens(Usage usage) {
        return JsonNodeFactory.instance
                .objectNode()
                .put("input", usage.input())
                .put("cache_read", usage.cacheRead())
                .put("cache_write", usage.cacheWrite())
                .put("output", usage.output())
                .put("reasoning", usage.reasoning());
    }

    private static @Nullable JsonNode cost(Usage usage) {
        return usage.costUsd().map(JsonNodeFactory.instance::numberNode).orElse(null);
    }

    /** Puts what is known, in the order it is given. */
    private static final class Fields {
        private final ObjectNode object = JsonNodeFactory.instance.objectNode();

        Fields text(String name, @Nullable String value) {
            if (value != null) {
                object.put(name, value);
            }
            return this;
        }

        Fields flag(String name, boolean value) {
            object.put(name, value);
            return this;
        }

        Fields number(String name, @Nullable Number value) {
            if (value != null) {
                object.put(name, value.longValue());
            }
            return this;
        }

        Fields texts(String name, Iterable<String> values) {
            values.forEach(object.putArray(name)::add);
            return this;
        }

        Fields json(String name, @Nullable JsonNode value) {
            if (value != null) {
                object.set(name, value);
            }
            return this;
        }
    }
}
