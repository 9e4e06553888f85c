package dev.assay.experiment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.assay.experiment.Question.Tally;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class QuestionTest {
    @ParameterizedTest
    @ValueSource(strings = {"", "often", "0", "-1", "1.5", "150%", "%"})
    void should_refuse_what_asks_nothing(String text) {
        assertThatThrownBy(() -> Question.parse(text)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void should_read_rates_and_the_best() {
        assertThat(Question.parse("off")).isEmpty();
        assertThat(Question.parse("best").orElseThrow().text()).isEqualTo("best");
        assertThat(Question.parse("80%").orElseThrow().text()).isEqualTo("80%");
        assertThat(Question.parse("0.8").orElseThrow().text()).isEqualTo("80%");
        assertThat(Question.parse("1").orElseThrow().text()).isEqualTo("100%");
    }

    /** Of all ways in which the remaining repetitions can end, none gives another answer, or one does. */
    @ParameterizedTest
    @CsvSource({"0.8, 5", "0.5, 4", "1, 3", "0.34, 6"})
    void should_be_settled_exactly_when_no_end_of_the_remaining_runs_changes_the_answer(double rate, int planned) {
        Question question = Question.parse(String.valueOf(rate)).orElseThrow();
        for (int passed = 0; passed <= planned; passed++) {
            for (int failed = 0; passed + failed <= planned; failed++) {
                for (int aborted = 0; passed + failed + aborted <= planned; aborted++) {
                    if (passed + failed == 0) {
                        continue;
                    }
                    Tally tally = new Tally(planned, passed, failed, aborted);
                    boolean yes = false;
                    boolean no = false;
                    for (int more = 0; more <= tally.remaining(); more++) {
                        for (int fewer = 0; more + fewer <= tally.remaining(); fewer++) {
                            boolean often = passed + more >= rate * (passed + more + failed + fewer) - 1e-9;
                            yes |= often;
                            no |= !often;
                        }
                    }
                    assertThat(question.settled("a", Map.of("a", tally)).isPresent())
                            .as("%s of %s", tally, rate)
                            .isEqualTo(yes != no);
                }
            }
        }
    }

    @Test
    void should_say_the_answer_with_its_numbers() {
        Question rate = Question.parse("80%").orElseThrow();

        assertThat(rate.settled("a", Map.of("a", new Tally(5, 1, 2, 0))))
                .contains("it cannot pass 80 % of its runs any more (1 of 3 passed, n = 3 of 5)");
        assertThat(rate.settled("a", Map.of("a", new Tally(5, 4, 0, 0))))
                .contains("it passes at least 80 % of its runs, whatever the remaining ones do"
                        + " (4 of 4 passed, n = 4 of 5)");
        assertThat(rate.settled("a", Map.of("a", new Tally(5, 2, 0, 3)))).isPresent();
        assertThat(rate.settled("a", Map.of("a", new Tally(5, 0, 0, 3)))).isEmpty();
    }

    @Test
    void should_settle_a_against_b_for_both_at_once() {
        Question best = Question.parse("best").orElseThrow();
        Map<String, Tally> two = new LinkedHashMap<>();
        two.put("a", new Tally(3, 2, 0, 0));
        two.put("b", new Tally(3, 0, 2, 0));

        assertThat(best.settled("a", two))
                .contains("no other variant can pass as often any more (2 of 2 passed, n = 2 of 3)");
        assertThat(best.settled("b", two).orElseThrow()).contains("it cannot pass as often as a any more");

        two.put("b", new Tally(3, 0, 1, 0)); // it may still draw level
        assertThat(best.settled("a", two)).isEmpty();
        assertThat(best.settled("b", two)).isEmpty();
        assertThat(best.settled("a", Map.of("a", new Tally(3, 3, 0, 0)))).isEmpty();
    }
}
