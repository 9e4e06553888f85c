package dev.assay.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.assay.process.Command.Timers;
import dev.assay.process.Exit;
import dev.assay.process.Fence;
import dev.assay.process.Output;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import tools.jackson.databind.node.JsonNodeFactory;

class RetryingAgentTest {
    private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");

    private final Deque<Try> tries = new ArrayDeque<>();
    private final List<Duration> waits = new ArrayList<>();
    private final List<String> rewound = new ArrayList<>();
    private final RecordingSink sink = new RecordingSink();
    private double chance;

    private record Try(
            Ending ending,
            String message,
            OptionalInt exitCode,
            @Nullable AgentEvent event) {}

    @ParameterizedTest
    @EnumSource(
            value = Ending.class,
            names = {"RATE_LIMITED", "OVERLOADED", "API_ERROR", "IDLE_AT_START", "CLI_CRASHED"},
            mode = EnumSource.Mode.EXCLUDE)
    void should_try_once_what_another_try_would_not_change(Ending ending) throws Exception {
        ends(ending, "so it is");

        assertThat(perform().ending()).isEqualTo(ending);
        assertThat(waits).isEmpty();
        assertThat(rewound).isEmpty();
    }

    @Test
    void should_try_once_where_the_program_could_not_be_started() throws Exception {
        tries.add(new Try(Ending.CLI_CRASHED, "not installed", OptionalInt.empty(), null));

        assertThat(perform().ending()).isEqualTo(Ending.CLI_CRASHED);
        assertThat(waits).isEmpty();
    }

    @Test
    void should_give_up_with_the_last_failure_and_the_usage_of_all_tries() throws Exception {
        for (int i = 1; i <= 5; i++) {
            ends(Ending.RATE_LIMITED, "limit " + i);
        }

        AgentResult result = perform();

        assertThat(result.ending()).isEqualTo(Ending.RATE_LIMITED);
        assertThat(result.message()).isEqualTo("limit 5");
        assertThat(waits).containsExactly(seconds(2.5), seconds(5), seconds(10), seconds(20));
        assertThat(rewound).hasSize(4);
        assertThat(result.usage().input()).isEqualTo(50);
        assertThat(result.usage().costUsd())
                .hasValueSatisfying(cost -> assertThat(cost).isEqualByComparingTo("0.5"));
        assertThat(result.duration()).isEqualTo(seconds(5 + 37.5));
    }

    @Test
    void should_keep_what_each_try_gave_and_say_it_on_the_attempt() throws Exception {
        ends(Ending.OVERLOADED, "busy");
        ends(Ending.COMPLETED, "");

        AgentResult result = perform();

        assertThat(result.ending()).isEqualTo(Ending.COMPLETED);
        assertThat(result.warnings()).containsExactly("tried-again: OVERLOADED, after 2 s");
        assertThat(sink.notices(AgentEvent.RunFinished.class)).hasSize(2);
        assertThat(sink.notices(AgentEvent.Notice.class)).singleElement().satisfies(notice -> {
            assertThat(notice.kind()).isEqualTo("try_again");
            assertThat(notice.detail().toString())
                    .isEqualTo("{\"retry\":1,\"ending\":\"OVERLOADED\",\"message\":\"busy\",\"wait_ms\":2500}");
        });
        assertThat(sink.lines()).containsExactly("a line of OVERLOADED", "a line of COMPLETED");
    }

    @Test
    void should_count_each_kind_of_failure_by_itself() throws Exception {
        ends(Ending.API_ERROR, "500");
        ends(Ending.CLI_CRASHED, "crash");
        ends(Ending.API_ERROR, "500");
        ends(Ending.API_ERROR, "500");

        assertThat(perform().ending()).isEqualTo(Ending.API_ERROR);
        assertThat(waits).containsExactly(seconds(2.5), seconds(2.5), seconds(5));
    }

    @Test
    void should_spread_the_waits() throws Exception {
        chance = 0.5;
        ends(Ending.OVERLOADED, "busy");
        ends(Ending.COMPLETED, "");

        perform();

        assertThat(waits).containsExactly(seconds(3.75));
    }

