package dev.assay.run;

import dev.assay.agent.Usage;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * What came of a run.
 *
 * @param outcome passed, failed or aborted
 * @param cause why not passed
 * @param message for people
 * @param partial whether layers were left out by option
 * @param warnings things to show that decide nothing
 */
public record RunResult(
        Outcome outcome,
        Optional<Cause> cause,
        String message,
        boolean partial,
        List<String> warnings,
        Usage usage,
        Duration duration) {}
