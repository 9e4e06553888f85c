package dev.assay.report;

import dev.assay.agent.Usage;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.Duration;
import java.util.Locale;

/** Times, tokens and money as people read them. */
public final class Amounts {
    private Amounts() {}

    /** {@code 0.3 s}, {@code 31 s}, {@code 4 min 05 s}, {@code 1 h 02 min}. */
    public static String time(Duration time) {
        long millis = Math.max(0, time.toMillis());
        if (millis < 9_950) {
            return String.format(Locale.ROOT, "%.1f s", millis / 1000.0);
        }
        long seconds = (millis + 500) / 1000;
        if (seconds < 60) {
            return seconds + " s";
        }
        if (seconds < 3600) {
            return String.format(Locale.ROOT, "%d min %02d s", seconds / 60, seconds % 60);
        }
        return String.format(Locale.ROOT, "%d h %02d min", seconds / 3600, seconds % 3600 / 60);
    }

    /** {@code 41,200 tokens, $0.12}; empty where nothing is known. */
    public static String usage(Usage usage) {
        String tokens = usage.total() == 0 ? "" : counted(usage.total(), "token");
        String cost = usage.costUsd().map(Amounts::dollars).orElse("");
        return tokens.isEmpty() || cost.isEmpty() ? tokens + cost : tokens + ", " + cost;
    }

    /** Cents, and finer where there is less than one. */
    public static String dollars(BigDecimal amount) {
        boolean small = amount.signum() > 0 && amount.compareTo(new BigDecimal("0.01")) < 0;
        return "$" + amount.setScale(small ? 4 : 2, RoundingMode.HALF_UP).toPlainString();
    }

    /** {@code 1 step}, {@code 1,200 tokens}. */
    public static String counted(long number, String thing) {
        return String.format(Locale.ROOT, "%,d %s%s", number, thing, number == 1 ? "" : "s");
    }
}
