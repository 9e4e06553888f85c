package dev.assay.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.assay.agent.AgentResult;
import dev.assay.agent.Ending;
import dev.assay.agent.Usage;
import dev.assay.process.Exit;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AnswersTest {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "PROCEED",
                "All good: PASS, PROCEED.",
                "Here it is:\n```json\n{\"status\":\"PASS\"}\n```",
                "[]",
                "{\"status\":\"PASS\""
            })
    void should_not_find_json_in_prose(String text) {
        assertThatThrownBy(() -> Answers.json(said(text))).isInstanceOf(MalformedAnswer.class);
    }

    @Test
    void should_read_an_answer_that_is_one_fenced_block() throws Exception {
        assertThat(Answers.json(said("```json\n{\"a\":1}\n```")).path("a").asInt())
                .isEqualTo(1);
    }

    @Test
    void should_say_what_is_wrong_with_a_plan() {
        assertThatThrownBy(() -> plan("{\"steps\":[]}")).hasMessageContaining("steps");
        assertThatThrownBy(() -> plan("{\"steps\":[" + step("a", "cooking", "") + "]}"))
                .hasMessageContaining("phase");
        assertThatThrownBy(() -> plan("{\"steps\":[" + step("a", "setup", "") + "," + step("a", "schema", "") + "]}"))
                .hasMessageContaining("two steps have the id \"a\"");
        assertThatThrownBy(() -> plan("{\"steps\":[" + step("a", "setup", ",\"needs\":[\"b\"]") + "]}"))
                .hasMessageContaining("needs \"b\"");
    }

    @Test
    void should_let_a_step_need_all_earlier_ones_where_it_names_none() throws Exception {
        Plan plan = plan("{\"steps\":[" + step("a", "setup", "") + "," + step("b", "schema", "") + ","
                + step("c", "frontend", ",\"needs\":[\"a\"]") + "]}");

        assertThat(plan.steps().get(1).needs()).containsExactly("a");
        assertThat(plan.steps().get(2).needs()).containsExactly("a");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{}",
                "{\"status\":\"PASS\",\"recommendation\":\"RETRY\",\"issues\":[],\"deviations\":[]}",
                "{\"status\":\"FAIL\",\"recommendation\":\"WEB_SEARCH\",\"issues\":[],\"deviations\":[]}",
                "{\"status\":\"FAIL\",\"recommendation\":\"SKIP\",\"issues\":[],\"deviations\":[],\"reason\":\" \"}",
                "{\"status\":\"pass\",\"recommendation\":\"PROCEED\",\"issues\":[],\"deviations\":[]}"
            })
    void should_refuse_a_malformed_verdict(String json) {
        assertThatThrownBy(() -> Answers.verdict(Schemas.JSON.readTree(json))).isInstanceOf(MalformedAnswer.class);
    }

    private static Plan plan(String json) throws MalformedAnswer {
        return Answers.plan(Schemas.JSON.readTree(json));
    }

    private static String step(String id, String phase, String more) {
        return "{\"id\":\"" + id + "\",\"title\":\"t\",\"description\":\"d\",\"phase\":\"" + phase
                + "\",\"acceptance_criteria\":[]" + more + "}";
    }

    private static AgentResult said(String text) {
        return new AgentResult(
                Ending.COMPLETED,
                "",
                text,
                Optional.empty(),
                Usage.NONE,
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                OptionalInt.empty(),
                Exit.Limit.NONE,
                Optional.empty(),
                Optional.empty(),
                Duration.ZERO,
                List.of());
    }
}
