package dev.assay.agent.gemini;

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
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;

class GeminiStreamTest extends StreamContract {
    private final GeminiStream stream = new GeminiStream();

    @Override
    protected CliStream open() {
        return new GeminiStream();
    }

    @Override
    protected boolean mayBeSilent(JsonNode line) {
        return false;
    }

    @ParameterizedTest
    @CsvSource({
        // capture, exit code, limit, ending
        "api-400, 144, NONE, API_ERROR",
        "api-401, 145, NONE, AUTH",
        "api-429, 137, WALL, TIMED_OUT",
        "api-429, 137, IDLE, IDLE_AT_START",
        "cookie-nohup, 137, TOOL, TIMED_OUT",
        "cookie-nohup, 137, IDLE, IDLE",
        "output-json, 0, NONE, INTERRUPTED",
        "signal-sigterm-group-in-shell, 0, NONE, INTERRUPTED",
        "signal-sigterm-group-in-shell, 0, STOPPED, INTERRUPTED",
        "signal-sigterm-group-in-shell, 1, NONE, CLI_CRASHED",
        "signal-sigint-in-shell, 0, NONE, COMPLETED",
        "signal-sigterm-in-shell, 0, NONE, COMPLETED",
        "background-nohup, 0, NONE, COMPLETED",
        "background-nohup, 143, LINGER, COMPLETED",
        "background-nohup, 1, NONE, CLI_CRASHED",
        "api-503-then-ok, 0, NONE, COMPLETED",
        "no-yolo, 0, NONE, COMPLETED",
        "prompt-stdin, 0, NONE, COMPLETED",
        "stdin-open-never-closed, 0, NONE, COMPLETED",
    })
    void should_tell_how_a_call_ended(String capture, int exitCode, Exit.Limit fired, Ending ending) {
        assertEnds(capture, exitCode, fired, ending);
    }

