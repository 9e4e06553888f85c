package dev.assay.agent;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * Listens to one try for how long the service asks to be left alone: in the wait that the tool itself has last taken, in
 * notices of its limits, and in words such as {@code Please try again in 20s}.
 */
final class RetryAfter {
    private static final Pattern WORDS = Pattern.compile(
            "(?:retry|try again|available again|resets?)[^.\\n]{0,20}?\\b(?:after|in)\\s+"
                    + "(?:(\\d{1,4})\\s?h(?:ours?)?\\s*)?(?:(\\d{1,5})\\s?m(?:in(?:utes?)?)?(?!s)\\s*)?"
                    + "(?:(\\d{1,7}(?:\\.\\d{1,3})?)\\s?(ms|s(?:ec(?:onds?)?)?)\\b)?",
            Pattern.CASE_INSENSITIVE);

    private final Clock clock;
    private @Nullable Duration own;
    private @Nullable Instant limitedUntil;

    RetryAfter(Clock clock) {
        this.clock = clock;
    }

    void saw(AgentEvent event) {
        if (event instanceof AgentEvent.ApiRetry retry && retry.delayMillis() > 0) {
            own = Duration.ofMillis(retry.delayMillis());
        } else if (event instanceof AgentEvent.Notice notice && notice.kind().equals("rate_limit")) {
            // Claude Code's rate_limit_event, as its SDK describes it: seconds since 1970
            JsonNode info = notice.detail().path("rate_limit_info");
            long resets = info.path("resetsAt").asLong(0);
            if (resets > 0 && info.path("status").asString("").equals("rejected")) {
                limitedUntil = Instant.ofEpochSecond(resets);
            }
        }
    }

    /**
     * The wait that is asked for from now on; empty where none is.
     *
     * @param message what the tool said at the end
     */
    Optional<Duration> asked(String message) {
        if (limitedUntil != null && limitedUntil.isAfter(clock.instant())) {
            return Optional.of(Duration.between(clock.instant(), limitedUntil));
        }
        Optional<Duration> said = words(message);
        return said.isPresent() ? said : Optional.ofNullable(own);
    }

    private static Optional<Duration> words(String message) {
        Matcher matcher = WORDS.matcher(message);
        while (matcher.find()) {
            Duration wait = Duration.ZERO;
            if (matcher.group(1) != null) {
                wait = wait.plusHours(Long.parseLong(matcher.group(1)));
            }
            if (matcher.group(2) != null) {
                wait = wait.plusMinutes(Long.parseLong(matcher.group(2)));
            }
            if (matcher.group(3) != null) {
                double number = Double.parseDouble(matcher.group(3));
                boolean millis = matcher.group(4).equalsIgnoreCase("ms");
                wait = wait.plusMillis((long) Math.ceil(millis ? number : number * 1000));
            }
            if (!wait.isZero()) {
                return Optional.of(wait);
            }
        }
        return Optional.empty();
    }
}
