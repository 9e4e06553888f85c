package dev.assay.agent.cursor;

import static dev.assay.agent.cli.Capture.all;
import static dev.assay.agent.cli.Capture.finish;
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

/** On streams that were made by hand: see the README beside them. */
class CursorStreamTest extends StreamContract {
    private final CursorStream stream = new CursorStream();

    @Override
    protected CliStream open() {
        return new CursorStream();
    }

    /** Pieces of a thought, and the message that is said once more after its pieces. */
    @Override
    protected boolean mayBeSilent(JsonNode line) {
        return line.path("subtype").asString("").equals("delta")
                || line.path("type").asString("").equals("assistant");
    }

    @ParameterizedTest
    @CsvSource({
        // stream, exit code, limit, ending
        "error-rate-limit, 1, NONE, RATE_LIMITED",
        "error-context, 0, NONE, CONTEXT_FULL",
        "hangs-in-shell, 143, TOOL, TIMED_OUT",
        "hangs-in-shell, 143, IDLE, IDLE",
        "hangs-in-shell, 1, NONE, CLI_CRASHED",
        "no-result, 0, NONE, INTERRUPTED",
        "no-result, 143, IDLE, IDLE_AT_START",
        "no-result, 1, NONE, CLI_CRASHED",
        "nothing, 1, NONE, CLI_USAGE",
        "nothing, 143, STARTUP, IDLE_AT_START",
        "works, 1, NONE, CLI_CRASHED",
        "works, 143, LINGER, COMPLETED",
        "works, 143, WALL, COMPLETED",
        "works, 0, NONE, COMPLETED",
        "kinds, 0, NONE, COMPLETED",
        "rejected, 0, NONE, COMPLETED",
        "several-results, 0, NONE, COMPLETED",
        "partial-output, 0, NONE, COMPLETED",
    })
    void should_tell_how_a_call_ended(String capture, int exitCode, Exit.Limit fired, Ending ending) {
        assertEnds(capture, exitCode, fired, ending);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "Error: Authentication required. Please run 'agent login' first.|AUTH",
                "Error: The provided API key is invalid.|AUTH",
                "Cannot use this model: gpt-9. Available models: auto, composer-2|MODEL_NOT_FOUND",
                "You've hit your usage limit|RATE_LIMITED",
                "error: unknown option '--frobnicate'|CLI_USAGE",
            })
    void should_tell_from_standard_error_why_nothing_began(String stderr, Ending ending) {
        AgentResult result =
                stream.finish(OptionalInt.of(1), Exit.Limit.NONE, Duration.ofSeconds(1), stderr, List.of());

        assertThat(result.ending()).isEqualTo(ending);
        assertThat(result.message()).contains(stderr);
    }

    @Test
    void should_read_a_session_that_writes_and_runs() {
        List<AgentEvent> events = replay("works");

        assertThat(all(events, AgentEvent.SessionStarted.class))
                .extracting(AgentEvent.SessionStarted::model)
                .containsExactly("Claude 4 Sonnet");
        assertThat(all(events, AgentEvent.Thinking.class))
                .extracting(AgentEvent.Thinking::text)
                .containsExactly("Plan the work.");
        assertWritesAndRuns(events);
        assertThat(all(events, AgentEvent.ToolFinished.class))
                .extracting(
                        AgentEvent.ToolFinished::ok,
                        AgentEvent.ToolFinished::exitCode,
                        AgentEvent.ToolFinished::durationMillis)
                .containsExactly(tuple(true, null, 42L), tuple(true, 0, 31L));
        assertThat(stream.turnFinished()).isTrue();
        AgentResult result = finish(stream, 0, Exit.Limit.NONE);
        assertThat(result.text()).isEqualTo("Done: hello.txt exists.");
        assertThat(result.apiTime()).contains(Duration.ofMillis(900));
        assertThat(result.usage()).isEqualTo(new Usage(3000, 400, 20, 150, 0, Optional.empty(), "none"));
    }

    @Test
    void should_know_every_kind_of_call() {
        List<AgentEvent> events = replay("kinds");

        assertThat(all(events, AgentEvent.ToolStarted.class))
                .extracting(AgentEvent.ToolStarted::name, AgentEvent.ToolStarted::canonical)
                .containsExactly(
                        tuple("read", CanonicalTool.FILE_READ),
                        tuple("grep", CanonicalTool.GREP),
                        tuple("edit", CanonicalTool.FILE_EDIT),
                        tuple("delete", CanonicalTool.FILE_EDIT),
                        tuple("ls", CanonicalTool.LIST_DIR),
                        tuple("glob", CanonicalTool.GLOB),
                        tuple("semSearch", CanonicalTool.GREP),
                        tuple("updateTodos", CanonicalTool.TODO),
                        tuple("mcp__supabase__list_tables", CanonicalTool.TOOL_USE),
                        tuple("webSearch", CanonicalTool.WEB_SEARCH),
                        tuple("task", CanonicalTool.AGENT_TASK),
                        tuple("run_terminal_cmd", CanonicalTool.UNKNOWN),
                        tuple("shell", CanonicalTool.SHELL),
                        tuple("newThing", CanonicalTool.UNKNOWN));
        assertThat(all(events, AgentEvent.ToolFinished.class))
                .filteredOn(finished -> !finished.ok())
                .extracting(
                        AgentEvent.ToolFinished::callId,
                        AgentEvent.ToolFinished::exitCode,
                        AgentEvent.ToolFinished::output)
                .containsExactly(tuple("c4", null, "File not found"), tuple("c13", 1, "1 failing\nnpm ERR!\n"));
        assertThat(all(events, AgentEvent.Todo.class))
                .containsExactly(new AgentEvent.Todo(List.of(
                        new AgentEvent.Todo.Item("Write schema", "in_progress"),
                        new AgentEvent.Todo.Item("Write tests", "pending"))));
        assertThat(all(events, AgentEvent.Notice.class)).hasSize(2);
        assertThat(stream.openCalls()).isEmpty();
    }

    @Test
    void should_say_what_was_rejected() {
        List<AgentEvent> events = replay("rejected");

        assertThat(all(events, AgentEvent.PermissionDenied.class))
                .containsExactly(new AgentEvent.PermissionDenied("c1", "shell was rejected"));
        assertThat(all(events, AgentEvent.ToolFinished.class))
                .extracting(AgentEvent.ToolFinished::ok, AgentEvent.ToolFinished::denied)
                .containsExactly(tuple(false, true));
    }

    @Test
    void should_add_up_several_results_and_take_the_last_answer() {
        List<AgentEvent> events = replay("several-results");

        AgentResult result = finish(stream, 0, Exit.Limit.NONE);
        assertThat(result.text()).isEqualTo("Second.");
        assertThat(result.usage().input()).isEqualTo(3000);
        assertThat(result.usage().output()).isEqualTo(120);
        assertThat(all(events, AgentEvent.UsageReported.class)).hasSize(2);
    }

    @Test
    void should_go_on_where_a_turn_follows_a_result() {
        List<byte[]> lines = new Capture(getClass(), "several-results").lines();
        lines.subList(0, 5).forEach(stream::read);
        assertThat(stream.turnFinished()).isTrue();

        stream.read(lines.get(5));

        assertThat(stream.turnFinished()).isFalse();
    }

    @Test
    void should_join_the_pieces_of_an_answer() {
        List<AgentEvent> events = replay("partial-output");

        assertThat(finish(stream, 0, Exit.Limit.NONE).text()).isEqualTo("{\"status\":\"PASS\"}");
        assertThat(all(events, AgentEvent.Text.class)).hasSizeBetween(2, 3);
    }

    private List<AgentEvent> replay(String capture) {
        return new Capture(getClass(), capture).replay(stream);
    }
}
