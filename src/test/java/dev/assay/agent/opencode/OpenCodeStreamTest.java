package dev.assay.agent.opencode;

import static dev.assay.agent.cli.Capture.all;
import static dev.assay.agent.cli.Capture.finish;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import dev.assay.agent.AgentEvent;
import dev.assay.agent.AgentResult;
import dev.assay.agent.CanonicalTool;
import dev.assay.agent.Ending;
import dev.assay.agent.cli.Capture;
import dev.assay.agent.cli.CliStream;
import dev.assay.agent.cli.StreamContract;
import dev.assay.process.Exit;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;

class OpenCodeStreamTest extends StreamContract {
    private final OpenCodeStream stream = new OpenCodeStream();

    @Override
    protected CliStream open() {
        return new OpenCodeStream();
    }

    @Override
    protected boolean mayBeSilent(JsonNode line) {
        return false;
    }

    @ParameterizedTest
    @CsvSource({
        // capture, exit code, limit, ending
        "api-400, 137, STARTUP, IDLE_AT_START",
        "api-401, 137, STARTUP, IDLE_AT_START",
        "api-hang, 137, WALL, TIMED_OUT",
        "api-503-forever, 1, NONE, OVERLOADED",
        "unknown-model, 1, NONE, API_ERROR",
        "resume.3, 1, NONE, CLI_USAGE",
        "stdin-open-never-closed, 137, STARTUP, IDLE_AT_START",
        "cookie-nohup, 137, TOOL, TIMED_OUT",
        "cookie-nohup, 137, WALL, TIMED_OUT",
        "permission-deny, 0, NONE, INTERRUPTED",
        "permission-external-dir, 0, NONE, INTERRUPTED",
        "permission-external-dir, 143, IDLE, IDLE",
        "signal-sigint-in-bash, 130, NONE, INTERRUPTED",
        "signal-sigterm-in-bash, 143, NONE, INTERRUPTED",
        "signal-sigterm-in-bash, 143, IDLE, IDLE_AT_START",
        "signal-sigterm-in-bash, 1, NONE, CLI_CRASHED",
        "success-write-bash, 1, NONE, CLI_CRASHED",
        "success-write-bash, 143, LINGER, COMPLETED",
        "success-write-bash, 0, NONE, COMPLETED",
        "api-429-then-ok, 0, NONE, COMPLETED",
        "api-500-then-ok, 0, NONE, COMPLETED",
        "background-nohup, 0, NONE, COMPLETED",
        "bash-timeout, 0, NONE, COMPLETED",
        "prompt-stdin, 0, NONE, COMPLETED",
        "resume, 0, NONE, COMPLETED",
        "resume.2, 0, NONE, COMPLETED",
        "root, 0, NONE, COMPLETED",
        "success-auto, 0, NONE, COMPLETED",
        "thinking, 0, NONE, COMPLETED",
    })
    void should_tell_how_a_call_ended(String capture, int exitCode, Exit.Limit fired, Ending ending) {
        assertEnds(capture, exitCode, fired, ending);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{\"name\":\"ProviderAuthError\",\"data\":{\"message\":\"no\"}}|AUTH",
                "{\"name\":\"APIError\",\"data\":{\"message\":\"Incorrect API key\",\"statusCode\":401}}|AUTH",
                "{\"name\":\"APIError\",\"data\":{\"message\":\"slow down\",\"statusCode\":429}}|RATE_LIMITED",
                "{\"name\":\"APIError\",\"data\":{\"message\":\"no\",\"statusCode\":429,\"responseBody\":\"insufficient_quota\"}}|BILLING",
                "{\"name\":\"APIError\",\"data\":{\"message\":\"This model's maximum context length is 8192\",\"statusCode\":400}}|CONTEXT_FULL",
                "{\"name\":\"ContextOverflowError\",\"data\":{\"message\":\"no\"}}|CONTEXT_FULL",
                "{\"name\":\"ProviderModelNotFoundError\",\"data\":{}}|MODEL_NOT_FOUND",
                "{\"name\":\"MessageAbortedError\",\"data\":{\"message\":\"no\"}}|INTERRUPTED",
                "{\"name\":\"StructuredOutputError\",\"data\":{\"message\":\"no\"}}|SCHEMA_FAILED",
                "{\"name\":\"NewError\"}|API_ERROR",
            })
    void should_tell_from_the_error_how_a_call_ended(String error, Ending ending) {
        stream.read(("{\"type\":\"error\",\"sessionID\":\"s\",\"error\":" + error + "}").getBytes(UTF_8));

        assertThat(finish(stream, 1, Exit.Limit.NONE).ending()).isEqualTo(ending);
    }

