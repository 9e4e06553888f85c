package dev.assay.budget;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.assay.agent.Agent;
import dev.assay.agent.AgentEvent;
import dev.assay.agent.AgentResult;
import dev.assay.agent.AgentSink;
import dev.assay.agent.Ending;
import dev.assay.agent.Usage;
import dev.assay.process.Exit;
import dev.assay.process.Output;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;

class BudgetedAgentTest {
    private static final AgentSink NOWHERE = new AgentSink() {
        @Override
        public long line(Output.Stream stream, byte[] line) {
            return 1;
        }

        @Override
        public void event(long seq, int part, AgentEvent event) {}

        @Override
        public void notice(AgentEvent event) {}
    };

    private final Ledger ledger = new Ledger(new BigDecimal("1.00"));

    private AgentResult call(Agent agent) throws InterruptedException {
        return new BudgetedAgent(agent, ledger).perform(null, NOWHERE);
    }

    private static Agent costing(String usd) {
        return (request, sink) -> new AgentResult(
                Ending.COMPLETED,
                "",
                "done",
                Optional.empty(),
                new Usage(1, 0, 0, 1, 0, Optional.of(new BigDecimal(usd)), "cli"),
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

    @Test
    void should_make_no_further_call_when_the_budget_is_used_up() throws Exception {
        assertThat(call(costing("0.60")).ending()).isEqualTo(Ending.COMPLETED);
        assertThat(call(costing("0.60")).ending()).isEqualTo(Ending.COMPLETED);

        AgentResult refused = call((request, sink) -> {
            throw new AssertionError("it was called");
        });

        assertThat(refused.ending()).isEqualTo(Ending.BUDGET);
        assertThat(refused.ending().infrastructure()).isTrue();
        assertThat(refused.message()).contains("1.00 USD").contains("1.20 USD").contains("--budget-usd");
    }

    @Test
    void should_not_spend_the_same_money_twice_at_the_same_time() throws Exception {
        call(costing("0.60"));

        AgentResult outer = call((request, sink) -> {
            assertThat(call(costing("0.10")).message()).contains("calls under way need the rest");
            return costing("0.30").perform(request, sink);
        });

        assertThat(outer.ending()).isEqualTo(Ending.COMPLETED);
        assertThat(call(costing("0.01")).ending()).isEqualTo(Ending.COMPLETED);
    }

    @Test
    void should_give_back_what_a_call_that_threw_had_reserved() throws Exception {
        call(costing("0.60"));
        assertThatThrownBy(() -> call((request, sink) -> {
                    throw new IllegalStateException("broken");
                }))
                .hasMessage("broken");

        assertThat(call(costing("0.01")).ending()).isEqualTo(Ending.COMPLETED);
    }
}
