package dev.assay.experiment;

import java.math.BigDecimal;
import java.time.Duration;
import java.util.Optional;

/**
 * The limits of one run.
 *
 * @param retries how often a step may be implemented again by RETRY
 * @param resolutions how many resolutions a step may have in all
 * @param plan time of one planning call
 * @param agent time of one implementing, verifying, researching or fixing call
 * @param tool time that one tool call of an agent may stay open
 * @param check time of one command that a check runs (install, build, start)
 * @param costUsd what the run may cost, in US dollars
 */
public record Limits(
        int retries,
        int resolutions,
        Duration plan,
        Duration agent,
        Duration tool,
        Duration check,
        Optional<BigDecimal> costUsd) {
    public static final Limits DEFAULT = new Limits(
            2,
            7,
            Duration.ofMinutes(10),
            Duration.ofMinutes(15),
            Duration.ofMinutes(10),
            Duration.ofMinutes(10),
            Optional.empty());
}