    @ParameterizedTest
    @CsvSource({"41, AUTH", "42, CLI_USAGE", "44, CLI_USAGE", "52, CLI_USAGE", "53, LIMIT_TURNS", "55, CLI_USAGE"})
    void should_tell_by_the_exit_code_why_nothing_began(int exitCode, Ending ending) {
        assertThat(finish(stream, exitCode, Exit.Limit.NONE).ending()).isEqualTo(ending);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "unknown|You exceeded your current quota. RESOURCE_EXHAUSTED|173|RATE_LIMITED",
                "unknown|no words|247|OVERLOADED",
                "unknown|API key not valid. Please pass a valid API key.|144|AUTH",
                "unknown|The input token count (1200000) exceeds the maximum number of tokens allowed|144|CONTEXT_FULL",
                "unknown|models/gemini-9 is not found for API version v1beta|148|MODEL_NOT_FOUND",
                "FatalTurnLimitedError|Reached max session turns for this session.|53|LIMIT_TURNS",
                "FatalCancellationError|Operation cancelled.|130|INTERRUPTED",
                "no_space_left|Error executing tool write_file: disk full|54|API_ERROR",
            })
    void should_tell_from_the_error_why_a_call_failed(String type, String message, int exitCode, Ending ending) {
        stream.read("{\"type\":\"init\",\"session_id\":\"s\"}".getBytes(UTF_8));
        stream.read(("{\"type\":\"result\",\"status\":\"error\",\"error\":{\"type\":\"" + type + "\",\"message\":\""
                        + message + "\"}}")
                .getBytes(UTF_8));

        AgentResult result = finish(stream, exitCode, Exit.Limit.NONE);

        assertThat(result.ending()).isEqualTo(ending);
        assertThat(result.message()).contains(message);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "Model response was truncated because it exceeded the token limit. Try using /compress.|CONTEXT_FULL",
                "The model response was blocked due to safety settings.|REFUSED",
                "The model returned an empty response with no text or thoughts.|API_ERROR",
            })
    void should_tell_from_an_event_why_a_result_has_no_words(String message, Ending ending) {
        stream.read(("{\"type\":\"error\",\"severity\":\"error\",\"message\":\"" + message + "\"}").getBytes(UTF_8));
        stream.read("{\"type\":\"result\",\"status\":\"error\",\"stats\":{}}".getBytes(UTF_8));

        assertThat(finish(stream, 0, Exit.Limit.NONE).ending()).isEqualTo(ending);
    }

    @Test
    void should_tell_its_retries_from_standard_error() {
        Capture capture = new Capture(getClass(), "api-429");
        capture.replay(stream);

        List<AgentEvent> retries = capture.errorLines().stream()
                .flatMap(line -> stream.readError(line).stream())
                .toList();

        assertThat(retries).hasSizeGreaterThan(5);
        assertThat(retries.get(0)).isEqualTo(new AgentEvent.ApiRetry(1, 0, 0, 429, "RATE_LIMITED"));
        AgentResult result = finish(stream, 137, Exit.Limit.WALL);
        assertThat(result.ending()).isEqualTo(Ending.RATE_LIMITED);
        assertThat(result.message()).contains("status 429");
    }

    @Test
    void should_forget_a_retry_that_helped() {
        new Capture(getClass(), "api-429").errorLines().forEach(stream::readError);
        replay("cookie-nohup");

        assertThat(finish(stream, 137, Exit.Limit.WALL).ending()).isEqualTo(Ending.TIMED_OUT);
    }

    @Test
    void should_read_a_session_that_runs_a_command() {
        List<AgentEvent> events = replay("background-nohup");

        assertThat(all(events, AgentEvent.SessionStarted.class))
                .extracting(AgentEvent.SessionStarted::model)
                .containsExactly("gemini-2.5-pro");
        assertThat(all(events, AgentEvent.ToolStarted.class))
                .extracting(AgentEvent.ToolStarted::canonical, AgentEvent.ToolStarted::command)
                .containsExactly(tuple(CanonicalTool.SHELL, "nohup sleep 300 >/dev/null 2>&1 & echo started"));
        assertThat(all(events, AgentEvent.ToolFinished.class))
                .extracting(
                        AgentEvent.ToolFinished::ok,
                        AgentEvent.ToolFinished::output,
                        AgentEvent.ToolFinished::durationMillis)
                .containsExactly(tuple(true, "started", 122L));
        AgentResult result = finish(stream, 0, Exit.Limit.NONE);
        assertThat(result.text()).isEqualTo("Started.");
        assertThat(result.model()).contains("gemini-2.5-pro");
        assertThat(result.usage()).isEqualTo(new Usage(2000, 0, 0, 100, 0, Optional.empty(), "none"));
    }

    @Test
    void should_count_cache_and_thoughts_apart() {
        stream.read(
                ("{\"type\":\"result\",\"status\":\"success\",\"stats\":{\"total_tokens\":1100,\"input_tokens\":1000,"
                                + "\"output_tokens\":70,\"cached\":400,\"input\":600}}")
                        .getBytes(UTF_8));

        assertThat(finish(stream, 0, Exit.Limit.NONE).usage())
                .isEqualTo(new Usage(600, 400, 0, 100, 30, Optional.empty(), "none"));
    }

    @Test
    void should_join_the_pieces_of_the_last_message() {
        for (String piece : List.of("One. ", "Two.")) {
            stream.read(("{\"type\":\"message\",\"role\":\"assistant\",\"content\":\"" + piece + "\",\"delta\":true}")
                    .getBytes(UTF_8));
        }
        assertThat(finish(stream, 0, Exit.Limit.NONE).text()).isEqualTo("One. Two.");

        replay("no-yolo");
        assertThat(finish(stream, 0, Exit.Limit.NONE).text()).isEqualTo("Done: hello.txt exists.");
    }

    @Test
    void should_tell_a_tool_that_is_not_permitted_from_one_that_was_made_up() {
        List<AgentEvent> events = replay("no-yolo");
        assertThat(all(events, AgentEvent.ToolFinished.class))
                .extracting(AgentEvent.ToolFinished::denied)
                .containsExactly(true, true);
        assertThat(all(events, AgentEvent.PermissionDenied.class)).hasSize(2);

        stream.read("{\"type\":\"tool_use\",\"tool_name\":\"teleport\",\"tool_id\":\"t\",\"parameters\":{}}"
                .getBytes(UTF_8));
        events = stream.read(
                ("{\"type\":\"tool_result\",\"tool_id\":\"t\",\"status\":\"error\",\"output\":\"not found\","
                                + "\"error\":{\"type\":\"tool_not_registered\",\"message\":\"not found\"}}")
                        .getBytes(UTF_8));
        assertThat(all(events, AgentEvent.PermissionDenied.class)).isEmpty();
    }

    @Test
    void should_read_the_exit_code_where_it_is_told() {
        stream.read(
                "{\"type\":\"tool_use\",\"tool_name\":\"run_shell_command\",\"tool_id\":\"t\",\"parameters\":{\"command\":\"false\"}}"
                        .getBytes(UTF_8));
        assertThat(stream.openCalls()).containsExactly("t");

        List<AgentEvent> events = stream.read(
                "{\"type\":\"tool_result\",\"tool_id\":\"t\",\"status\":\"success\",\"output\":\"Command exited with code: 3\"}"
                        .getBytes(UTF_8));

        assertThat(all(events, AgentEvent.ToolFinished.class))
                .extracting(AgentEvent.ToolFinished::ok, AgentEvent.ToolFinished::exitCode)
                .containsExactly(tuple(false, 3));
        assertThat(stream.openCalls()).isEmpty();
    }

    private List<AgentEvent> replay(String capture) {
        return new Capture(getClass(), capture).replay(stream);
    }
}
