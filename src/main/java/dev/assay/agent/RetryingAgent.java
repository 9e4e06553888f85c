package dev.assay.agent;

import dev.assay.process.Output;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.DoubleSupplier;
import tools.jackson.databind.node.JsonNodeFactory;

/**
 * Tries a call again where the world failed and {@link RetryPolicy} says so. Each try is a new session on the workspace
 * as it was before the call, and all that it printed is kept; between two tries stands a notice {@code try_again} with
 * how the one ended and how long was waited. The result is the last try's, with the tokens, cost and time of all.
 */
public final class RetryingAgent implements Agent {
    /** Waits. */
    @FunctionalInterface
    public interface Pause {
        void take(Duration time) throws InterruptedException;
    }

    private final Agent agent;
    private final RetryPolicy policy;
    private final Clock clock;
    private final Pause pause;
    private final DoubleSupplier chance;

    /** @param chance numbers from 0 to below 1, which spread the waits */
    public RetryingAgent(Agent agent, RetryPolicy policy, Clock clock, Pause pause, DoubleSupplier chance) {
        this.agent = agent;
        this.policy = policy;
        this.clock = clock;
        this.pause = pause;
        this.chance = chance;
    }

    @Override
    public AgentResult perform(AgentRequest request, AgentSink sink) throws InterruptedException {
        Map<Ending, Integer> made = new EnumMap<>(Ending.class);
        List<String> warnings = new ArrayList<>();
        Usage usage = Usage.NONE;
        Duration duration = Duration.ZERO;
        while (true) {
            Listening listening = new Listening(sink, new RetryAfter(clock));
            AgentResult result = agent.perform(request, listening);
            usage = usage.plus(result.usage());
            duration = duration.plus(result.duration());
            Optional<Duration> wait = wait(result, made, listening.after);
            if (wait.isEmpty()) {
                return whole(result, usage, duration, warnings);
            }
            int number = made.merge(result.ending(), 1, Integer::sum);
            sink.notice(new AgentEvent.Notice(
                    "try_again",
                    JsonNodeFactory.instance
                            .objectNode()
                            .put("retry", number)
                            .put("ending", result.ending().id())
                            .put("message", result.message())
                            .put("wait_ms", wait.get().toMillis())));
            warnings.add("tried-again: " + result.ending().id() + ", after "
                    + wait.get().toSeconds() + " s");
            pause.take(wait.get());
            duration = duration.plus(wait.get());
            request.rewind().back();
        }
    }

    private Optional<Duration> wait(AgentResult result, Map<Ending, Integer> made, RetryAfter after) {
        boolean neverStarted =
                result.ending() == Ending.CLI_CRASHED && result.exitCode().isEmpty();
        if (neverStarted || !result.ending().infrastructure()) {
            return Optional.empty();
        }
        return policy.before(
                result.ending(),
                made.getOrDefault(result.ending(), 0),
                after.asked(result.message()),
                chance.getAsDouble());
    }

    private static AgentResult whole(AgentResult last, Usage usage, Duration duration, List<String> warnings) {
        warnings.addAll(last.warnings());
        return new AgentResult(
                last.ending(),
                last.message(),
                last.text(),
                last.structured(),
                usage,
                last.sessionId(),
                last.model(),
                last.cliVersion(),
                last.exitCode(),
                last.fired(),
                last.apiTime(),
                last.timeToFirstToken(),
                duration,
                List.copyOf(warnings));
    }

    /** Passes all on, and hears what is said of waiting. */
    private record Listening(AgentSink sink, RetryAfter after) implements AgentSink {
        @Override
        public long line(Output.Stream stream, byte[] line) {
            return sink.line(stream, line);
        }

        @Override
        public void event(long seq, int part, AgentEvent event) {
            after.saw(event);
            sink.event(seq, part, event);
        }

        @Override
        public void notice(AgentEvent event) {
            sink.notice(event);
        }
    }
}