    @ParameterizedTest
    @CsvSource({"length, CONTEXT_FULL", "content-filter, REFUSED", "unknown, INTERRUPTED"})
    void should_not_take_another_reason_for_success(String reason, Ending ending) {
        stream.read("{\"type\":\"step_start\",\"sessionID\":\"s\",\"part\":{}}".getBytes(UTF_8));
        stream.read(("{\"type\":\"step_finish\",\"sessionID\":\"s\",\"part\":{\"reason\":\"" + reason + "\"}}")
                .getBytes(UTF_8));

        assertThat(finish(stream, 0, Exit.Limit.NONE).ending()).isEqualTo(ending);
    }

    @Test
    void should_read_a_session_that_writes_and_runs() {
        List<AgentEvent> events = replay("success-write-bash");

        assertThat(events.get(0)).isInstanceOf(AgentEvent.SessionStarted.class);
        assertWritesAndRuns(events);
        assertThat(all(events, AgentEvent.ToolFinished.class))
                .extracting(
                        AgentEvent.ToolFinished::ok,
                        AgentEvent.ToolFinished::exitCode,
                        AgentEvent.ToolFinished::durationMillis)
                .containsExactly(tuple(true, null, 16L), tuple(true, 0, 86L));
        assertThat(all(events, AgentEvent.TurnFinished.class)).hasSize(1);
        assertThat(stream.turnFinished()).isTrue();
        AgentResult result = finish(stream, 0, Exit.Limit.NONE);
        assertThat(result.text()).isEqualTo("Done: hello.txt exists.");
        assertThat(result.usage().input()).isEqualTo(3000);
        assertThat(result.usage().output()).isEqualTo(150);
        assertThat(result.usage().costUsd())
                .hasValueSatisfying(cost -> assertThat(cost).isEqualByComparingTo("0.01125"));
        assertThat(result.usage().costSource()).isEqualTo("cli");
    }

    @Test
    void should_count_a_step_once() {
        Capture capture = new Capture(getClass(), "success-write-bash");
        capture.replay(stream);
        capture.replay(stream);

        assertThat(finish(stream, 0, Exit.Limit.NONE).usage().input()).isEqualTo(3000);
    }

    @Test
    void should_add_reasoning_where_the_total_says_that_it_is_apart() {
        stream.read(("{\"type\":\"step_finish\",\"part\":{\"id\":\"a\",\"reason\":\"stop\",\"tokens\":{\"total\":170,"
                        + "\"input\":100,\"output\":30,\"reasoning\":20,\"cache\":{\"read\":15,\"write\":5}}}}")
                .getBytes(UTF_8));
        assertThat(finish(stream, 0, Exit.Limit.NONE).usage().output()).isEqualTo(50);

        stream.read(("{\"type\":\"step_finish\",\"part\":{\"id\":\"b\",\"reason\":\"stop\",\"tokens\":{\"total\":150,"
                        + "\"input\":100,\"output\":30,\"reasoning\":20,\"cache\":{\"read\":15,\"write\":5}}}}")
                .getBytes(UTF_8));
        assertThat(finish(stream, 0, Exit.Limit.NONE).usage().output()).isEqualTo(80);
        assertThat(finish(stream, 0, Exit.Limit.NONE).usage().cacheRead()).isEqualTo(30);
    }