    @ParameterizedTest
    @CsvSource({
        "Rate limit reached. Please try again in 20s., 20",
        "Please try again in 1m30s, 90",
        "retry after 45 seconds, 45",
        "try again in 350ms, 2.5",
        "Too many requests; retry in 3 minutes, 180",
        "nothing of the kind, 2.5",
        "I tried in 20 ways, 2.5",
    })
    void should_wait_at_least_as_long_as_it_is_told(String message, double expected) throws Exception {
        ends(Ending.RATE_LIMITED, message);
        ends(Ending.COMPLETED, "");

        perform();

        assertThat(waits).containsExactly(seconds(expected));
    }

    @Test
    void should_take_the_wait_that_the_tool_itself_was_told() throws Exception {
        tries.add(new Try(
                Ending.RATE_LIMITED,
                "limit",
                OptionalInt.of(1),
                new AgentEvent.ApiRetry(2, 2, 60_000, 429, "rate_limit")));
        ends(Ending.COMPLETED, "");

        perform();

        assertThat(waits).containsExactly(seconds(60));
    }

    @Test
    void should_not_wait_for_a_limit_that_lasts_for_hours() throws Exception {
        tries.add(new Try(
                Ending.RATE_LIMITED,
                "limit",
                OptionalInt.of(1),
                new AgentEvent.Notice(
                        "rate_limit",
                        JsonNodeFactory.instance
                                .objectNode()
                                .set(
                                        "rate_limit_info",
                                        JsonNodeFactory.instance
                                                .objectNode()
                                                .put("status", "rejected")
                                                .put("resetsAt", NOW.getEpochSecond() + 7200)))));

        assertThat(perform().ending()).isEqualTo(Ending.RATE_LIMITED);
        assertThat(waits).isEmpty();
    }

    @Test
    void should_end_where_it_is_interrupted_while_it_waits() {
        ends(Ending.OVERLOADED, "busy");

        assertThatThrownBy(() -> new RetryingAgent(
                                this::next,
                                RetryPolicy.DEFAULT,
                                Clock.systemUTC(),
                                time -> {
                                    throw new InterruptedException();
                                },
                                () -> 0)
                        .perform(request(), sink))
                .isInstanceOf(InterruptedException.class);
        assertThat(rewound).isEmpty();
    }

    private void ends(Ending ending, String message) {
        tries.add(new Try(ending, message, OptionalInt.of(1), null));
    }

    private AgentResult perform() throws InterruptedException {
        return new RetryingAgent(
                        this::next, RetryPolicy.DEFAULT, Clock.fixed(NOW, ZoneOffset.UTC), waits::add, () -> chance)
                .perform(request(), sink);
    }

    private AgentResult next(AgentRequest request, AgentSink to) {
        Try one = tries.remove();
        long seq = to.line(Output.Stream.STDOUT, ("a line of " + one.ending()).getBytes(StandardCharsets.UTF_8));
        if (one.event() != null) {
            to.event(seq, 0, one.event());
        }
        to.notice(new AgentEvent.RunFinished(one.ending(), 1, "none", 0, ""));
        return new AgentResult(
                one.ending(),
                one.message(),
                "",
                Optional.empty(),
                new Usage(10, 0, 0, 1, 0, Optional.of(new BigDecimal("0.1")), "cli"),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                one.exitCode(),
                Exit.Limit.NONE,
                Optional.empty(),
                Optional.empty(),
                Duration.ofSeconds(1),
                List.of());
    }

    private AgentRequest request() {
        return new AgentRequest(
                "run-1",
                Phase.IMPLEMENT,
                Optional.of("s1"),
                1,
                "",
                "Build it.",
                Optional.empty(),
                Path.of("workspace"),
                Path.of("home"),
                Map.of(),
                Optional.empty(),
                Timers.NONE,
                Fence.NONE,
                () -> rewound.add("back"));
    }

    private static Duration seconds(double seconds) {
        return Duration.ofMillis((long) (seconds * 1000));
    }
}
