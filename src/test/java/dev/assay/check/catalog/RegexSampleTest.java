package dev.assay.check.catalog;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RegexSampleTest {
    @ParameterizedTest
    @ValueSource(
            strings = {"(?=x)", "[[:nothing:]]", "[a", "(a", "a)", "\\p", "a{x}", "((((a{64}){64}){64}){64}){64}", "\\"
            })
    void should_give_no_sample_of_what_it_does_not_know(String regex) {
        assertThat(RegexSample.of(regex, 1, 1)).isEmpty();
    }

    @Test
    void should_give_no_sample_of_an_expression_that_would_exhaust_it() {
        assertThat(RegexSample.of("(".repeat(100_000), 1, 1)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "^[A-Z]{3}-\\d{4}$",
                "^[a-z0-9]+(?:-[a-z0-9]+)*$",
                "^#[0-9a-fA-F]{6}$",
                "^[^@\\s]+@[^@\\s]+\\.[a-z]{2,}$",
                "^(red|green|blue)$",
                "^\\+?[0-9]{7,15}$",
                "^https?://.+$",
                "^[\\w.-]{3,20}$",
                "a*b?c+"
            })
    void should_give_a_sample_that_matches(String regex) {
        for (int more : new int[] {0, 3, 8}) {
            assertThat(RegexSample.of(regex, more, 42))
                    .hasValueSatisfying(sample -> assertThat(sample).containsPattern(regex));
        }
    }

    @Test
    void should_give_other_samples_for_other_seeds() {
        assertThat(RegexSample.of("[a-z]{20}", 0, 1)).isNotEqualTo(RegexSample.of("[a-z]{20}", 0, 2));
    }
}
