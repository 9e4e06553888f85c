package dev.assay.analysis.statistics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Comparisons against printed examples, and against SciPy 1.17.1 where none is at hand. */
class DifferenceTest {
    private static Rate rate(int passed, int scored) {
        return new Rate(passed, scored, scored);
    }

    @Test
    void should_say_nothing_without_a_scored_run_or_a_pair() {
        assertThat(Difference.unpaired(rate(0, 0), rate(1, 2))).isEmpty();
        assertThat(Difference.unpaired(rate(1, 2), new Rate(0, 0, 5))).isEmpty();
        assertThat(Difference.paired(0, 0, 0, 0)).isEmpty();
        assertThat(Difference.smallest(0.5, 0, 10)).isEmpty();
        assertThat(Agreement.kappa(List.of())).isEmpty();
        assertThat(Holm.adjust(List.of())).isEmpty();
    }

    @Test
    void should_say_when_so_few_runs_could_show_nothing() {
        Difference three = Difference.unpaired(rate(3, 3), rate(0, 3)).orElseThrow();
        assertThat(three.p()).isCloseTo(0.1, within(1e-12));
        assertThat(three.decidable()).isFalse();
        assertThat(three.real()).isFalse();
        Difference four = Difference.unpaired(rate(4, 4), rate(0, 4)).orElseThrow();
        assertThat(four.p()).isCloseTo(2 / 70.0, within(1e-12));
        assertThat(four.decidable()).isTrue();
        assertThat(four.real()).isTrue();
        assertThat(Difference.paired(0, 5, 0, 0).orElseThrow().decidable()).isFalse();
        assertThat(Difference.paired(0, 6, 0, 0).orElseThrow().decidable()).isTrue();
    }

    /**
     * The tea tasting of Fisher 1935 and the convicted twins of Fisher 1934, both with the p that R's manual of
     * {@code fisher.test} prints; the third is the example of SciPy's manual.
     */
    @ParameterizedTest
    @CsvSource({
        "3, 1, 1, 3, 0.4857142857",
        "2, 15, 10, 3, 0.0005367241",
        "8, 2, 1, 5, 0.0349650350",
        "100, 50, 80, 70, 0.0249554959"
    })
    void should_give_fishers_exact_p(int passed1, int failed1, int passed2, int failed2, double p) {
        assertThat(Difference.fisher(passed1, failed1, passed2, failed2)).isCloseTo(p, within(1e-9));
        assertThat(Difference.fisher(passed2, failed2, passed1, failed1)).isCloseTo(p, within(1e-9));
    }

    /** By hand: twice the sum of binomial coefficients over 2ⁿ. */
    @Test
    void should_give_mcnemars_exact_p() {
        assertThat(Difference.mcNemar(0, 0)).isEqualTo(1);
        assertThat(Difference.mcNemar(5, 5)).isEqualTo(1);
        assertThat(Difference.mcNemar(1, 6)).isCloseTo(2 * 8 / 128.0, within(1e-12));
        assertThat(Difference.mcNemar(6, 0)).isCloseTo(2 / 64.0, within(1e-12));
        // SciPy's binomtest(6, 65)
        assertThat(Difference.mcNemar(59, 6)).isCloseTo(4.964650327128616e-12, within(1e-20));
    }

    /** Table II of R. G. Newcombe, Statistics in Medicine 17 (1998) 873, method 10. */
    @ParameterizedTest
    @CsvSource({
        "56, 70, 48, 80, 0.0524, 0.3339",
        "9, 10, 3, 10, 0.1705, 0.8090",
        "5, 56, 0, 29, -0.0381, 0.1926",
        "0, 10, 0, 20, -0.1611, 0.2775",
        "10, 10, 0, 20, 0.6791, 1",
        "10, 10, 0, 10, 0.6075, 1"
    })
    void should_give_newcombes_interval(int passed1, int n1, int passed2, int n2, double low, double high) {
        Difference found =
                Difference.unpaired(rate(passed1, n1), rate(passed2, n2)).orElseThrow();
        assertThat(found.test()).isEqualTo("Fisher");
        assertThat(found.interval().low()).isCloseTo(low, within(5e-5));
        assertThat(found.interval().high()).isCloseTo(high, within(5e-5));
    }

