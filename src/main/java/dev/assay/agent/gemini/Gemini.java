package dev.assay.agent.gemini;

import dev.assay.agent.AgentRequest;
import dev.assay.agent.AgentTool.Capability;
import dev.assay.agent.Phase;
import dev.assay.agent.cli.Cli;
import dev.assay.agent.cli.CliCall;
import dev.assay.agent.cli.CliStream;
import dev.assay.agent.cli.Surroundings;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** Gemini CLI, of Google. */
public final class Gemini implements Cli {
    private static final String CONFIG = ".gemini";
    private static final String KEY = "GEMINI_API_KEY";

    @Override
    public String name() {
        return "gemini";
    }

    @Override
    public String title() {
        return "Gemini CLI";
    }

    @Override
    public Set<Capability> capabilities() {
        return Set.of(Capability.READ_ONLY, Capability.TOOL_PERMISSIONS, Capability.SKILLS_FOLDER);
    }

    @Override
    public List<String> programs() {
        return List.of("gemini");
    }

    @Override
    public String install() {
        return "npm install --global @google/gemini-cli";
    }

    @Override
    public String signIn() {
        return "set GEMINI_API_KEY, or run gemini and sign in";
    }

    @Override
    public List<String> keys() {
        return List.of(KEY);
    }

    @Override
    public Map<String, String> signInFiles() {
        return Map.of(CONFIG + "/oauth_creds.json", CONFIG + "/oauth_creds.json");
    }

    @Override
    public Optional<String> skillsFolder() {
        return Optional.of(".gemini/skills");
    }

    @Override
    public CliCall call(AgentRequest request, Surroundings surroundings) {
        List<String> arguments = new ArrayList<>(List.of("--output-format", "stream-json"));
        request.model().ifPresent(model -> arguments.addAll(List.of("--model", model)));
        // Where nobody can be asked, the default mode takes away what changes anything. The plan mode would have the
        // model write a plan file of its own.
        arguments.addAll(List.of("--approval-mode", request.phase().readOnly() ? "default" : "yolo"));
        Map<String, String> files = new LinkedHashMap<>();
        files.put(CONFIG + "/settings.json", settings(request.phase(), surroundings));
        // What it reads into its system prompt from everywhere.
        files.put(CONFIG + "/GEMINI.md", request.systemPrompt());
        return new CliCall(arguments, environment(surroundings), files, request.prompt());
    }

    private static Map<String, String> environment(Surroundings surroundings) {
        Map<String, String> environment = new LinkedHashMap<>();
        environment.put("GEMINI_CLI_TRUST_WORKSPACE", "true");
        environment.put("GEMINI_TELEMETRY_ENABLED", "false");
        environment.put("NO_BROWSER", "1");
        // Otherwise it starts itself once more and passes no signal on.
        environment.put("GEMINI_CLI_NO_RELAUNCH", "true");
        surroundings.endpoint().ifPresent(endpoint -> environment.put("GOOGLE_GEMINI_BASE_URL", endpoint.toString()));
        return environment;
    }

    private static String settings(Phase phase, Surroundings surroundings) {
        ObjectNode settings = JsonNodeFactory.instance.objectNode();
        settings.putObject("general")
                .put("enableAutoUpdate", false)
                .put("enableAutoUpdateNotification", false)
                .put("maxAttempts", CliCall.RETRIES + 1);
        settings.putObject("privacy").put("usageStatisticsEnabled", false);
        settings.putObject("telemetry").put("enabled", false);
        settings.putObject("security")
                .putObject("auth")
                .put("selectedType", surroundings.keys().contains(KEY) ? "gemini-api-key" : "oauth-personal");
        if (phase == Phase.RESEARCH) {
            settings.putObject("tools")
                    .putArray("allowed")
                    .add("google_web_search")
                    .add("web_fetch");
        }
        return settings.toString();
    }

    @Override
    public CliStream stream() {
        return new GeminiStream();
    }
}
