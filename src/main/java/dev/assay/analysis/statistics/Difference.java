package dev.assay.analysis.statistics;

import java.util.Optional;

/**
 * Whether two rates differ, and by how much.
 *
 * @param value the first rate less the second
 * @param interval of the difference, by Newcombe's score method
 * @param p two-sided, by an exact test
 * @param test its name: {@code McNemar} on pairs, {@code Fisher} without
 * @param leastP the smallest p that any result of so many runs could have given
 * @param effect Cohen's h; about 0.2 is small, 0.5 medium, 0.8 large
 */
public record Difference(double value, Interval interval, double p, String test, double leastP, double effect) {
    /** Below this p, a difference is taken for real. */
    public static final double LEVEL = 0.05;

    /** Whether chance is an unlikely explanation. Where several are compared, ask {@link Holm} first. */
    public boolean real() {
        return p < LEVEL;
    }

    /** Whether so few runs could have shown any difference at all. */
    public boolean decidable() {
        return leastP < LEVEL;
    }

    /**
     * Of two independent groups of runs: Fisher's exact test, and the interval of R. G. Newcombe, "Interval estimation
     * for the difference between independent proportions", Statistics in Medicine 17 (1998) 873, method 10. Empty where
     * one of them has no scored run.
     */
    public static Optional<Difference> unpaired(Rate first, Rate second) {
        if (first.scored() == 0 || second.scored() == 0) {
            return Optional.empty();
        }
        double p1 = first.value().orElseThrow();
        double p2 = second.value().orElseThrow();
        return Optional.of(new Difference(
                p1 - p2,
                newcombe(first, second, 0),
                fisher(first.passed(), first.failed(), second.passed(), second.failed()),
                "Fisher",
                fisher(first.scored(), 0, 0, second.scored()),
                cohenH(p1, p2)));
    }

    /**
     * Of pairs of runs: the exact McNemar test, and the interval of R. G. Newcombe, "Improved confidence intervals for
     * the difference between binomial proportions based on paired data", Statistics in Medicine 17 (1998) 2635, method
     * 10. Empty where there is no pair.
     *
     * @param both pairs of which both passed
     * @param onlyFirst pairs of which only the first passed
     * @param onlySecond pairs of which only the second passed
     * @param neither pairs of which none passed
     */
    public static Optional<Difference> paired(int both, int onlyFirst, int onlySecond, int neither) {
        int n = both + onlyFirst + onlySecond + neither;
        if (n == 0) {
            return Optional.empty();
        }
        Rate first = new Rate(both + onlyFirst, n, n);
        Rate second = new Rate(both + onlySecond, n, n);
        double a = both + onlyFirst;
        double b = both + onlySecond;
        double product = a * (n - a) * b * (n - b);
        double phi = 0;
        if (product > 0) {
            double cross = (double) both * neither - (double) onlyFirst * onlySecond;
            // with the paper's correction for continuity where the association is positive
            double corrected = cross > 0 ? Math.max(cross - n / 2.0, 0) : cross;
            phi = corrected / Math.sqrt(product);
        }
        double p1 = first.value().orElseThrow();
        double p2 = second.value().orElseThrow();
        return Optional.of(new Difference(
                p1 - p2,
                newcombe(first, second, phi),
                mcNemar(onlyFirst, onlySecond),
                "McNemar",
                mcNemar(n, 0),
                cohenH(p1, p2)));
    }

    private static Interval newcombe(Rate first, Rate second, double phi) {
        double p1 = first.value().orElseThrow();
        double p2 = second.value().orElseThrow();
        Interval w1 = first.interval().orElseThrow();
        Interval w2 = second.interval().orElseThrow();
        double low = distance(p1 - w1.low(), w2.high() - p2, phi);
        double high = distance(w1.high() - p1, p2 - w2.low(), phi);
        return new Interval(p1 - p2 - low, p1 - p2 + high).within(-1, 1);
    }

    private static double distance(double one, double other, double phi) {
        return Math.sqrt(Math.max(0, one * one - 2 * phi * one * other + other * other));
    }

    /**
     * Two-sided p of the exact McNemar test: a binomial test of the pairs that differ against ½. Q. McNemar,
     * Psychometrika 12 (1947) 153.
     */
    static double mcNemar(int onlyFirst, int onlySecond) {
        int n = onlyFirst + onlySecond;
        double tail = 0;
        for (int i = 0; i <= Math.min(onlyFirst, onlySecond); i++) {
            tail += Math.exp(Distributions.logChoose(n, i) + n * Math.log(0.5));
        }
        return Math.min(1, 2 * tail);
    }

    /**
     * Two-sided p of Fisher's exact test: the chance of all tables with the same margins that are no likelier than this
     * one. R. A. Fisher, "Statistical Methods for Research Workers", 1934, section 21.02.
     */
    static double fisher(int passed1, int failed1, int passed2, int failed2) {
        int n1 = passed1 + failed1;
        int n2 = passed2 + failed2;
        int passed = passed1 + passed2;
        double all = Distributions.logChoose(n1 + n2, passed);
        double seen = chance(n1, n2, passed, passed1, all);
        double sum = 0;
        for (int k = Math.max(0, passed - n2); k <= Math.min(n1, passed); k++) {
            double chance = chance(n1, n2, passed, k, all);
            // equal chances differ by rounding
            if (chance <= seen * (1 + 1e-7)) {
                sum += chance;
            }
        }
        return Math.min(1, sum);
    }

    private static double chance(int n1, int n2, int passed, int k, double logAll) {
        return Math.exp(Distributions.logChoose(n1, k) + Distributions.logChoose(n2, passed - k) - logAll);
    }

    /** Cohen's h. J. Cohen, "Statistical Power Analysis for the Behavioral Sciences", 1988, chapter 6. */
    static double cohenH(double p1, double p2) {
        return 2 * Math.asin(Math.sqrt(p1)) - 2 * Math.asin(Math.sqrt(p2));
    }

    /**
     * The smallest difference from a rate that two groups of so many runs show in 80 of 100 cases, at the 5 % level: h =
     * (z.975 + z.80) √(1/n₁ + 1/n₂), Cohen 1988, chapter 6, turned back into a difference. Empty where none is large
     * enough.
     *
     * @param rate one group's rate; the other's may be above or below, and the smaller difference counts
     */
    public static Optional<Double> smallest(double rate, int n1, int n2) {
        if (n1 < 1 || n2 < 1) {
            return Optional.empty();
        }
        double h = (Distributions.Z_95 + Distributions.Z_POWER_80) * Math.sqrt(1.0 / n1 + 1.0 / n2);
        double angle = 2 * Math.asin(Math.sqrt(rate));
        Optional<Double> smallest = Optional.empty();
        for (double other : new double[] {angle + h, angle - h}) {
            if (other >= 0 && other <= Math.PI) {
                double root = Math.sin(other / 2);
                double difference = Math.abs(root * root - rate);
                smallest = Optional.of(
                        smallest.map(least -> Math.min(least, difference)).orElse(difference));
            }
        }
        return smallest;
    }
}
