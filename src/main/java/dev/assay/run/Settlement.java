package dev.assay.run;

import dev.assay.run.RunState.Deciding;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/** Takes note of what came of a run's leaves, and settles its outcome at the end. */
final class Settlement {
    private final RunContext context;
    private final RunState state;
    private final Clock clock;
    private final Instant begun;

    Settlement(RunContext context, RunState state, Clock clock) {
        this.begun = clock.instant();
        this.context = context;
        this.state = state;
        this.clock = clock;
    }

    void note(RunListener.Node node, StageResult result) {
        if (!result.deciding()) {
            return;
        }
        state.decides(node.stage().labels().getOrDefault("layer", node.stage().id()), result);
        boolean over = result.cause()
                .filter(cause ->
                        cause == Cause.TARGET_UNAVAILABLE || cause == Cause.HARNESS_BUG || cause == Cause.TOOL_MISSING)
                .isPresent();
        if (over) {
            state.ended(result);
        }
    }

    /** In a run failed beats aborted beats passed; without a whole evaluation it is never a pass. */
    RunResult settle(boolean interrupted) {
        List<Deciding> deciding = state.deciding();
        if (interrupted) {
            return result(Outcome.ABORTED, Optional.of(Cause.INTERRUPTED), "the run was interrupted");
        }
        for (Outcome outcome : List.of(Outcome.FAILED, Outcome.ABORTED)) {
            List<Deciding> such = deciding.stream()
                    .filter(one -> one.result().outcome() == outcome)
                    .toList();
            if (!such.isEmpty()) {
                String message = such.stream()
                        .map(one -> one.where() + ": " + one.result().message().replace("\n", "; "))
                        .distinct()
                        .limit(5)
                        .collect(Collectors.joining("; "));
                return result(outcome, such.get(0).result().cause(), message);
            }
        }
        if (!state.evaluated()) {
            return result(Outcome.ABORTED, Optional.of(Cause.INTERRUPTED), "the run ended before its evaluation");
        }
        if (!state.unscored().isEmpty()) {
            return result(
                    Outcome.ABORTED,
                    Optional.of(Cause.CHECK_ERROR),
                    "nothing could be asked of " + String.join(", ", state.unscored()));
        }
        return result(Outcome.PASSED, Optional.empty(), "");
    }

    private RunResult result(Outcome outcome, Optional<Cause> cause, String message) {
        return new RunResult(
                outcome,
                cause,
                message,
                !context.info().partial().isEmpty(),
                state.warnings(),
                state.usage(),
                Duration.between(begun, clock.instant()));
    }
}
