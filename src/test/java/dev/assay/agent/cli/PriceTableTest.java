package dev.assay.agent.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.assay.agent.Usage;
import java.math.BigDecimal;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PriceTableTest {
    private static final Usage TOKENS = new Usage(1_000_000, 2_000_000, 0, 100_000, 50_000, Optional.empty(), "none");

    private final PriceTable table = PriceTable.shipped();

    @Test
    void should_not_guess_the_price_of_a_model_that_is_not_in_it() {
        assertThat(table.priced(TOKENS, Optional.of("my-own-model"))).isEqualTo(TOKENS);
        assertThat(table.priced(TOKENS, Optional.empty())).isEqualTo(TOKENS);
    }

    @Test
    void should_leave_a_cost_that_the_tool_named() {
        Usage named = new Usage(1000, 0, 0, 50, 0, Optional.of(BigDecimal.ONE), "cli");

        assertThat(table.priced(named, Optional.of("gpt-5.5"))).isEqualTo(named);
        assertThat(table.priced(Usage.NONE, Optional.of("gpt-5.5"))).isEqualTo(Usage.NONE);
    }

    @ParameterizedTest
    @ValueSource(strings = {"gpt-5.5", "GPT-5.5", "openai/gpt-5.5", "gpt-5.5-2026-04-24", "openai/gpt-5.5-20260424"})
    void should_price_each_kind_of_token_and_say_by_which_table(String model) {
        Usage priced = table.priced(TOKENS, Optional.of(model));

        // 1 M read at 5, 2 M from the cache at 0.50, 0.1 M written at 30; reasoning is part of what is written
        assertThat(priced.costUsd()).hasValueSatisfying(cost -> assertThat(cost).isEqualByComparingTo("9"));
        assertThat(priced.costSource()).isEqualTo("price-table:genai-prices@0.1.8");
        assertThat(priced.reasoning()).isEqualTo(50_000);
    }

    @Test
    void should_agree_with_what_a_tool_says_of_its_own_cost() {
        Usage call = new Usage(1000, 0, 0, 50, 0, Optional.empty(), "none");

        assertThat(table.priced(call, Optional.of("claude-sonnet-4-5-20250929")).costUsd())
                .hasValueSatisfying(cost -> assertThat(cost).isEqualByComparingTo("0.00375"));
    }
}
