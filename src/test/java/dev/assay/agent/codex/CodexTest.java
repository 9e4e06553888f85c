package dev.assay.agent.codex;

import static org.assertj.core.api.Assertions.assertThat;

import dev.assay.agent.Phase;
import dev.assay.agent.cli.Calls;
import dev.assay.agent.cli.CliCall;
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

class CodexTest {
    private static final JsonMapper JSON = JsonMapper.shared();

    private final Codex codex = new Codex();

    @Test
    void should_ask_for_json_and_give_the_prompt_through_standard_input() {
        CliCall call = codex.call(Calls.of(Phase.IMPLEMENT), Calls.plain("OPENAI_API_KEY"));

        assertThat(call.arguments())
                .containsExactly(
                        "exec",
                        "--json",
                        "--skip-git-repo-check",
                        "--model",
                        "model-1",
                        "--dangerously-bypass-approvals-and-sandbox",
                        "-");
        assertThat(call.input()).isEqualTo("-Build \"it\".");
        assertThat(call.environment()).containsEntry("CODEX_HOME", "/run/home/.codex");
    }

    @ParameterizedTest
    @EnumSource(names = {"PLAN", "REPLAN", "VERIFY", "RESEARCH"})
    void should_only_read_where_the_phase_does(Phase phase) {
        assertThat(codex.call(Calls.of(phase), Calls.plain()).arguments())
                .containsSequence("--sandbox", "read-only")
                .doesNotContain("--dangerously-bypass-approvals-and-sandbox");
        assertThat(codex.call(Calls.of(phase), Calls.isolated()).arguments())
                .as("its sandbox does not stand within another one")
                .doesNotContain("--sandbox");
    }

    @Test
    void should_turn_its_own_retries_down_and_keep_its_key_from_commands() {
        String config = config("Be \"brief\".\n\u007fNo more.", "OPENAI_API_KEY");

        assertThat(config)
                .contains("request_max_retries = 2\n", "stream_max_retries = 2\n", "supports_websockets = false\n")
                .contains("base_url = \"http://127.0.0.1:1/v1\"\n", "env_key = \"OPENAI_API_KEY\"\n")
                .contains("exclude = [\"CODEX_API_KEY\", \"OPENAI_API_KEY\"]\n")
                .contains("developer_instructions = \"Be \\\"brief\\\".\\n\\u007FNo more.\"\n");
        assertThat(config("", "CODEX_API_KEY", "OPENAI_API_KEY"))
                .contains("env_key = \"CODEX_API_KEY\"\n")
                .doesNotContain("developer_instructions");
        assertThat(config("")).contains("requires_openai_auth = true\n");
    }

    @Test
    void should_ask_for_an_answer_by_a_schema_that_the_service_accepts() {
        JsonNode schema = JSON.readTree("""
                {"$schema": "x", "type": "object", "required": ["status"], "properties": {
                  "status": {"enum": ["PASS", "FAIL"]},
                  "reason": {"type": "string", "minLength": 1},
                  "kind": {"enum": ["a"]},
                  "steps": {"type": "array", "items": {"type": "object", "properties": {"id": {"type": "string"}}}}}}
                """);

        CliCall call = codex.call(Calls.of(Phase.VERIFY, "", Optional.of(schema), Optional.empty()), Calls.plain());

        assertThat(call.arguments()).containsSequence("--output-schema", "/run/home/.assay/codex-schema.json");
        assertThat(JSON.readTree(call.files().get(".assay/codex-schema.json"))).isEqualTo(JSON.readTree("""
                {"type": "object", "required": ["status", "reason", "kind", "steps"], "additionalProperties": false,
                 "properties": {
                  "status": {"enum": ["PASS", "FAIL"], "type": "string"},
                  "reason": {"type": ["string", "null"]},
                  "kind": {"enum": ["a", null], "type": ["string", "null"]},
                  "steps": {"type": ["array", "null"], "items": {"type": "object", "required": ["id"],
                    "additionalProperties": false, "properties": {"id": {"type": ["string", "null"]}}}}}}
                """));
    }

    @Test
    void should_leave_out_of_an_answer_what_is_null() {
        assertThat(StrictSchema.withoutNulls(
                        JSON.readTree("{\"a\":null,\"b\":[{\"c\":null,\"d\":[null]}],\"e\":\"f\"}")))
                .isEqualTo(JSON.readTree("{\"b\":[{\"d\":[null]}],\"e\":\"f\"}"));
    }

    @Test
    void should_run_the_program_behind_npms_script(@TempDir Path folder) throws IOException {
        Path script = executable(folder.resolve("node_modules/@openai/codex/bin/codex.js"));
        assertThat(codex.behind(script)).isEqualTo(script);

        Path program = executable(folder.resolve("node_modules/@openai/codex-linux-x64/vendor/some-target/bin/codex"));
        assertThat(codex.behind(script)).isEqualTo(program);
        assertThat(codex.behind(Path.of("/usr/bin/codex"))).isEqualTo(Path.of("/usr/bin/codex"));
    }

    private String config(String systemPrompt, String... keys) {
        CliCall call = codex.call(
                Calls.of(Phase.IMPLEMENT, systemPrompt, Optional.empty(), Optional.empty()),
                Calls.at("http://127.0.0.1:1/v1", keys));
        return call.files().get(".codex/config.toml");
    }

    private static Path executable(Path file) throws IOException {
        Files.createDirectories(file.getParent());
        return Files.createFile(
                file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    }
}
