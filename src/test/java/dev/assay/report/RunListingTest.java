package dev.assay.report;

import static org.assertj.core.api.Assertions.assertThat;

import dev.assay.store.RunList;
import java.time.ZoneOffset;
import java.util.List;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

class RunListingTest {
    private static final String FAILED = """
            {"short_id": "20260301-1200", "experiment": "todo-auth", "variant": "claude-sonnet+codex-gpt-5.5+passive",
             "repetition": 3, "source": "real", "status": "finished", "outcome": "failed", "cause": "check-failed",
             "partial": true, "unisolated": true, "planner_tool": "claude", "planner_model": "sonnet",
             "implementer_tool": "codex", "implementer_model": "gpt-5.5", "verifier_tool": "claude",
             "verifier_model": "sonnet", "skills_mode": "passive", "cost_usd": 1.2345, "duration_ms": 754000,
             "started_at": "2026-03-01T12:00:00+00:00"}
            """;

    @Test
    void should_fit_80_columns_whatever_the_names_are() {
        String long_ = FAILED.replace("todo-auth", "an-experiment-with-a-name-that-nobody-would-give-it")
                .replace("gpt-5.5\"", "a-model-whose-name-is-longer-than-all-the-others-and-goes-on-and-on-and-on\"");

        assertThat(listing(false, FAILED, long_))
                .allSatisfy(line -> assertThat(line.length()).isLessThanOrEqualTo(80));
    }

    @Test
    void should_say_of_a_run_what_came_of_it_and_what_it_took() {
        assertThat(listing(false, FAILED))
                .containsExactly(
                        "20260301-1200  failed       todo-auth claude-sonnet+codex-gpt…  2026-03-01 12:00",
                        "               check-failed · 12 min 34 s · $1.23",
                        "               claude/sonnet › codex/gpt-5.5 › claude/sonnet · skills passive",
                        "               PARTIAL · UNISOLATED");
    }

    @Test
    void should_say_once_what_is_the_same_and_nothing_of_what_is_not_known() {
        assertThat(listing(false, """
                {"short_id": "20260301-1200", "experiment": "todo-auth", "variant": "recorded", "repetition": 1,
                 "source": "recorded", "status": "interrupted", "outcome": "aborted", "cause": "interrupted",
                 "planner_tool": "recorded", "implementer_tool": "recorded", "verifier_tool": "recorded",
                 "skills_mode": "none", "started_at": "2026-03-01T12:00:00+00:00"}
                """))
                .containsExactly(
                        "20260301-1200  interrupted  todo-auth recorded #1  2026-03-01 12:00",
                        "               recorded · RECORDED");
    }

    @Test
    void should_colour_on_a_terminal_and_nowhere_else_and_let_no_text_speak_to_it() {
        String hostile = FAILED.replace("todo-auth", "todo\\u001b[2J");

        assertThat(String.join("\n", listing(false, hostile))).doesNotContain("\u001b");
        assertThat(listing(true, FAILED).get(0)).contains("\u001b[31mfailed");
        assertThat(String.join("\n", listing(true, hostile))).doesNotContain("\u001b[2J");
    }

    private static List<String> listing(boolean terminal, String... runs) {
        List<ObjectNode> rows = List.of(runs).stream()
                .map(run -> (ObjectNode) JsonMapper.shared().readTree(run))
                .toList();
        return new RunListing(terminal, 80, ZoneOffset.UTC).lines(new RunList.Page(rows, rows.size(), rows.size()));
    }
}
