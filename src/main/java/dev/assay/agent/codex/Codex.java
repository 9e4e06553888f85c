package dev.assay.agent.codex;

import dev.assay.agent.AgentRequest;
import dev.assay.agent.AgentTool.Capability;
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
import tools.jackson.databind.node.JsonNodeFactory;

/** Codex, of OpenAI. */
public final class Codex implements Cli {
    private static final String CONFIG = ".codex";
    private static final String SCHEMA = ".assay/codex-schema.json";
    private static final List<String> KEYS = List.of("CODEX_API_KEY", "OPENAI_API_KEY");

    @Override
    public String name() {
        return "codex";
    }

    @Override
    public String title() {
        return "Codex";
    }

    @Override
    public Set<Capability> capabilities() {
        return Set.of(
                Capability.SCHEMA_OUTPUT, Capability.READ_ONLY, Capability.TOOL_PERMISSIONS, Capability.SKILLS_FOLDER);
    }

    @Override
    public List<String> programs() {
        return List.of("codex");
    }

    @Override
    public String install() {
        return "npm install --global @openai/codex";
    }

    @Override
    public String signIn() {
        return "set OPENAI_API_KEY, or run: codex login";
    }

    @Override
    public List<String> keys() {
        return KEYS;
    }

    @Override
    public Map<String, String> signInFiles() {
        return Map.of(CONFIG + "/auth.json", CONFIG + "/auth.json");
    }

    /**
     * npm puts a script before the program; a signal would end the script alone, and the program would go on. The program
     * lies in a package of its own beside it, {@code @openai/codex-linux-x64}, or within it.
     */
    @Override
    public Path behind(Path found) {
        for (Path folder = found.getParent(); folder != null; folder = folder.getParent()) {
            if (folder.endsWith("@openai")) {
                try (DirectoryStream<Path> packages = Files.newDirectoryStream(folder, "codex-*")) {
                    for (Path built : packages) {
                        Optional<Path> program = program(built.resolve("vendor"));
                        if (program.isPresent()) {
                            return program.get();
                        }
                    }
                    return program(folder.resolve("codex/vendor")).orElse(found);
                } catch (IOException e) {
                    return found; // what was found has to do
                }
            }
        }
        return found;
    }

    private static Optional<Path> program(Path vendor) throws IOException {
        if (!Files.isDirectory(vendor)) {
            return Optional.empty();
        }
        try (DirectoryStream<Path> targets = Files.newDirectoryStream(vendor)) {
            for (Path target : targets) {
                if (Files.isExecutable(target.resolve("bin/codex"))) {
                    return Optional.of(target.resolve("bin/codex"));
                }
            }
        }
        return Optional.empty();
    }

    @Override
    public Optional<String> skillsFolder() {
        return Optional.of(".agents/skills");
    }

    @Override
    public CliCall call(AgentRequest request, Surroundings surroundings) {
        List<String> arguments = new ArrayList<>(List.of("exec", "--json", "--skip-git-repo-check"));
        request.model().ifPresent(model -> arguments.addAll(List.of("--model", model)));
        if (request.phase().readOnly() && !surroundings.isolated()) {
            arguments.addAll(List.of("--sandbox", "read-only"));
        } else {
            // Its sandbox cannot be set up within another one, and without it no command would run.
            arguments.add("--dangerously-bypass-approvals-and-sandbox");
        }
        Map<String, String> files = new LinkedHashMap<>();
        files.put(CONFIG + "/config.toml", config(request.systemPrompt(), surroundings));
        request.schema().ifPresent(schema -> {
            files.put(SCHEMA, StrictSchema.of(schema).toString());
            arguments.addAll(
                    List.of("--output-schema", request.home().resolve(SCHEMA).toString()));
        });
        arguments.add("-");
        Map<String, String> environment = new LinkedHashMap<>();
        environment.put("CODEX_HOME", request.home().resolve(CONFIG).toString());
        // Calls that fail before they begin are told of in its log of errors only.
        environment.put("RUST_LOG", "error");
        return new CliCall(arguments, environment, files, request.prompt());
    }

    /** Its retries can be turned down only for a provider that is no built-in one; the variable OPENAI_BASE_URL is not read. */
    private static String config(String systemPrompt, Surroundings surroundings) {
        Optional<String> key =
                KEYS.stream().filter(surroundings.keys()::contains).findFirst();
        List<String> lines = new ArrayList<>();
        lines.add("model_provider = \"assay\"");
        lines.add("check_for_update_on_startup = false");
        if (!systemPrompt.isEmpty()) {
            lines.add("developer_instructions = " + quoted(systemPrompt));
        }
        lines.add("");
        lines.add("[analytics]");
        lines.add("enabled = false");
        lines.add("");
        lines.add("[history]");
        lines.add("persistence = \"none\"");
        lines.add("");
        // By default commands do not see variables that look like secrets, such as the app's anon key.
        lines.add("[shell_environment_policy]");
        lines.add("inherit = \"all\"");
        lines.add("ignore_default_excludes = true");
        lines.add("exclude = [\"CODEX_API_KEY\", \"OPENAI_API_KEY\"]");
        lines.add("");
        lines.add("[model_providers.assay]");
        // By this name it knows its own service.
        lines.add("name = " + quoted(surroundings.endpoint().isPresent() ? "assay" : "OpenAI"));
        surroundings.endpoint().ifPresent(endpoint -> lines.add("base_url = " + quoted(endpoint.toString())));
        lines.add(key.map(name -> "env_key = " + quoted(name)).orElse("requires_openai_auth = true"));
        lines.add("wire_api = \"responses\"");
        lines.add("request_max_retries = " + CliCall.RETRIES);
        lines.add("stream_max_retries = " + CliCall.RETRIES);
        lines.add("supports_websockets = false");
        return String.join("\n", lines) + "\n";
    }

    /** A basic string of TOML: as in JSON, but for one character more that must be escaped. */
    private static String quoted(String text) {
        return JsonNodeFactory.instance.stringNode(text).toString().replace("\u007f", "\\u007F");
    }

    @Override
    public CliStream stream() {
        return new CodexStream();
    }
}