    @Test
    void should_narrow_the_interval_by_what_pairs_have_in_common() {
        Difference paired = Difference.paired(40, 8, 2, 50).orElseThrow();
        Difference apart = Difference.unpaired(rate(48, 100), rate(42, 100)).orElseThrow();
        assertThat(paired.value()).isCloseTo(0.06, within(1e-12));
        assertThat(paired.test()).isEqualTo("McNemar");
        assertThat(paired.interval().contains(0.06)).isTrue();
        assertThat(paired.interval().high() - paired.interval().low())
                .isLessThan(apart.interval().high() - apart.interval().low());
        // without any association, it is the interval of independent groups
        Interval unrelated = Difference.paired(25, 25, 25, 25).orElseThrow().interval();
        Interval independent =
                Difference.unpaired(rate(50, 100), rate(50, 100)).orElseThrow().interval();
        assertThat(unrelated).isEqualTo(independent);
    }

    /** J. Cohen 1988, tables 6.2.2 (2 arcsin √.65 = 1.875, 2 arcsin √.50 = 1.571) and 6.4.1 (h = .20: 392 each). */
    @Test
    void should_give_cohens_effect_size_and_the_smallest_difference() {
        assertThat(Difference.cohenH(0.65, 0.50)).isCloseTo(1.875 - 1.571, within(1e-3));
        assertThat(Difference.cohenH(1, 0)).isCloseTo(Math.PI, within(1e-12));
        double smallest = Difference.smallest(0.5, 392, 392).orElseThrow();
        assertThat(Difference.cohenH(0.5 + smallest, 0.5)).isCloseTo(0.20, within(1e-3));
        assertThat(Difference.smallest(0.5, 50, 50).orElseThrow()).isCloseTo(0.26572739402475476, within(1e-9));
        assertThat(Difference.smallest(0.5, 3, 3)).isEmpty();
        assertThat(Difference.smallest(1, 50, 50).orElseThrow()).isLessThan(0.27);
    }

    /** The worked example of the method in R's manual style: p.adjust(c(.01, .04, .03, .005), "holm"). */
    @Test
    void should_adjust_for_several_comparisons() {
        List<Double> adjusted = Holm.adjust(List.of(0.01, 0.04, 0.03, 0.005));
        assertThat(adjusted).hasSize(4);
        assertThat(adjusted.get(0)).isCloseTo(0.03, within(1e-12));
        assertThat(adjusted.get(1)).isCloseTo(0.06, within(1e-12));
        assertThat(adjusted.get(2)).isCloseTo(0.06, within(1e-12));
        assertThat(adjusted.get(3)).isCloseTo(0.02, within(1e-12));
        assertThat(Holm.adjust(List.of(0.9, 0.8))).containsExactly(1.0, 1.0);
    }

    /** The grant proposals of J. Cohen's coefficient as usually printed: 20, 5, 10, 15 gives 0.4. */
    @Test
    void should_give_cohens_kappa() {
        List<Agreement.Pair> pairs = new ArrayList<>();
        add(pairs, "yes", "yes", 20);
        add(pairs, "yes", "no", 5);
        add(pairs, "no", "yes", 10);
        add(pairs, "no", "no", 15);
        assertThat(Agreement.kappa(pairs).orElseThrow()).isCloseTo(0.4, within(1e-12));
        assertThat(Agreement.kappa(List.of(new Agreement.Pair("yes", "yes")))).isEmpty();
    }

    private static void add(List<Agreement.Pair> pairs, String first, String second, int count) {
        for (int i = 0; i < count; i++) {
            pairs.add(new Agreement.Pair(first, second));
        }
    }

    @Test
    void should_rank_what_differs_and_tie_what_does_not() {
        Map<String, Rate> rates = new LinkedHashMap<>();
        rates.put("worst", rate(5, 50));
        rates.put("best", rate(45, 50));
        rates.put("nearly", rate(43, 50));
        rates.put("unscored", new Rate(0, 0, 9));
        Ranking ranking = Ranking.of(rates);
        assertThat(ranking.places()).extracting(Ranking.Place::name).containsExactly("best", "nearly", "worst");
        assertThat(ranking.places()).extracting(Ranking.Place::rank).containsExactly(1, 1, 3);
        assertThat(ranking.places()).extracting(Ranking.Place::tied).containsExactly(true, true, false);
        assertThat(ranking.places().get(1).behind()).isEmpty();
        assertThat(ranking.places().get(2).behind().orElseThrow().p()).isLessThan(1e-6);
    }

    @Test
    void should_tie_all_where_there_are_too_few_runs() {
        Ranking ranking = Ranking.of(Map.of("all", rate(3, 3), "none", rate(0, 3)));
        assertThat(ranking.places()).extracting(Ranking.Place::rank).containsExactly(1, 1);
    }
}
