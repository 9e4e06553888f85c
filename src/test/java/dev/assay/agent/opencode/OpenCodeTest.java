package dev.assay.agent.opencode;

import static org.assertj.core.api.Assertions.assertThat;

import dev.assay.agent.AgentRequest;
import dev.assay.agent.Phase;
import dev.assay.agent.cli.Calls;
import dev.assay.agent.cli.CliCall;
import dev.assay.agent.cli.Surroundings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class OpenCodeTest {
    private final OpenCode opencode = new OpenCode();

    @Test
    void should_ask_for_json_and_allow_what_it_would_reject() {
        CliCall call = opencode.call(Calls.of(Phase.IMPLEMENT), Calls.plain());

        assertThat(call.arguments())
                .containsExactly(
                        "run", "--format", "json", "--thinking", "--title", "run-1", "--model", "model-1", "--auto");
        assertThat(call.input()).isEqualTo("-Build \"it\".");
        assertThat(call.files()).containsEntry(".assay/opencode-system-prompt.md", "Be brief.");
        assertThat(config(Calls.of(Phase.IMPLEMENT), Calls.plain())
                        .path("instructions")
                        .get(0)
                        .asString(""))
                .isEqualTo("/run/home/.assay/opencode-system-prompt.md");
    }

    @ParameterizedTest
    @EnumSource(names = {"PLAN", "REPLAN", "VERIFY", "RESEARCH"})
    void should_only_read_where_the_phase_does(Phase phase) {
        assertThat(opencode.call(Calls.of(phase), Calls.plain()).arguments()).doesNotContain("--auto");
        JsonNode permission = config(Calls.of(phase), Calls.plain()).path("permission");
        assertThat(permission.path("edit").asString("")).isEqualTo("deny");
        assertThat(permission.path("bash").asString("")).isEqualTo("deny");
    }

    @Test
    void should_reach_another_endpoint_with_a_provider_of_its_own() {
        Surroundings surroundings = Calls.at("http://127.0.0.1:1/v1", "OPENCODE_API_KEY");

        JsonNode config = config(Calls.of(Phase.IMPLEMENT), surroundings);

        assertThat(opencode.call(Calls.of(Phase.IMPLEMENT), surroundings).arguments())
                .containsSequence("--model", "assay/model-1");
        JsonNode provider = config.path("provider").path("assay");
        assertThat(provider.path("options").path("baseURL").asString("")).isEqualTo("http://127.0.0.1:1/v1");
        assertThat(provider.path("options").path("apiKey").asString("")).isEqualTo("{env:OPENCODE_API_KEY}");
        assertThat(provider.path("models").has("model-1")).isTrue();
        assertThat(config.path("small_model").asString("")).isEqualTo("assay/model-1");
    }

    @Test
    void should_keep_a_provider_that_is_named() {
        AgentRequest request = Calls.of(Phase.IMPLEMENT, "", Optional.empty(), Optional.of("openai/gpt"));

        JsonNode config = config(request, Calls.at("http://127.0.0.1:1/v1"));

        assertThat(config.path("provider")
                        .path("openai")
                        .path("options")
                        .path("baseURL")
                        .asString(""))
                .isEqualTo("http://127.0.0.1:1/v1");
        assertThat(config.path("provider").path("openai").has("npm")).isFalse();
        assertThat(config(request, Calls.plain()).has("provider")).isFalse();
    }

    @Test
    void should_run_the_program_behind_npms_stub(@TempDir Path folder) throws IOException {
        Path stub = executable(folder.resolve("node_modules/opencode-ai/bin/opencode.exe"));
        assertThat(opencode.behind(stub)).isEqualTo(stub);

        Path fast = executable(folder.resolve("node_modules/opencode-linux-x64/bin/opencode"));
        assertThat(opencode.behind(stub)).isEqualTo(fast);
        Path any = executable(folder.resolve("node_modules/opencode-linux-x64-baseline/bin/opencode"));
        assertThat(opencode.behind(stub)).isEqualTo(any);
        assertThat(opencode.behind(Path.of("/usr/bin/opencode"))).isEqualTo(Path.of("/usr/bin/opencode"));
    }

    private JsonNode config(AgentRequest request, Surroundings surroundings) {
        return JsonMapper.shared()
                .readTree(opencode.call(request, surroundings).environment().get("OPENCODE_CONFIG_CONTENT"));
    }

    private static Path executable(Path file) throws IOException {
        Files.createDirectories(file.getParent());
        return Files.createFile(
                file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    }
}
