package dev.assay.analysis.statistics;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;

/**
 * A rate over several experiments, whose runs are not independent: the runs of one experiment tend to pass or fail
 * together.
 *
 * @param clusters the rate within each experiment; those without scored runs say nothing
 */
public record ClusteredRate(List<Rate> clusters) {
    public ClusteredRate {
        clusters = clusters.stream().filter(rate -> rate.scored() > 0).toList();
    }

    /** All runs together. */
    public Rate pooled() {
        return clusters.stream().reduce(Rate.NONE, Rate::plus);
    }

    /**
     * The standard error clustered by experiment: the root of Σ_c (Σ_i (x_ic − x̄))² / n². E. Miller, "Adding Error Bars
     * to Evals", 2024, equation 4. Empty with fewer than two experiments.
     */
    public Optional<Double> standardError() {
        if (clusters.size() < 2) {
            return Optional.empty();
        }
        Rate all = pooled();
        double mean = all.value().orElseThrow();
        double sum = 0;
        for (Rate cluster : clusters) {
            double deviation = cluster.passed() - mean * cluster.scored();
            sum += deviation * deviation;
        }
        return Optional.of(Math.sqrt(sum) / all.scored());
    }

    /** The t interval with C−1 degrees of freedom; empty with fewer than two experiments. */
    public Optional<Interval> interval() {
        return standardError().map(error -> {
            double mean = pooled().value().orElseThrow();
            double half = Distributions.student95(clusters.size() - 1) * error;
            return new Interval(mean - half, mean + half).within(0, 1);
        });
    }

    /**
     * The percentile interval of a bootstrap that draws whole experiments. B. Efron and R. Tibshirani, "An Introduction
     * to the Bootstrap", 1993, chapters 8 and 13. Empty with fewer than two experiments.
     *
     * @param seed the same seed gives the same interval
     */
    public Optional<Interval> bootstrap(int rounds, long seed) {
        if (clusters.size() < 2 || rounds < 1) {
            return Optional.empty();
        }
        Random random = new Random(seed);
        double[] means = new double[rounds];
        for (int round = 0; round < rounds; round++) {
            int passed = 0;
            int scored = 0;
            for (int i = 0; i < clusters.size(); i++) {
                Rate drawn = clusters.get(random.nextInt(clusters.size()));
                passed += drawn.passed();
                scored += drawn.scored();
            }
            means[round] = (double) passed / scored;
        }
        Arrays.sort(means);
        return Optional.of(new Interval(quantile(means, 0.025), quantile(means, 0.975)));
    }

    /** With linear interpolation; type 7 of R. J. Hyndman and Y. Fan, "Sample Quantiles", 1996. */
    static double quantile(double[] sorted, double p) {
        double at = (sorted.length - 1) * p;
        int below = (int) Math.floor(at);
        int above = Math.min(below + 1, sorted.length - 1);
        return sorted[below] + (at - below) * (sorted[above] - sorted[below]);
    }

    /** The median; empty of nothing. */
    public static Optional<Double> median(List<Double> values) {
        if (values.isEmpty()) {
            return Optional.empty();
        }
        List<Double> sorted = new ArrayList<>(values);
        sorted.sort(null);
        return Optional.of(
                quantile(sorted.stream().mapToDouble(Double::doubleValue).toArray(), 0.5));
    }
}
