package dev.assay.agent;

import java.time.Duration;
import java.util.Map;
import java.util.Optional;

/**
 * Which failures of the world are worth another try, how often, and after how long: twice as long each time, spread so
 * that parallel runs do not come back at once, and never before the service asked to be left alone until.
 *
 * @param retries how often each ending is tried again; one that is not there is not
 * @param first the wait before the second try
 * @param longest the most that is waited on our own account
 * @param patience the longest wait that a service may ask for; one that asks for more is not tried again
 */
public record RetryPolicy(Map<Ending, Integer> retries, Duration first, Duration longest, Duration patience) {
    /**
     * What the CLIs and their services have shown: limits and overload pass; a failed or silent service may; a crash may
     * have been an accident. Sign-in, billing, an unknown model and refused arguments stay as they are, and what the
     * agent itself did wrong is not tried again here.
     */
    public static final RetryPolicy DEFAULT = new RetryPolicy(
            Map.of(
                    Ending.RATE_LIMITED, 4,
                    Ending.OVERLOADED, 4,
                    Ending.API_ERROR, 2,
                    Ending.IDLE_AT_START, 1,
                    Ending.CLI_CRASHED, 1),
            Duration.ofSeconds(5),
            Duration.ofMinutes(2),
            Duration.ofMinutes(10));

    public RetryPolicy {
        retries = Map.copyOf(retries);
    }

    /**
     * How long to wait before another try; empty where there is to be none.
     *
     * @param ending how the last try ended
     * @param made how many retries there were already for this ending
     * @param asked how long the service asks to be left alone, where it does
     * @param chance from 0 to below 1: where in its spread the wait lies
     */
    public Optional<Duration> before(Ending ending, int made, Optional<Duration> asked, double chance) {
        if (made >= retries.getOrDefault(ending, 0)
                || asked.filter(wait -> wait.compareTo(patience) > 0).isPresent()) {
            return Optional.empty();
        }
        long whole = Math.min(longest.toMillis(), first.toMillis() << Math.min(made, 20));
        long own = whole / 2 + (long) (chance * (whole / 2.0));
        // Behind what was asked for, by up to a tenth: all who were told the same come back apart.
        long told = asked.map(wait -> wait.toMillis() + (long) (chance * wait.toMillis() / 10))
                .orElse(0L);
        return Optional.of(Duration.ofMillis(Math.max(own, told)));
    }
}
