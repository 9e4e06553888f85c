package dev.assay.agent.gemini;

import static org.assertj.core.api.Assertions.assertThat;

import dev.assay.agent.Phase;
import dev.assay.agent.cli.Calls;
import dev.assay.agent.cli.CliCall;
import dev.assay.agent.cli.Surroundings;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class GeminiTest {
    private final Gemini gemini = new Gemini();

    @Test
    void should_ask_for_json_and_allow_what_it_would_take_away() {
        CliCall call = gemini.call(Calls.of(Phase.IMPLEMENT), Calls.at("http://127.0.0.1:1", "GEMINI_API_KEY"));

        assertThat(call.arguments())
                .containsExactly("--output-format", "stream-json", "--model", "model-1", "--approval-mode", "yolo");
        assertThat(call.input()).isEqualTo("-Build \"it\".");
        assertThat(call.environment())
                .containsEntry("GEMINI_CLI_TRUST_WORKSPACE", "true")
                .containsEntry("GEMINI_CLI_NO_RELAUNCH", "true")
                .containsEntry("GOOGLE_GEMINI_BASE_URL", "http://127.0.0.1:1");
    }

    @ParameterizedTest
    @EnumSource(names = {"PLAN", "REPLAN", "VERIFY", "RESEARCH"})
    void should_only_read_where_the_phase_does(Phase phase) {
        assertThat(gemini.call(Calls.of(phase), Calls.plain()).arguments())
                .containsSequence("--approval-mode", "default");
        assertThat(settings(phase, Calls.plain()).has("tools")).isEqualTo(phase == Phase.RESEARCH);
    }

    @Test
    void should_turn_its_own_retries_down_and_report_nothing() {
        JsonNode settings = settings(Phase.IMPLEMENT, Calls.plain("GEMINI_API_KEY"));

        assertThat(settings.path("general").path("maxAttempts").asInt(0)).isEqualTo(3);
        assertThat(settings.path("telemetry").path("enabled").asBoolean(true)).isFalse();
        assertThat(settings.path("privacy").path("usageStatisticsEnabled").asBoolean(true))
                .isFalse();
        assertThat(settings.path("security").path("auth").path("selectedType").asString(""))
                .isEqualTo("gemini-api-key");
        assertThat(settings(Phase.IMPLEMENT, Calls.plain())
                        .path("security")
                        .path("auth")
                        .path("selectedType")
                        .asString(""))
                .isEqualTo("oauth-personal");
    }

    @Test
    void should_forget_the_role_of_an_earlier_call() {
        assertThat(gemini.call(Calls.of(Phase.PLAN), Calls.plain()).files())
                .containsEntry(".gemini/GEMINI.md", "Be brief.");
        assertThat(gemini.call(Calls.of(Phase.PLAN, "", Optional.empty(), Optional.empty()), Calls.plain())
                        .files())
                .containsEntry(".gemini/GEMINI.md", "");
    }

    private JsonNode settings(Phase phase, Surroundings surroundings) {
        return JsonMapper.shared()
                .readTree(gemini.call(Calls.of(phase), surroundings).files().get(".gemini/settings.json"));
    }
}
