package dev.assay.analysis.statistics;

/** The few distributions that the tests and intervals here need. */
final class Distributions {
    /** The 97.5 % quantile of the normal distribution. */
    static final double Z_95 = 1.959963984540054;
    /** The 80 % quantile of the normal distribution: the usual power of a test. */
    static final double Z_POWER_80 = 0.8416212335729143;

    /** Lanczos' coefficients for g = 7, n = 9 (Godfrey 2001); exact to 15 digits for the arguments used here. */
    private static final double[] LANCZOS = {
        0.99999999999980993,
        676.5203681218851,
        -1259.1392167224028,
        771.32342877765313,
        -176.61502916214059,
        12.507343278686905,
        -0.13857109526572012,
        9.9843695780195716e-6,
        1.5056327351493116e-7
    };

    private Distributions() {}

    /** The natural logarithm of the gamma function, for x ≥ 0.5 (Lanczos 1964). */
    static double logGamma(double x) {
        double z = x - 1;
        double sum = LANCZOS[0];
        for (int i = 1; i < LANCZOS.length; i++) {
            sum += LANCZOS[i] / (z + i);
        }
        double t = z + 7.5;
        return 0.5 * Math.log(2 * Math.PI) + (z + 0.5) * Math.log(t) - t + Math.log(sum);
    }

    /** The natural logarithm of n over k; minus infinity where k is not within 0 and n. */
    static double logChoose(int n, int k) {
        if (k < 0 || k > n) {
            return Double.NEGATIVE_INFINITY;
        }
        return logGamma(n + 1.0) - logGamma(k + 1.0) - logGamma(n - k + 1.0);
    }

    /** P(|T| &gt; t) for Student's t, by the incomplete beta function (Abramowitz and Stegun 26.7.1). */
    static double studentTails(double t, int freedom) {
        return incompleteBeta(freedom / 2.0, 0.5, freedom / (freedom + t * t));
    }

    /** The t with P(|T| &gt; t) = 5 %, found by halving. */
    static double student95(int freedom) {
        double low = 0;
        double high = 13; // 12.706 for one degree of freedom, less for all others
        for (int i = 0; i < 100; i++) {
            double middle = (low + high) / 2;
            if (studentTails(middle, freedom) > 0.05) {
                low = middle;
            } else {
                high = middle;
            }
        }
        return (low + high) / 2;
    }

    /** The regularised incomplete beta function, by Lentz's continued fraction (Numerical Recipes, 6.4). */
    static double incompleteBeta(double a, double b, double x) {
        if (x <= 0) {
            return 0;
        }
        if (x >= 1) {
            return 1;
        }
        if (x > (a + 1) / (a + b + 2)) {
            return 1 - incompleteBeta(b, a, 1 - x);
        }
        double front = Math.exp(a * Math.log(x) + b * Math.log1p(-x) + logGamma(a + b) - logGamma(a) - logGamma(b)) / a;
        double tiny = 1e-300;
        double c = 1;
        double d = 1 / nonZero(1 - (a + b) * x / (a + 1), tiny);
        double fraction = d;
        for (int m = 1; m < 1000; m++) {
            double even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m));
            d = 1 / nonZero(1 + even * d, tiny);
            c = nonZero(1 + even / c, tiny);
            fraction *= d * c;
            double odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1));
            d = 1 / nonZero(1 + odd * d, tiny);
            c = nonZero(1 + odd / c, tiny);
            fraction *= d * c;
            if (Math.abs(d * c - 1) < 1e-15) {
                break;
            }
        }
        return front * fraction;
    }

    private static double nonZero(double value, double tiny) {
        return Math.abs(value) < tiny ? tiny : value;
    }
}
