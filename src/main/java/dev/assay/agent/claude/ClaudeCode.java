package dev.assay.agent.claude;

import dev.assay.agent.AgentRequest;
import dev.assay.agent.AgentTool.Capability;
import dev.assay.agent.Phase;
import dev.assay.agent.Usage;
import dev.assay.agent.cli.Cli;
import dev.assay.agent.cli.CliCall;
import dev.assay.agent.cli.CliStream;
import dev.assay.agent.cli.Surroundings;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** Claude Code, of Anthropic. */
public final class ClaudeCode implements Cli {
    private static final String CONFIG = ".claude";
    private static final String SYSTEM_PROMPT = ".assay/claude-system-prompt.md";
    private static final String SKILLS = ".claude/skills";
    private static final String READING = "Read,Glob,Grep";
    private static final String LOOKING_UP = READING + ",WebSearch,WebFetch";
    /** What an agent may do unasked where it must not be allowed everything. */
    private static final String WORKING =
            "Bash,Write,Edit,NotebookEdit,Read,Glob,Grep,WebSearch,WebFetch,Skill,Task,TodoWrite";
    /** What would go on when the call is over, or elsewhere than in the workspace. */
    private static final String NEVER = "EnterWorktree,ExitWorktree,CronCreate,ScheduleWakeup";

    @Override
    public String name() {
        return "claude";
    }

    @Override
    public String title() {
        return "Claude Code";
    }

    @Override
    public Set<Capability> capabilities() {
        return Set.of(
                Capability.SCHEMA_OUTPUT,
                Capability.COST,
                Capability.READ_ONLY,
                Capability.TOOL_PERMISSIONS,
                Capability.SKILLS_FOLDER);
    }

    @Override
    public List<String> programs() {
        return List.of("claude");
    }

    @Override
    public String install() {
        return "npm install --global @anthropic-ai/claude-code";
    }

    @Override
    public String signIn() {
        return "set ANTHROPIC_API_KEY, or run: claude auth login";
    }

    @Override
    public List<String> keys() {
        return List.of("ANTHROPIC_API_KEY", "ANTHROPIC_AUTH_TOKEN", "CLAUDE_CODE_OAUTH_TOKEN");
    }

    @Override
    public Map<String, String> signInFiles() {
        return Map.of(CONFIG + "/.credentials.json", CONFIG + "/.credentials.json");
    }

    @Override
    public Optional<List<String>> signInQuestion() {
        return Optional.of(List.of("auth", "status"));
    }

    /** npm puts a wrapper before the program, which without its install script is an empty promise. */
    @Override
    public Path behind(Path found) {
        for (Path folder = found.getParent(); folder != null; folder = folder.getParent()) {
            if (folder.endsWith("@anthropic-ai")) {
                try (DirectoryStream<Path> programs = Files.newDirectoryStream(folder, "claude-code-*")) {
                    for (Path built : programs) {
                        if (Files.isExecutable(built.resolve("claude"))) {
                            return built.resolve("claude");
                        }
                    }
                } catch (IOException e) {
                    return found; // what was found has to do
                }
            }
        }
        return found;
    }

    @Override
    public Optional<String> skillsFolder() {
        return Optional.of(SKILLS);
    }

    @Override
    public CliCall call(AgentRequest request, Surroundings surroundings) {
        List<String> arguments = new ArrayList<>(List.of("-p", "--output-format", "stream-json", "--verbose"));
        request.model().ifPresent(model -> arguments.addAll(List.of("--model", model)));
        boolean skills = Files.isDirectory(request.workspace().resolve(SKILLS));
        // Nobody's settings, hooks or servers; the project's only for the skills that were put there.
        arguments.addAll(List.of("--setting-sources", skills ? "project" : "", "--strict-mcp-config"));
        if (!skills) {
            arguments.add("--disable-slash-commands");
        }
        Map<String, String> files = new LinkedHashMap<>();
        if (!request.systemPrompt().isEmpty()) {
            files.put(SYSTEM_PROMPT, request.systemPrompt());
            arguments.addAll(List.of(
                    "--append-system-prompt-file",
                    request.home().resolve(SYSTEM_PROMPT).toString()));
        }
        request.schema().ifPresent(schema -> arguments.addAll(List.of("--json-schema", plain(schema))));
        Map<String, String> environment = environment(request.home(), surroundings);
        permissions(request.phase(), surroundings, arguments, environment);
        return new CliCall(arguments, environment, files, request.prompt());
    }

    /** Without the name of its dialect: 2.1.329 refuses 2020-12, and 2.1.197 goes on without a schema. */
    private static String plain(JsonNode schema) {
        if (schema.deepCopy() instanceof ObjectNode object) {
            object.remove(List.of("$schema", "$id"));
            return object.toString();
        }
        return schema.toString();
    }

    private static void permissions(
            Phase phase, Surroundings surroundings, List<String> arguments, Map<String, String> environment) {
        if (phase.readOnly()) {
            String tools = phase == Phase.RESEARCH ? LOOKING_UP : READING;
            arguments.addAll(List.of("--tools", tools, "--allowedTools", tools));
        } else if (surroundings.root() && !surroundings.isolated()) {
            // It refuses to skip permissions as root, unless it is told that nothing is at stake.
            arguments.addAll(List.of("--permission-mode", "acceptEdits", "--allowedTools", WORKING));
            arguments.addAll(List.of("--disallowedTools", NEVER));
        } else {
            arguments.addAll(List.of("--dangerously-skip-permissions", "--disallowedTools", NEVER));
            if (surroundings.root()) {
                environment.put("IS_SANDBOX", "1");
            }
        }
    }

    private static Map<String, String> environment(Path home, Surroundings surroundings) {
        Map<String, String> environment = new LinkedHashMap<>();
        environment.put("CLAUDE_CONFIG_DIR", home.resolve(CONFIG).toString());
        environment.put("CLAUDE_CODE_MAX_RETRIES", String.valueOf(CliCall.RETRIES));
        // With a command in the background it would wait for it after its result, for ten minutes.
        environment.put("CLAUDE_CODE_DISABLE_BACKGROUND_TASKS", "1");
        environment.put("CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC", "1");
        environment.put("DISABLE_TELEMETRY", "1");
        environment.put("DISABLE_ERROR_REPORTING", "1");
        environment.put("DISABLE_AUTOUPDATER", "1");
        surroundings.endpoint().ifPresent(endpoint -> environment.put("ANTHROPIC_BASE_URL", endpoint.toString()));
        return environment;
    }

    @Override
    public Optional<Usage> usageOf(String sessionId, Path home) {
        return new ClaudeTranscript(home.resolve(CONFIG), sessionId).usage();
    }

    @Override
    public CliStream stream() {
        return new ClaudeStream();
    }
}
