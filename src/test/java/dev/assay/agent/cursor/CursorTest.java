package dev.assay.agent.cursor;

import static org.assertj.core.api.Assertions.assertThat;

import dev.assay.agent.Phase;
import dev.assay.agent.cli.Calls;
import dev.assay.agent.cli.CliCall;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class CursorTest {
    private final Cursor cursor = new Cursor();

    @Test
    void should_ask_for_json_and_force_what_it_would_reject() {
        CliCall call = cursor.call(Calls.of(Phase.IMPLEMENT), Calls.plain("CURSOR_API_KEY"));

        assertThat(call.arguments())
                .containsExactly(
                        "--print",
                        "--output-format",
                        "stream-json",
                        "--trust",
                        "--workspace",
                        "/run/workspace",
                        "--model",
                        "model-1",
                        "--force",
                        "--sandbox",
                        "disabled");
    }

    @ParameterizedTest
    @EnumSource(names = {"PLAN", "REPLAN", "VERIFY", "RESEARCH"})
    void should_only_read_where_the_phase_does(Phase phase) {
        assertThat(cursor.call(Calls.of(phase), Calls.plain()).arguments())
                .containsSequence("--mode", "ask")
                .doesNotContain("--force");
    }

    @Test
    void should_put_the_role_before_the_prompt() {
        assertThat(cursor.call(Calls.of(Phase.IMPLEMENT), Calls.plain()).input())
                .isEqualTo("Be brief.\n\n-Build \"it\".");
        assertThat(cursor.call(Calls.of(Phase.IMPLEMENT, "", Optional.empty(), Optional.empty()), Calls.plain())
                        .input())
                .isEqualTo("-Build \"it\".");
    }

    @Test
    void should_reach_another_endpoint() {
        assertThat(cursor.call(Calls.of(Phase.IMPLEMENT), Calls.at("http://127.0.0.1:1"))
                        .environment())
                .containsEntry("CURSOR_API_ENDPOINT", "http://127.0.0.1:1");
    }

    @Test
    void should_wait_less_long_as_it_is_known_to_hang() {
        assertThat(cursor.idle()).isEqualTo(Duration.ofMinutes(2));
    }
}
