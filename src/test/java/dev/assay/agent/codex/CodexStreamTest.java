package dev.assay.agent.codex;

import static dev.assay.agent.cli.Capture.all;
import static dev.assay.agent.cli.Capture.finish;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import dev.assay.agent.AgentEvent;
import dev.assay.agent.AgentResult;
import dev.assay.agent.CanonicalTool;
import dev.assay.agent.Ending;
import dev.assay.agent.Usage;
import dev.assay.agent.cli.Capture;
import dev.assay.agent.cli.CliStream;
import dev.assay.agent.cli.StreamContract;
import dev.assay.process.Exit;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;

class CodexStreamTest extends StreamContract {
    private final CodexStream stream = new CodexStream();

    @Override
    protected CliStream open() {
        return new CodexStream();
    }

    @Override
    protected boolean mayBeSilent(JsonNode line) {
        return line.path("type").asString("").equals("item.updated");
    }

    @ParameterizedTest
    @CsvSource({
        // capture, exit code, limit, ending
        "api-400, 1, NONE, API_ERROR",
        "api-401, 1, NONE, AUTH",
        "api-429, 1, NONE, RATE_LIMITED",
        "api-500-forever, 1, NONE, API_ERROR",
        "api-503, 1, NONE, OVERLOADED",
        "api-failed-event-context, 1, NONE, CONTEXT_FULL",
        "api-hang, 137, IDLE, IDLE_AT_START",
        "api-hang, 137, WALL, TIMED_OUT",
        "no-config-no-auth, 137, WALL, API_ERROR",
        "openai-base-url-env, 137, IDLE, API_ERROR",
        "prompt-none, 1, NONE, CLI_USAGE",
        "resume.3, 1, NONE, CLI_USAGE",
        "stdin-open-never-closed, 137, STARTUP, IDLE_AT_START",
        "signal-sighup-in-shell, 129, NONE, INTERRUPTED",
        "signal-sigint-in-shell, 1, NONE, INTERRUPTED",
        "signal-sigkill-in-shell, 137, NONE, CLI_CRASHED",
        "signal-sigterm-group-in-shell, 143, NONE, INTERRUPTED",
        "signal-sigterm-in-shell, 143, NONE, INTERRUPTED",
        "signal-sigterm-in-shell, 143, STOPPED, INTERRUPTED",
        "signal-sigterm-in-shell, 143, TOOL, TIMED_OUT",
        "signal-sigterm-in-shell, 143, IDLE, IDLE",
        "signal-sigterm-in-shell, 101, NONE, CLI_CRASHED",
        "signal-sigterm-in-shell, 0, NONE, INTERRUPTED",
        "success-patch-and-shell, 1, NONE, CLI_CRASHED",
        "success-patch-and-shell, 143, LINGER, COMPLETED",
        "success-patch-and-shell, 0, NONE, COMPLETED",
        "agents-md-skills, 0, NONE, COMPLETED",
        "api-500-then-ok, 0, NONE, COMPLETED",
        "api-cut-midstream, 0, NONE, COMPLETED",
        "api-drop-then-ok, 0, NONE, COMPLETED",
        "background-nohup, 0, NONE, COMPLETED",
        "cookie-nohup, 0, NONE, COMPLETED",
        "no-git-repo, 0, NONE, COMPLETED",
        "output-schema, 0, NONE, COMPLETED",
        "output-schema-invalid-answer, 0, NONE, COMPLETED",
        "plan-tool, 0, NONE, COMPLETED",
        "prompt-dash-leading, 0, NONE, COMPLETED",
        "prompt-stdin, 0, NONE, COMPLETED",
        "prompt-stdin-dash, 0, NONE, COMPLETED",
        "resume, 0, NONE, COMPLETED",
        "resume.2, 0, NONE, COMPLETED",
        "root, 0, NONE, COMPLETED",
        "sandbox-read-only, 0, NONE, COMPLETED",
        "usage-cached, 0, NONE, COMPLETED",
        "web-search, 0, NONE, COMPLETED",
    })
    void should_tell_how_a_call_ended(String capture, int exitCode, Exit.Limit fired, Ending ending) {
        assertEnds(capture, exitCode, fired, ending);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "You exceeded your current quota, please check your plan and billing details.|BILLING",
                "unexpected status 402 Payment Required|BILLING",
                "unexpected status 404 Not Found: The model `gpt-9` does not exist|MODEL_NOT_FOUND",
                "unexpected status 404 Not Found: no such page|API_ERROR",
                "You've hit your usage limit. Try again at 9:30 PM.|RATE_LIMITED",
                "Selected model is at capacity. Please try a different model.|OVERLOADED",
                "This content was flagged for possible policy violation|REFUSED",
                "stream disconnected before completion|API_ERROR",
            })
    void should_tell_from_the_words_why_a_turn_failed(String message, Ending ending) {
        stream.read("{\"type\":\"turn.started\"}".getBytes(UTF_8));
        stream.read(("{\"type\":\"turn.failed\",\"error\":{\"message\":\"" + message + "\"}}").getBytes(UTF_8));

        AgentResult result = finish(stream, 1, Exit.Limit.NONE);

        assertThat(result.ending()).isEqualTo(ending);
        assertThat(result.message()).contains(message);
    }

    @Test
    void should_read_a_session_that_writes_and_runs() {
        List<AgentEvent> events = replay("success-patch-and-shell");

        assertThat(all(events, AgentEvent.SessionStarted.class))
                .extracting(AgentEvent.SessionStarted::sessionId)
                .containsExactly("01a1fbdd-d9e9-7571-a149-e5001a6d7695");
        assertThat(all(events, AgentEvent.Thinking.class))
                .extracting(AgentEvent.Thinking::text)
                .containsExactly("Plan the work.");
        assertWritesAndRuns(events);
        assertThat(all(events, AgentEvent.ToolFinished.class))
                .extracting(
                        AgentEvent.ToolFinished::ok, AgentEvent.ToolFinished::exitCode, AgentEvent.ToolFinished::output)
                .containsExactly(tuple(true, null, ""), tuple(true, 0, "hello.txt\n"));
        assertThat(stream.openCalls()).isEmpty();
        assertThat(stream.turnFinished()).isTrue();
        AgentResult result = finish(stream, 0, Exit.Limit.NONE);
        assertThat(result.text()).isEqualTo("Done: hello.txt exists.");
        assertThat(result.sessionId()).contains("01a1fbdd-d9e9-7571-a149-e5001a6d7695");
        assertThat(result.usage()).isEqualTo(new Usage(3000, 0, 0, 150, 0, Optional.empty(), "none"));
    }

    @Test
    void should_not_count_twice_what_came_from_the_cache() {
        replay("usage-cached");

        assertThat(finish(stream, 0, Exit.Limit.NONE).usage())
                .isEqualTo(new Usage(1000, 4000, 0, 100, 20, Optional.empty(), "none"));
    }

    @Test
    void should_take_the_last_usage_as_the_threads() {
        stream.read(
                "{\"type\":\"turn.completed\",\"usage\":{\"input_tokens\":1000,\"output_tokens\":50}}".getBytes(UTF_8));
        stream.read("{\"type\":\"turn.started\"}".getBytes(UTF_8));
        assertThat(stream.turnFinished()).isFalse();
        stream.read("{\"type\":\"turn.completed\",\"usage\":{\"input_tokens\":2000,\"output_tokens\":100}}"
                .getBytes(UTF_8));

        assertThat(finish(stream, 0, Exit.Limit.NONE).usage().input()).isEqualTo(2000);
    }

    @Test
    void should_take_a_retry_for_a_retry() {
        List<AgentEvent> events = replay("api-429");

        assertThat(all(events, AgentEvent.ApiRetry.class))
                .containsExactly(
                        new AgentEvent.ApiRetry(1, 2, 0, 429, "RATE_LIMITED"),
                        new AgentEvent.ApiRetry(2, 2, 0, 429, "RATE_LIMITED"));
    }

    @Test
    void should_read_a_retry_without_figures() {
        assertThat(all(replay("no-config-no-auth"), AgentEvent.ApiRetry.class))
                .hasSize(5)
                .last()
                .isEqualTo(new AgentEvent.ApiRetry(0, 0, 0, null, "API_ERROR"));
    }

    @Test
    void should_know_a_call_that_is_open() {
        replay("signal-sigterm-in-shell");

        assertThat(stream.openCalls()).containsExactly("item_1");
        assertThat(stream.turnFinished()).isFalse();
    }

    @Test
    void should_read_a_search_whose_id_stands_twice() {
        List<AgentEvent> events = replay("web-search");

        assertThat(all(events, AgentEvent.ToolStarted.class)).singleElement().satisfies(call -> {
            assertThat(call.canonical()).isEqualTo(CanonicalTool.WEB_SEARCH);
            assertThat(call.input().path("query").asString("")).isEqualTo("supabase rls");
        });
        assertThat(all(events, AgentEvent.ToolFinished.class)).hasSize(1);
        assertThat(stream.openCalls()).isEmpty();
    }

    @Test
    void should_make_a_call_of_each_file_of_a_patch() {
        List<AgentEvent> events = stream.read(("{\"type\":\"item.completed\",\"item\":{\"id\":\"item_1\","
                        + "\"type\":\"file_change\",\"status\":\"failed\",\"changes\":[{\"path\":\"a\",\"kind\":\"add\"},"
                        + "{\"path\":\"b\",\"kind\":\"update\"},{\"path\":\"c\",\"kind\":\"delete\"}]}}")
                .getBytes(UTF_8));

        assertThat(all(events, AgentEvent.ToolStarted.class))
                .extracting(
                        AgentEvent.ToolStarted::callId, AgentEvent.ToolStarted::path, AgentEvent.ToolStarted::canonical)
                .containsExactly(
                        tuple("item_1", "a", CanonicalTool.FILE_WRITE),
                        tuple("item_1.2", "b", CanonicalTool.FILE_EDIT),
                        tuple("item_1.3", "c", CanonicalTool.FILE_EDIT));
        assertThat(all(events, AgentEvent.ToolFinished.class))
                .extracting(AgentEvent.ToolFinished::callId, AgentEvent.ToolFinished::ok)
                .containsExactly(tuple("item_1", false), tuple("item_1.2", false), tuple("item_1.3", false));
    }

    @Test
    void should_read_calls_that_were_not_captured() {
        List<AgentEvent> events = stream.read(("{\"type\":\"item.completed\",\"item\":{\"id\":\"item_1\","
                        + "\"type\":\"mcp_tool_call\",\"server\":\"supabase\",\"tool\":\"list_tables\",\"arguments\":{},"
                        + "\"result\":{\"content\":[{\"type\":\"text\",\"text\":\"[]\"}]},\"error\":null,"
                        + "\"status\":\"completed\"}}")
                .getBytes(UTF_8));
        assertThat(all(events, AgentEvent.ToolStarted.class))
                .extracting(AgentEvent.ToolStarted::name, AgentEvent.ToolStarted::canonical)
                .containsExactly(tuple("mcp__supabase__list_tables", CanonicalTool.TOOL_USE));
        assertThat(all(events, AgentEvent.ToolFinished.class))
                .extracting(AgentEvent.ToolFinished::ok, AgentEvent.ToolFinished::output)
                .containsExactly(tuple(true, "[]"));

        events = stream.read(("{\"type\":\"item.started\",\"item\":{\"id\":\"item_2\",\"type\":\"todo_list\","
                        + "\"items\":[{\"text\":\"Write schema\",\"completed\":true},{\"text\":\"Test\",\"completed\":false}]}}")
                .getBytes(UTF_8));
        assertThat(events)
                .containsExactly(new AgentEvent.Todo(List.of(
                        new AgentEvent.Todo.Item("Write schema", "completed"),
                        new AgentEvent.Todo.Item("Test", "pending"))));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "/bin/bash -lc 'ls -1'|ls -1",
                "/usr/bin/zsh -c ls|ls",
                "bash -lc 'it'\"'\"'s'|it's",
                "bash -lc \"echo \\\"\\$HOME\\\" \\n\"|echo \"$HOME\" \\n",
                "git status --short|git status --short",
                "bash -lc 'open|bash -lc 'open",
            })
    void should_say_what_the_shell_was_told(String line, String script) {
        assertThat(ShellLine.script(line)).isEqualTo(script);
    }

    @Test
    void should_give_the_structured_answer() {
        replay("output-schema");

        assertThat(finish(stream, 0, Exit.Limit.NONE).structured())
                .hasValueSatisfying(answer ->
                        assertThat(answer.path("verdict").asString("")).isEqualTo("PROCEED"));
    }

    @Test
    void should_give_no_structured_answer_where_there_is_none() {
        replay("output-schema-invalid-answer");

        assertThat(finish(stream, 0, Exit.Limit.NONE).structured()).isEmpty();
    }

    @Test
    void should_say_what_was_rejected_before_it_became_a_call() {
        Capture capture = new Capture(getClass(), "sandbox-read-only");

        assertThat(capture.errorLines().stream().flatMap(line -> stream.readError(line).stream()))
                .containsExactly(new AgentEvent.PermissionDenied(
                        null,
                        "patch rejected: writing is blocked by read-only sandbox; rejected by user approval settings"));
    }

    @Test
    void should_say_what_failed_before_it_became_a_call() {
        Capture capture = new Capture(getClass(), "plan-tool");

        assertThat(capture.errorLines().stream().flatMap(line -> stream.readError(line).stream()))
                .hasSize(2)
                .allSatisfy(event -> assertThat(event)
                        .isInstanceOfSatisfying(
                                AgentEvent.Notice.class,
                                notice -> assertThat(notice.detail().toString())
                                        .contains("unsupported call: update_plan")));
    }

    @Test
    void should_say_why_where_only_standard_error_does() {
        AgentResult result = stream.finish(
                OptionalInt.of(1),
                Exit.Limit.NONE,
                Duration.ofSeconds(1),
                "No prompt provided via stdin.\n",
                List.of());

        assertThat(result.message()).isEqualTo("Codex ended CLI_USAGE: No prompt provided via stdin.");
    }

    private List<AgentEvent> replay(String capture) {
        return new Capture(getClass(), capture).replay(stream);
    }
}
