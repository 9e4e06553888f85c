package dev.assay.agent.claude;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.tuple;

import dev.assay.agent.AgentEvent;
import dev.assay.agent.AgentResult;
import dev.assay.agent.CanonicalTool;
import dev.assay.agent.Ending;
import dev.assay.process.Exit;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalInt;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ClaudeStreamTest {
    private final ClaudeStream stream = new ClaudeStream();

    @ParameterizedTest
    @CsvSource({
        // capture, exit code, limit, ending
        "api-401-no-retries, 1, NONE, AUTH",
        "api-401, 137, WALL, AUTH",
        "api-400-credit, 1, NONE, BILLING",
        "api-400-prompt-too-long, 1, NONE, CONTEXT_FULL",
        "api-529-forever-3-retries, 1, NONE, OVERLOADED",
        "api-hang-timeout-5s, 1, NONE, API_ERROR",
        "max-turns, 1, NONE, LIMIT_TURNS",
        "max-budget, 1, NONE, LIMIT_BUDGET",
        "json-schema-never-valid, 1, NONE, SCHEMA_FAILED",
        "stop-max-tokens, 1, NONE, CONTEXT_FULL",
        "session-resume-unknown, 1, NONE, CLI_USAGE",
        "signal-sigterm-in-bash, 143, NONE, INTERRUPTED",
        "signal-sigterm-in-bash, 143, WALL, TIMED_OUT",
        "signal-sigterm-in-bash, 143, IDLE, IDLE",
        "signal-sigterm-in-bash, 137, NONE, CLI_CRASHED",
        "signal-sigterm-in-bash, 0, NONE, INTERRUPTED",
        "signal-sigint-in-bash, 0, NONE, INTERRUPTED",
        "success-output-text, 1, NONE, CLI_USAGE",
        "success-write-bash, 0, NONE, COMPLETED",
        "success-write-bash, 1, NONE, CLI_CRASHED",
        "success-many-tools, 0, NONE, COMPLETED",
        "json-schema, 0, NONE, COMPLETED",
        "permission-default, 0, NONE, COMPLETED",
        "background-bash-finishes, 0, NONE, COMPLETED",
        "background-bash-sigterm-after-result, 143, LINGER, COMPLETED",
        "subagent-task-name, 0, NONE, COMPLETED",
    })
    void should_tell_how_a_call_ended(String capture, int exitCode, Exit.Limit fired, Ending ending)
            throws IOException {
        replay(capture);

        AgentResult result =
                stream.finish(OptionalInt.of(exitCode), fired, Duration.ofSeconds(1), "said on stderr", List.of());

        assertThat(result.ending()).isEqualTo(ending);
        assertThat(result.message().isEmpty()).isEqualTo(ending == Ending.COMPLETED);
    }

    @Test
    void should_end_idle_at_start_where_nothing_came() {
        AgentResult result =
                stream.finish(OptionalInt.of(137), Exit.Limit.STARTUP, Duration.ofSeconds(1), "", List.of());

        assertThat(result.ending()).isEqualTo(Ending.IDLE_AT_START);
        assertThat(result.message()).contains("STARTUP");
    }

    @Test
    void should_say_why_a_call_failed() throws IOException {
        replay("api-401-no-retries");

        assertThat(finish(1).message()).contains("AUTH").contains("Invalid API key");
    }

    @Test
    void should_read_a_session_that_writes_and_runs() throws IOException {
        List<AgentEvent> events = replay("success-write-bash");

        assertThat(events.get(0)).isInstanceOfSatisfying(AgentEvent.SessionStarted.class, started -> {
            assertThat(started.model()).isEqualTo("claude-sonnet-4-5");
            assertThat(started.cliVersion()).isEqualTo("2.1.329");
            assertThat(started.tools()).contains("Bash", "Write");
        });
        assertThat(all(events, AgentEvent.ToolStarted.class))
                .extracting(
                        AgentEvent.ToolStarted::canonical,
                        AgentEvent.ToolStarted::path,
                        AgentEvent.ToolStarted::command)
                .containsExactly(
                        tuple(CanonicalTool.FILE_WRITE, "/tmp/app/hello.txt", null),
                        tuple(CanonicalTool.SHELL, null, "ls -1"));
        assertThat(all(events, AgentEvent.ToolFinished.class))
                .extracting(
                        AgentEvent.ToolFinished::ok,
                        AgentEvent.ToolFinished::exitCode,
                        AgentEvent.ToolFinished::durationMillis)
                .containsExactly(tuple(true, null, 28L), tuple(true, 0, 31L));
        AgentResult result = finish(0);
        assertThat(result.text()).isEqualTo("Done: hello.txt exists.");
        assertThat(result.usage().input()).isEqualTo(3000);
        assertThat(result.usage().output()).isEqualTo(150);
        assertThat(result.usage().costUsd())
                .hasValueSatisfying(cost -> assertThat(cost).isEqualByComparingTo("0.01125"));
        assertThat(result.usage().costSource()).isEqualTo("cli");
        assertThat(result.timeToFirstToken()).contains(Duration.ofMillis(116));
        assertThat(result.apiTime()).contains(Duration.ofMillis(66));
        assertThat(result.sessionId()).contains("357be4b1-9241-4edf-aa4f-ddcb4fd9f246");
    }

    @Test
    void should_report_a_messages_usage_once() throws IOException {
        List<AgentEvent> events = replay("success-write-bash");

        // Three messages, one of them in two blocks.
        assertThat(all(events, AgentEvent.UsageReported.class))
                .extracting(AgentEvent.UsageReported::scope)
                .containsExactly("message", "message", "message", "session");
    }

    @Test
    void should_count_what_was_used_where_no_result_came() throws IOException {
        replay("signal-sigterm-in-bash");

        assertThat(finish(143).usage().input()).isEqualTo(1000);
        assertThat(stream.openCalls()).isEmpty();
    }

    @Test
    void should_count_subagents_in() throws IOException {
        List<AgentEvent> events = replay("subagent-task-name");

        assertThat(finish(0).usage().input()).isEqualTo(4000);
        assertThat(finish(0).text()).isEqualTo("Parent done.");
        assertThat(all(events, AgentEvent.Text.class))
                .filteredOn(text -> text.parentCallId() != null)
                .extracting(AgentEvent.Text::text)
                .containsExactly("Sub starts.", "Sub result.");
    }

    @Test
    void should_take_the_last_result() throws IOException {
        List<AgentEvent> events = replay("background-bash-finishes");

        assertThat(finish(0).text()).isEqualTo("Build finished.");
        assertThat(all(events, AgentEvent.SessionStarted.class)).hasSize(1);
        assertThat(all(events, AgentEvent.TurnStarted.class)).containsExactly(new AgentEvent.TurnStarted(2));
        assertThat(all(events, AgentEvent.TurnFinished.class)).hasSize(2);
        assertThat(stream.turnFinished()).isTrue();
        assertThat(stream.backgroundTasksOpen()).isFalse();
    }

    @Test
    void should_give_the_structured_answer() throws IOException {
        replay("json-schema");

        assertThat(finish(0).structured())
                .hasValueSatisfying(answer ->
                        assertThat(answer.path("verdict").stringValue()).isEqualTo("PROCEED"));
    }

    @Test
    void should_say_what_was_denied_once() throws IOException {
        List<AgentEvent> events = replay("permission-default");

        assertThat(all(events, AgentEvent.PermissionDenied.class)).hasSize(1);
        assertThat(all(events, AgentEvent.ToolFinished.class))
                .extracting(AgentEvent.ToolFinished::denied)
                .containsExactly(true, false);
    }

    @ParameterizedTest
    @ValueSource(strings = {"todowrite", "success-many-tools"})
    void should_follow_the_to_do_list(String capture) throws IOException {
        assertThat(all(replay(capture), AgentEvent.Todo.class)
                        .get(0)
                        .items()
                        .get(0)
                        .text())
                .isEqualTo("Write schema");
    }

    @Test
    void should_read_the_exit_code_of_a_failed_command() {
        stream.read(bytes("{\"type\":\"assistant\",\"message\":{\"id\":\"m\",\"content\":[{\"type\":\"tool_use\","
                + "\"id\":\"c\",\"name\":\"Bash\",\"input\":{\"command\":\"false\"}}]}}"));
        assertThat(stream.openCalls()).isNotEmpty();

        List<AgentEvent> events = stream.read(bytes("{\"message\":{\"content\":[{\"type\":\"tool_result\","
                + "\"tool_use_id\":\"c\",\"content\":\"Exit code 3\\nout\",\"is_error\":true}]},\"type\":\"user\"}"));

        assertThat(events).singleElement().isInstanceOfSatisfying(AgentEvent.ToolFinished.class, finished -> {
            assertThat(finished.ok()).isFalse();
            assertThat(finished.exitCode()).isEqualTo(3);
        });
    }

    @Test
    void should_cut_a_long_output_between_characters_and_keep_its_length() {
        String output = "x" + "é".repeat(20_000);

        List<AgentEvent> events = stream.read(bytes("{\"type\":\"user\",\"message\":{\"content\":[{\"type\":"
                + "\"tool_result\",\"tool_use_id\":\"c\",\"content\":\"" + output + "\"}]}}"));

        assertThat(events).singleElement().isInstanceOfSatisfying(AgentEvent.ToolFinished.class, finished -> {
            assertThat(finished.output()).isEqualTo("x" + "é".repeat(16_383));
            assertThat(finished.outputLength()).isEqualTo(40_001);
            assertThat(finished.outputSha256()).hasSize(64);
        });
    }

    @ParameterizedTest
    @ValueSource(strings = {"{\"type\":\"assist", "Error: no", "[1,2]", "null", "{} {}", "{\"a\":\"\u0001\"}"})
    void should_pass_on_what_it_cannot_read(String line) {
        assertThat(stream.read(bytes(line))).containsExactly(new AgentEvent.Unparsed(line));
    }

    @Test
    void should_pass_on_what_is_not_utf_8() {
        assertThat(stream.read(new byte[] {'{', (byte) 0xC3, '}'}))
                .containsExactly(new AgentEvent.Unparsed("{\uFFFD}"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{\"type\":\"keep_alive\"}|keep_alive",
                "{}|''",
                "{\"type\":7}|''",
                "{\"type\":\"system\",\"subtype\":\"new_thing\"}|system/new_thing"
            })
    void should_name_a_type_that_it_does_not_know(String line, String type) {
        assertThat(stream.read(bytes(line))).containsExactly(new AgentEvent.Unknown(type));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"success-many-tools", "subagent-task-name", "permission-default", "api-529-forever-3-retries"})
    void should_never_throw_whatever_is_cut_or_changed(String capture) throws IOException {
        Random random = new Random(7);
        for (byte[] line : lines(capture)) {
            for (int i = 0; i < 60; i++) {
                byte[] broken = Arrays.copyOf(line, line.length - (i % 2 == 0 ? 0 : random.nextInt(line.length)));
                if (i % 2 == 0) {
                    // Types of values change: a text where an object was, and the like.
                    String changed = new String(broken, StandardCharsets.UTF_8)
                            .replaceFirst(":(\\{|\\[|\"|true|false|null|\\d+)", i % 4 == 0 ? ":[$1" : ":1,\"x\":$1");
                    broken = bytes(changed);
                    broken[random.nextInt(broken.length)] = (byte) random.nextInt(128);
                }
                byte[] input = broken;
                assertThatCode(() -> stream.read(input)).doesNotThrowAnyException();
            }
        }
        assertThatCode(() -> finish(0)).doesNotThrowAnyException();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "message",
                "content",
                "usage",
                "tasks",
                "permission_denials",
                "modelUsage",
                "tool_use_result",
                "tool_result_meta",
                "errors",
                "tools",
                "id",
                "timestamp",
                "is_error",
                "result",
                "total_cost_usd",
                "duration_api_ms",
                "ttft_ms",
                "costUSD",
                "inputTokens",
                "input"
            })
    void should_bear_any_kind_of_value_in_a_field(String field) throws IOException {
        for (String value :
                List.of("null", "7", "\"text\"", "[[]]", "{\"a\":{}}", "true", "1e400", "99999999999999999999")) {
            for (byte[] line : lines("success-many-tools")) {
                String changed = new String(line, StandardCharsets.UTF_8)
                        .replace("\"" + field + "\":", "\"" + field + "\":" + value + ",\"was\":");
                assertThatCode(() -> stream.read(bytes(changed))).as(value).doesNotThrowAnyException();
                assertThatCode(() -> finish(0)).as(value).doesNotThrowAnyException();
            }
        }
    }

    private AgentResult finish(int exitCode) {
        return stream.finish(OptionalInt.of(exitCode), Exit.Limit.NONE, Duration.ofSeconds(1), "", List.of());
    }

    private List<AgentEvent> replay(String capture) throws IOException {
        List<AgentEvent> events = new ArrayList<>();
        for (byte[] line : lines(capture)) {
            events.addAll(stream.read(line));
        }
        return events;
    }

    private static <T extends AgentEvent> List<T> all(List<AgentEvent> events, Class<T> kind) {
        return events.stream().filter(kind::isInstance).map(kind::cast).toList();
    }

    private static List<byte[]> lines(String capture) throws IOException {
        try (InputStream in = ClaudeStreamTest.class.getResourceAsStream("2.1.329/" + capture + ".jsonl")) {
            assertThat(in).as(capture).isNotNull();
            return new String(in.readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .map(ClaudeStreamTest::bytes)
                    .toList();
        }
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
