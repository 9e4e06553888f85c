package dev.assay.supabase.project;

import java.time.Duration;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Durations as Supabase's settings and its admin API write them: {@code 24h}, {@code 1m30s}, {@code 500ms}. */
public final class GoDuration {
    private static final Pattern PART = Pattern.compile("(\\d+(?:\\.\\d+)?)(ms|h|m|s)");

    private GoDuration() {}

    /** Empty for anything else, and for more than a thousand years. */
    public static Optional<Duration> parse(String text) {
        if (text.equals("0")) {
            return Optional.of(Duration.ZERO);
        }
        Matcher part = PART.matcher(text);
        double millis = 0;
        int at = 0;
        while (part.find() && part.start() == at) {
            double factor = switch (part.group(2)) {
                case "h" -> 3_600_000;
                case "m" -> 60_000;
                case "s" -> 1_000;
                default -> 1;
            };
            millis += Double.parseDouble(part.group(1)) * factor;
            at = part.end();
        }
        boolean whole = at > 0 && at == text.length() && millis < 365_000 * 86_400_000.0;
        return whole ? Optional.of(Duration.ofMillis((long) millis)) : Optional.empty();
    }
}
