package dev.assay.analysis.statistics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Rates against printed tables, and against SciPy 1.17.1 where no table has the value. */
class RateTest {
    @Test
    void should_refuse_counts_that_cannot_be() {
        assertThatThrownBy(() -> new Rate(3, 2, 5)).hasMessageContaining("3/2/5");
        assertThatThrownBy(() -> PassK.any(3, 4, 1)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> PassK.all(3, 1, 0)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void should_say_nothing_of_nothing() {
        assertThat(Rate.NONE.value()).isEmpty();
        assertThat(Rate.NONE.interval()).isEmpty();
        assertThat(new Rate(0, 0, 4).value()).isEmpty();
        assertThat(new Rate(0, 0, 4).ofAll()).hasValue(0);
    }

    /** The first four are table I of R. G. Newcombe, Statistics in Medicine 17 (1998) 857; the others are SciPy's. */
    @ParameterizedTest
    @CsvSource({
        "81, 263, 0.2553, 0.3662",
        "15, 148, 0.0624, 0.1605",
        "0, 20, 0.0000, 0.1611",
        "1, 29, 0.0061, 0.1718",
        "8, 10, 0.4902, 0.9433",
        "10, 10, 0.7225, 1",
        "1, 1, 0.2065, 1"
    })
    void should_give_wilsons_interval(int passed, int scored, double low, double high) {
        Interval interval = new Rate(passed, scored, scored).interval().orElseThrow();
        assertThat(interval.low()).isCloseTo(low, within(5e-5));
        assertThat(interval.high()).isCloseTo(high, within(5e-5));
        assertThat(interval.contains((double) passed / scored)).isTrue();
    }

    @Test
    void should_have_both_denominators() {
        Rate rate = new Rate(8, 10, 16);
        assertThat(rate.value()).hasValue(0.8);
        assertThat(rate.ofAll()).hasValue(0.5);
        assertThat(rate.aborted()).isEqualTo(6);
        assertThat(rate.failed()).isEqualTo(2);
        assertThat(rate).hasToString("8/10/16");
    }

    /** By counting: of the 45 pairs among 10 tries of which 3 passed, 21 hold no pass and 3 hold two. */
    @Test
    void should_give_pass_at_k_and_pass_hat_k() {
        assertThat(PassK.any(10, 3, 2).orElseThrow()).isCloseTo(24 / 45.0, within(1e-12));
        assertThat(PassK.all(10, 3, 2).orElseThrow()).isCloseTo(3 / 45.0, within(1e-12));
        assertThat(PassK.any(5, 5, 5)).hasValue(1);
        assertThat(PassK.all(5, 4, 5)).hasValue(0);
        assertThat(PassK.any(5, 2, 1).orElseThrow()).isCloseTo(0.4, within(1e-12));
        assertThat(PassK.all(5, 2, 1).orElseThrow()).isCloseTo(0.4, within(1e-12));
        // as exact fractions in Python: comb(169,10)/comb(200,10), comb(150,8)/comb(200,8)
        assertThat(PassK.any(200, 31, 10).orElseThrow()).isCloseTo(0.8221728741067622, within(1e-10));
        assertThat(PassK.all(200, 150, 8).orElseThrow()).isCloseTo(0.09541392355933795, within(1e-10));
    }

    @Test
    void should_leave_pass_at_k_undefined_with_fewer_than_k_tries() {
        assertThat(PassK.any(2, 1, 3)).isEmpty();
        assertThat(PassK.all(2, 1, 3)).isEmpty();
    }

    @Test
    void should_leave_a_clustered_interval_undefined_with_one_experiment() {
        ClusteredRate one = new ClusteredRate(List.of(new Rate(8, 10, 10), new Rate(0, 0, 3)));
        assertThat(one.clusters()).hasSize(1);
        assertThat(one.standardError()).isEmpty();
        assertThat(one.interval()).isEmpty();
        assertThat(one.bootstrap(100, 1)).isEmpty();
    }

    /** Miller's equation written out as a double sum over runs in NumPy, and the t quantile of SciPy. */
    @Test
    void should_cluster_the_error_by_experiment() {
        ClusteredRate rate = new ClusteredRate(List.of(new Rate(8, 10, 10), new Rate(3, 10, 12), new Rate(5, 5, 5)));
        assertThat(rate.pooled()).isEqualTo(new Rate(16, 25, 27));
        assertThat(rate.standardError().orElseThrow()).isCloseTo(0.16666133324799726, within(1e-12));
        // −0.077 to 1.357 before it is cut
        assertThat(rate.interval()).contains(new Interval(0, 1));
        ClusteredRate even = new ClusteredRate(List.of(new Rate(5, 10, 10), new Rate(6, 10, 10), new Rate(7, 10, 10)));
        assertThat(even.interval().orElseThrow().low()).isCloseTo(0.39717100518022297, within(1e-9));
        assertThat(even.interval().orElseThrow().high()).isCloseTo(0.802828994819777, within(1e-9));
    }

    /** Each of the 27 draws of three has a chance of 3.7 %, so the ends of the interval are the extreme draws. */
    @Test
    void should_draw_whole_experiments() {
        ClusteredRate rate = new ClusteredRate(List.of(new Rate(8, 10, 10), new Rate(3, 10, 10), new Rate(5, 5, 5)));
        Interval interval = rate.bootstrap(10_000, 42).orElseThrow();
        assertThat(interval.low()).isCloseTo(0.3, within(1e-12));
        assertThat(interval.high()).isCloseTo(1.0, within(1e-12));
        assertThat(rate.bootstrap(10_000, 42)).contains(interval);
    }

    @Test
    void should_give_the_median() {
        assertThat(ClusteredRate.median(List.of())).isEmpty();
        assertThat(ClusteredRate.median(List.of(3.0, 1.0, 2.0))).contains(2.0);
        assertThat(ClusteredRate.median(List.of(4.0, 1.0, 2.0, 3.0))).contains(2.5);
    }

    /** Student's own table, as printed in every textbook, to more digits by SciPy. */
    @ParameterizedTest
    @CsvSource({
        "1, 12.706204736174694",
        "2, 4.302652729749462",
        "4, 2.7764451051977934",
        "9, 2.262157162798205",
        "30, 2.0422724563012378"
    })
    void should_know_students_t(int freedom, double expected) {
        assertThat(Distributions.student95(freedom)).isCloseTo(expected, within(1e-9));
    }

    /** SciPy's betainc. */
    @ParameterizedTest
    @CsvSource({
        "2.5, 0.5, 0.3, 0.018927124071945658",
        "15, 0.5, 0.9, 0.07785867031466781",
        "0.5, 0.5, 0.1, 0.20483276469913345"
    })
    void should_know_the_incomplete_beta_function(double a, double b, double x, double expected) {
        assertThat(Distributions.incompleteBeta(a, b, x)).isCloseTo(expected, within(1e-12));
        assertThat(Distributions.incompleteBeta(a, b, 0)).isZero();
        assertThat(Distributions.incompleteBeta(a, b, 1)).isEqualTo(1);
    }
}
