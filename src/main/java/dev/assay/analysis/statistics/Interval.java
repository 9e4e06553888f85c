package dev.assay.analysis.statistics;

/**
 * A 95 % interval.
 *
 * @param low its lower end
 * @param high its upper end
 */
public record Interval(double low, double high) {
    public boolean contains(double value) {
        return low <= value && value <= high;
    }

    /** The same interval, as far as it is within these bounds. */
    Interval within(double least, double most) {
        return new Interval(Math.max(least, low), Math.min(most, high));
    }
}