    @Test
    void should_say_what_was_denied() {
        List<AgentEvent> events = replay("permission-deny");

        assertThat(all(events, AgentEvent.PermissionDenied.class))
                .containsExactly(new AgentEvent.PermissionDenied(
                        "call_scripted_0002", "The user rejected permission to use this specific tool call."));
        assertThat(all(events, AgentEvent.ToolFinished.class))
                .extracting(AgentEvent.ToolFinished::ok, AgentEvent.ToolFinished::denied)
                .containsExactly(tuple(false, true));
    }

    @Test
    void should_tell_a_tool_that_is_not_permitted_from_one_that_was_made_up() {
        List<AgentEvent> taken = stream.read(invalid("bash"));
        assertThat(all(taken, AgentEvent.ToolStarted.class))
                .extracting(AgentEvent.ToolStarted::name, AgentEvent.ToolStarted::canonical)
                .containsExactly(tuple("bash", CanonicalTool.SHELL));
        assertThat(all(taken, AgentEvent.ToolFinished.class))
                .extracting(AgentEvent.ToolFinished::ok, AgentEvent.ToolFinished::denied)
                .containsExactly(tuple(false, true));

        List<AgentEvent> madeUp = stream.read(invalid("teleport"));
        assertThat(all(madeUp, AgentEvent.ToolStarted.class))
                .extracting(AgentEvent.ToolStarted::name, AgentEvent.ToolStarted::canonical)
                .containsExactly(tuple("teleport", CanonicalTool.UNKNOWN));
        assertThat(all(madeUp, AgentEvent.ToolFinished.class))
                .extracting(AgentEvent.ToolFinished::ok, AgentEvent.ToolFinished::denied)
                .containsExactly(tuple(false, false));
    }

    @Test
    void should_not_take_a_price_that_is_not_known_for_nothing() {
        stream.read(("{\"type\":\"step_finish\",\"part\":{\"id\":\"a\",\"reason\":\"stop\",\"cost\":0,"
                        + "\"tokens\":{\"input\":100,\"output\":30}}}")
                .getBytes(UTF_8));

        assertThat(finish(stream, 0, Exit.Limit.NONE).usage().costUsd()).isEmpty();
        assertThat(finish(stream, 0, Exit.Limit.NONE).usage().costSource()).isEqualTo("none");
    }

    @Test
    void should_not_take_a_command_that_was_stopped_for_a_success() {
        assertThat(all(replay("bash-timeout"), AgentEvent.ToolFinished.class))
                .extracting(AgentEvent.ToolFinished::ok, AgentEvent.ToolFinished::exitCode)
                .containsExactly(tuple(false, null));
    }

    @Test
    void should_take_a_step_that_is_open_for_a_call() {
        replay("cookie-nohup");
        assertThat(stream.openCalls()).containsExactly("step 1");

        replay("success-write-bash");
        assertThat(stream.openCalls()).isEmpty();
    }

    @Test
    void should_follow_the_to_do_list() {
        List<AgentEvent> events = stream.read(("{\"type\":\"tool_use\",\"sessionID\":\"s\",\"part\":{\"callID\":\"c\","
                        + "\"tool\":\"todowrite\",\"state\":{\"status\":\"completed\",\"input\":{\"todos\":[{\"content\":"
                        + "\"Write schema\",\"status\":\"in_progress\",\"priority\":\"high\"}]},\"output\":\"[]\"}}}")
                .getBytes(UTF_8));

        assertThat(events)
                .contains(new AgentEvent.Todo(List.of(new AgentEvent.Todo.Item("Write schema", "in_progress"))));
    }

    private List<AgentEvent> replay(String capture) {
        return new Capture(getClass(), capture).replay(stream);
    }

    private static byte[] invalid(String tool) {
        return ("{\"type\":\"tool_use\",\"sessionID\":\"s\",\"part\":{\"callID\":\"c\",\"tool\":\"invalid\",\"state\":"
                        + "{\"status\":\"completed\",\"input\":{\"tool\":\"" + tool + "\",\"error\":\"unavailable\"},"
                        + "\"output\":\"unavailable\",\"metadata\":{}}}}")
                .getBytes(UTF_8);
    }
}
