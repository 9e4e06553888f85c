package dev.assay.analysis.statistics;

import java.util.OptionalDouble;

/** What to expect of k tries, from n of which c passed. */
public final class PassK {
    private PassK() {}

    /**
     * pass@k, the chance that at least one of k tries passes: 1 − C(n−c,k)/C(n,k). M. Chen et al., "Evaluating Large
     * Language Models Trained on Code", 2021, equation 1. Empty where n &lt; k.
     */
    public static OptionalDouble any(int n, int c, int k) {
        require(n, c, k);
        return n < k
                ? OptionalDouble.empty()
                : OptionalDouble.of(1 - Math.exp(Distributions.logChoose(n - c, k) - Distributions.logChoose(n, k)));
    }

    /**
     * pass^k, the chance that all of k tries pass: C(c,k)/C(n,k). S. Yao et al., "τ-bench", 2024, section 3. Empty where
     * n &lt; k.
     */
    public static OptionalDouble all(int n, int c, int k) {
        require(n, c, k);
        return n < k
                ? OptionalDouble.empty()
                : OptionalDouble.of(Math.exp(Distributions.logChoose(c, k) - Distributions.logChoose(n, k)));
    }

    private static void require(int n, int c, int k) {
        if (k < 1 || c < 0 || c > n) {
            throw new IllegalArgumentException("no tries: n=" + n + ", c=" + c + ", k=" + k);
        }
    }
}
