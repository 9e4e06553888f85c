package dev.assay;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.assay.agent.scripted.NpmCli;
import dev.assay.agent.scripted.ScriptedModel;
import dev.assay.agent.scripted.Turn;
import dev.assay.process.Captured;
import dev.assay.process.Command;
import dev.assay.process.Supervisor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * The shipped experiment with real agent CLIs, as a user with two of them starts it: Claude Code plans and verifies,
 * Codex implements. Their model plays the recording, so that the app they build is the recorded one.
 */
class RealAgentsIT {
    private static final Path RECORDING = Path.of("experiments/todo-auth/recording");
    private static final JsonMapper JSON = JsonMapper.shared();

    @TempDir
    private Path folder;

    private final Deque<Turn> turns = new ArrayDeque<>();

    @Test
    void should_build_the_app_with_real_clis_and_pass_its_evaluation() throws Exception {
        for (JsonNode call :
                JSON.readTree(RECORDING.resolve("recording.json").toFile()).path("calls")) {
            script(call.asString());
        }
        int scripted = turns.size();
        try (Supervisor supervisor = Supervisor.open();
                ScriptedModel model = ScriptedModel.answering(this::next)) {
            Path claude = NpmCli.CLAUDE_CODE.bin(supervisor);
            Path codex = NpmCli.CODEX.bin(supervisor);
            Map<String, String> environment = new HashMap<>(System.getenv());
            environment.put("PATH", claude + ":" + codex + ":" + System.getenv("PATH"));
            environment.put(
                    "HOME", Files.createDirectory(folder.resolve("user")).toString());
            environment.put("ANTHROPIC_API_KEY", "dummy-key-of-a-test");
            environment.put("OPENAI_API_KEY", "dummy-key-of-a-test");
            environment.put("ASSAY_DATA_DIR", folder.resolve("data").toString());
            environment.put(
                    "ASSAY_EXPERIMENTS_DIR",
                    Path.of("experiments").toAbsolutePath().toString());
            environment.put("ASSAY_CLAUDE_BASE_URL", model.endpoint("").toString());
            environment.put("ASSAY_CODEX_BASE_URL", model.endpoint("/v1").toString());

            Captured run = assay(
                    supervisor,
                    environment,
                    "run",
                    "todo-auth",
                    "--planner",
                    "claude/claude-sonnet-4-5",
                    "--implementer",
                    "codex/gpt-5.5",
                    "--verifier",
                    "claude/claude-sonnet-4-5");
            String said = run.out() + run.err();

            assertThat(run.exit().code()).as(said).isZero();
            assertThat(said).contains("PASSED").doesNotContain("RECORDED", "dummy-key-of-a-test");
            assertThat(turns).as("turns that nobody asked for, of %d", scripted).isEmpty();
            Captured attempts = assay(
                    supervisor,
                    environment,
                    "sql",
                    "--json",
                    "select phase, tool, count(*)::int as n, min(cli_version) as version, sum(cost_usd) > 0 as priced"
                            + " from orchestrator_steps group by 1, 2 order by 1");
            assertThat(attempts.out().replace(" ", ""))
                    .as(attempts.err())
                    .contains("\"plan\"", "\"claude\"", "\"codex\"", "2.1.197", "0.169.0")
                    .contains("\"priced\":true")
                    .doesNotContain("\"priced\":false", "null");
        }
    }

    private Captured assay(Supervisor supervisor, Map<String, String> environment, String... arguments)
            throws InterruptedException {
        List<String> line = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                "dev.assay.cli.Main"));
        line.addAll(List.of(arguments));
        return supervisor.capture(
                new Command(line, folder, environment, new byte[0], Command.Timers.wall(Duration.ofMinutes(15))));
    }

    private Turn next(JsonNode request) {
        Turn turn = turns.poll();
        return turn != null ? turn : Turn.fails(400, "invalid_request_error", "the script is used up");
    }

    /** One recorded call as turns of a model: what was written and edited is done by commands, which any CLI can run. */
    private void script(String call) throws IOException {
        boolean work = call.contains("/implement-");
        String text = "";
        boolean answered = false;
        for (String line : Files.readAllLines(RECORDING.resolve(call + ".jsonl"))) {
            JsonNode node = JSON.readTree(line.replace("${WORKSPACE}/", "").replace("${WORKSPACE}", "."));
            if (!node.path("type").asString("").equals("assistant")) {
                continue;
            }
            for (JsonNode block : node.path("message").path("content")) {
                String name = block.path("name").asString("");
                JsonNode input = block.path("input");
                if (block.path("type").asString("").equals("text")) {
                    text = block.path("text").asString();
                } else if (name.equals("StructuredOutput")) {
                    turns.add(Turn.calls(new Turn.Call.Other(
                            name, JSON.convertValue(input, new TypeReference<Map<String, Object>>() {}))));
                    answered = true;
                } else if (work && !name.equals("Read")) {
                    turns.add(Turn.calls(new Turn.Call.Other(
                            "exec_command", Map.of("cmd", command(name, input), "yield_time_ms", 300_000))));
                }
            }
        }
        if (!answered) {
            turns.add(Turn.says(text));
        }
    }

    private static String command(String tool, JsonNode input) {
        String file = input.path("file_path").asString("");
        return switch (tool) {
            case "Bash" -> input.path("command").asString();
            case "Write" ->
                "mkdir -p \"$(dirname '" + file + "')\" && printf %s "
                        + base64(filled(input.path("content").asString())) + " | base64 -d > '" + file + "'";
            case "Edit" ->
                "node -e \"const fs = require('fs'), t = s => Buffer.from(s, 'base64').toString();"
                        + " fs.writeFileSync('" + file + "', fs.readFileSync('" + file + "', 'utf8').replace(t('"
                        + base64(input.path("old_string").asString()) + "'), () => t('"
                        + base64(input.path("new_string").asString()) + "')))\"";
            default ->
                throw new IllegalArgumentException("The recording uses " + tool + ", which has no command here.");
        };
    }

    /** The app reads its URL and key from the environment when it is built; what is written down is only a default. */
    private static String filled(String content) {
        return content.replace("${SUPABASE_URL}", "http://127.0.0.1:54321").replace("${ANON_KEY}", "anon");
    }

    private static String base64(String text) {
        return Base64.getEncoder().encodeToString(text.getBytes(UTF_8));
    }
}
