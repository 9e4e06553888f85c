package dev.assay.analysis.statistics;

import java.util.Optional;
import java.util.OptionalDouble;

/**
 * How many of some runs passed. What the world failed at is scored in neither way, and still counted.
 *
 * @param passed how many passed
 * @param scored how many passed or failed
 * @param total all, with those that were aborted
 */
public record Rate(int passed, int scored, int total) {
    public static final Rate NONE = new Rate(0, 0, 0);

    public Rate {
        if (passed < 0 || passed > scored || scored > total) {
            throw new IllegalArgumentException("no rate: " + passed + "/" + scored + "/" + total);
        }
    }

    /** Passed of scored; empty where nothing is scored. */
    public OptionalDouble value() {
        return scored == 0 ? OptionalDouble.empty() : OptionalDouble.of((double) passed / scored);
    }

    /** Passed of all, so that what the world failed at counts as a failure. */
    public OptionalDouble ofAll() {
        return total == 0 ? OptionalDouble.empty() : OptionalDouble.of((double) passed / total);
    }

    public int failed() {
        return scored - passed;
    }

    public int aborted() {
        return total - scored;
    }

    /** Wilson's score interval of {@link #value()}; empty where nothing is scored. */
    public Optional<Interval> interval() {
        return wilson(passed, scored);
    }

    /** Wilson's score interval of {@link #ofAll()}. */
    public Optional<Interval> intervalOfAll() {
        return wilson(passed, total);
    }

    public Rate plus(Rate other) {
        return new Rate(passed + other.passed, scored + other.scored, total + other.total);
    }

    /** {@code 12/20/22}: passed, scored, total. */
    @Override
    public String toString() {
        return passed + "/" + scored + "/" + total;
    }

    /** E. B. Wilson, "Probable inference, the law of succession, and statistical inference", JASA 22 (1927) 209. */
    static Optional<Interval> wilson(int passed, int n) {
        if (n == 0) {
            return Optional.empty();
        }
        double z2 = Distributions.Z_95 * Distributions.Z_95;
        double p = (double) passed / n;
        double centre = (p + z2 / (2 * n)) / (1 + z2 / n);
        double half = Distributions.Z_95 / (1 + z2 / n) * Math.sqrt(p * (1 - p) / n + z2 / (4.0 * n * n));
        // exact at the ends, where rounding would leave 1e-17
        return Optional.of(new Interval(passed == 0 ? 0 : centre - half, passed == n ? 1 : centre + half).within(0, 1));
    }
}
