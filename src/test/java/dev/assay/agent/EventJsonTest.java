package dev.assay.agent;

import static net.javacrumbs.jsonunit.assertj.JsonAssertions.assertThatJson;
import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigDecimal;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.json.JsonMapper;

class EventJsonTest {
    private final JsonMapper json = new JsonMapper();

    @Test
    void should_leave_out_what_an_event_does_not_know() {
        assertThatJson(EventJson.write(new AgentEvent.Text("hello", null, null)).toString())
                .isEqualTo("{type: 'text', text: {text: 'hello'}}");
    }

    @Test
    void should_write_a_tool_call_with_its_own_and_its_common_name() {
        AgentEvent call = new AgentEvent.ToolStarted(
                "c1",
                "Bash",
                CanonicalTool.SHELL,
                json.createObjectNode().put("command", "ls -1"),
                null,
                "ls -1",
                null,
                null,
                null);

        assertThatJson(EventJson.write(call).toString())
                .isEqualTo("{type: 'tool_call', tool_call: {call_id: 'c1', name: 'Bash', canonical: 'shell',"
                        + " input: {command: 'ls -1'}, command: 'ls -1'}}");
    }

    @Test
    void should_write_a_tool_result_with_exit_code_and_digest() {
        AgentEvent result = new AgentEvent.ToolFinished("c1", false, 3, "Exit code 3\nno", 14, "abc", 1_200L, false);

        assertThatJson(EventJson.write(result).toString())
                .isEqualTo("{type: 'tool_result', tool_result: {call_id: 'c1', ok: false, exit_code: 3,"
                        + " output: 'Exit code 3\\nno', output_length: 14, output_sha256: 'abc', duration_ms: 1200,"
                        + " denied: false}}");
    }

    @Test
    void should_write_usage_with_tokens_and_cost() {
        AgentEvent usage = new AgentEvent.UsageReported(
                "session", new Usage(1, 2, 3, 4, 0, Optional.of(new BigDecimal("0.0125")), "cli"), true, null, null);

        assertThatJson(EventJson.write(usage).toString())
                .isEqualTo("{type: 'usage', usage: {scope: 'session', tokens: {input: 1, cache_read: 2,"
                        + " cache_write: 3, output: 4, reasoning: 0}, cost_usd: 0.0125, cost_source: 'cli',"
                        + " cumulative: true}}");
    }

    @Test
    void should_give_a_notice_its_own_kind() {
        AgentEvent notice =
                new AgentEvent.Notice("rate_limit", json.createObjectNode().put("status", 429));

        assertThatJson(EventJson.write(notice).toString()).isEqualTo("{type: 'rate_limit', rate_limit: {status: 429}}");
    }

    @Test
    void should_have_a_form_for_every_kind_of_event() {
        List<AgentEvent> events = List.of(
                new AgentEvent.SessionStarted("s", "m", "1", List.of("Bash"), List.of()),
                new AgentEvent.TurnStarted(2),
                new AgentEvent.Thinking("hm", "msg"),
                new AgentEvent.Todo(List.of(new AgentEvent.Todo.Item("do it", "pending"))),
                new AgentEvent.PermissionDenied("c1", "no"),
                new AgentEvent.ApiRetry(1, 10, 500, 529, "overloaded"),
                new AgentEvent.TurnFinished(true, "completed", "done", null),
                new AgentEvent.RunFinished(Ending.IDLE_AT_START, 137, "idle", 1, "gone"),
                new AgentEvent.Warning("recording-diverged", "exit code 1, recorded 0"),
                new AgentEvent.Unparsed("{"),
                new AgentEvent.Unknown("tool_progress"));

        assertThat(events.stream()
                        .map(event -> EventJson.write(event).path("type").asString()))
                .containsExactly(
                        "session_started",
                        "turn_started",
                        "thinking",
                        "todo",
                        "permission_denied",
                        "api_retry",
                        "turn_finished",
                        "run_finished",
                        "warning",
                        "unparsed",
                        "unknown");
        assertThat(events).allSatisfy(event -> {
            String type = EventJson.type(event);
            assertThat(EventJson.write(event).path(type).isObject()).as(type).isTrue();
        });
        assertThatJson(EventJson.write(events.get(7)).toString())
                .isEqualTo("{type: 'run_finished', run_finished: {ending: 'IDLE', infrastructure: true,"
                        + " exit_code: 137, stopped_by: 'idle', survivors_killed: 1, stderr_tail: 'gone'}}");
    }
}
