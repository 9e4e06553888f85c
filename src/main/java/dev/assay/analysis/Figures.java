package dev.assay.analysis;

import dev.assay.analysis.statistics.Interval;
import dev.assay.analysis.statistics.Rate;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalDouble;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** Rates, times and money as people read them, and rates as programs do. */
final class Figures {
    private static final int BAR = 10;
    static final String NONE = "–";

    private Figures() {}

    /** {@code 62.5 %}. */
    static String percent(double share) {
        return String.format(Locale.ROOT, "%.1f %%", share * 100);
    }

    static String percent(OptionalDouble share) {
        return share.isPresent() ? percent(share.getAsDouble()) : NONE;
    }

    /** {@code 40.1–78.2 %}. */
    static String percent(Optional<Interval> interval) {
        return interval.map(each -> String.format(Locale.ROOT, "%.1f–%.1f %%", each.low() * 100, each.high() * 100))
                .orElse(NONE);
    }

    /** {@code +12.5 points}. */
    static String points(double difference) {
        return String.format(Locale.ROOT, "%+.1f", difference * 100);
    }

    static String p(double p) {
        return p < 0.0001 ? "p < 0.0001" : String.format(Locale.ROOT, "p = %.4f", p);
    }

    /** Ten characters, in eighths of one. */
    static String bar(double share) {
        int eighths = (int) Math.round(Math.max(0, Math.min(1, share)) * BAR * 8);
        String part = eighths % 8 == 0 ? "" : String.valueOf((char) ('\u2590' - eighths % 8));
        String bar = "█".repeat(eighths / 8) + part;
        return bar + "·".repeat(BAR - bar.length());
    }

    static String count(long number) {
        return String.format(Locale.ROOT, "%,d", number);
    }

    /** With one decimal where it is not whole. */
    static String number(double number) {
        return number == Math.rint(number) ? count((long) number) : String.format(Locale.ROOT, "%,.1f", number);
    }

    static String dollars(double amount) {
        return String.format(Locale.ROOT, amount > 0 && amount < 0.01 ? "$%.4f" : "$%,.2f", amount);
    }

    /** {@code 0.3 s}, {@code 31 s}, {@code 4 min 05 s}, {@code 1 h 02 min}. */
    static String time(double millis) {
        if (millis < 9_950) {
            return String.format(Locale.ROOT, "%.1f s", millis / 1000);
        }
        long seconds = Math.round(millis / 1000);
        if (seconds < 60) {
            return seconds + " s";
        }
        return seconds < 3600
                ? String.format(Locale.ROOT, "%d min %02d s", seconds / 60, seconds % 60)
                : String.format(Locale.ROOT, "%d h %02d min", seconds / 3600, seconds % 3600 / 60);
    }

    static String dollars(JsonNode amount) {
        return amount.isNumber() ? dollars(amount.doubleValue()) : NONE;
    }

    static String time(JsonNode millis) {
        return millis.isNumber() ? time(millis.doubleValue()) : NONE;
    }

    /** Adds a rate with its intervals. */
    static ObjectNode put(ObjectNode node, Rate rate) {
        node.put("passed", rate.passed()).put("scored", rate.scored()).put("total", rate.total());
        put(node, "rate", rate.value());
        put(node, "rate_interval", rate.interval());
        put(node, "rate_of_all", rate.ofAll());
        put(node, "rate_of_all_interval", rate.intervalOfAll());
        return node;
    }

    static void put(ObjectNode node, String name, OptionalDouble value) {
        if (value.isPresent()) {
            node.put(name, value.getAsDouble());
        } else {
            node.putNull(name);
        }
    }

    static void put(ObjectNode node, String name, Optional<Interval> interval) {
        if (interval.isPresent()) {
            node.putArray(name).add(interval.get().low()).add(interval.get().high());
        } else {
            node.putNull(name);
        }
    }
}
