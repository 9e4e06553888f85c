package dev.assay.agent.opencode;

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
import tools.jackson.databind.node.ObjectNode;

/** OpenCode. Its models are named {@code provider/model}. */
public final class OpenCode implements Cli {
    private static final String SYSTEM_PROMPT = ".assay/opencode-system-prompt.md";
    private static final String SIGN_IN = ".local/share/opencode/auth.json";
    /** The provider of models that are named without one, at another endpoint. */
    private static final String PROVIDER = "assay";

    private static final List<String> KEYS = List.of("OPENCODE_API_KEY", "OPENROUTER_API_KEY");
    private static final List<String> CHANGING = List.of("edit", "bash", "external_directory");

    @Override
    public String name() {
        return "opencode";
    }

    @Override
    public String title() {
        return "OpenCode";
    }

    @Override
    public Set<Capability> capabilities() {
        return Set.of(Capability.COST, Capability.READ_ONLY, Capability.TOOL_PERMISSIONS, Capability.SKILLS_FOLDER);
    }

    @Override
    public List<String> programs() {
        return List.of("opencode");
    }

    @Override
    public String install() {
        return "npm install --global opencode-ai";
    }

    @Override
    public String signIn() {
        return "run: opencode auth login, or set OPENCODE_API_KEY or OPENROUTER_API_KEY";
    }

    @Override
    public List<String> keys() {
        return KEYS;
    }

    @Override
    public Map<String, String> signInFiles() {
        return Map.of(SIGN_IN, SIGN_IN);
    }

    /** npm puts the program in a package beside the one that is found, which without its install script is empty. */
    @Override
    public Path behind(Path found) {
        for (Path folder = found.getParent(); folder != null; folder = folder.getParent()) {
            Path packages = folder.getParent();
            if (folder.endsWith("opencode-ai") && packages != null) {
                try (DirectoryStream<Path> built = Files.newDirectoryStream(packages, "opencode-*")) {
                    List<Path> programs = new ArrayList<>();
                    built.forEach(each -> programs.add(each.resolve("bin/opencode")));
                    // The build for any processor has the longer name.
                    return programs.stream()
                            .filter(Files::isExecutable)
                            .max((one, other) -> Integer.compare(
                                    one.toString().length(), other.toString().length()))
                            .orElse(found);
                } catch (IOException e) {
                    return found; // what was found has to do
                }
            }
        }
        return found;
    }

    @Override
    public Optional<String> skillsFolder() {
        return Optional.of(".opencode/skills");
    }

    @Override
    public CliCall call(AgentRequest request, Surroundings surroundings) {
        // With a title of its own it asks no model for one.
        List<String> arguments =
                new ArrayList<>(List.of("run", "--format", "json", "--thinking", "--title", request.runId()));
        Optional<String> model = request.model().map(name -> model(name, surroundings));
        model.ifPresent(name -> arguments.addAll(List.of("--model", name)));
        if (!request.phase().readOnly()) {
            // Whatever would be asked for is refused otherwise, and ends the call.
            arguments.add("--auto");
        }
        Map<String, String> environment = new LinkedHashMap<>();
        environment.put("OPENCODE_CONFIG_CONTENT", config(request, model, surroundings));
        environment.put("OPENCODE_DISABLE_AUTOUPDATE", "1");
        environment.put("OPENCODE_DISABLE_LSP_DOWNLOAD", "1");
        environment.put("OPENCODE_DISABLE_DEFAULT_PLUGINS", "1");
        if (surroundings.endpoint().isPresent()) {
            environment.put("OPENCODE_DISABLE_MODELS_FETCH", "1");
        }
        return new CliCall(arguments, environment, Map.of(SYSTEM_PROMPT, request.systemPrompt()), request.prompt());
    }

    private static String model(String name, Surroundings surroundings) {
        return surroundings.endpoint().isEmpty() || name.contains("/") ? name : PROVIDER + "/" + name;
    }

    private static String config(AgentRequest request, Optional<String> model, Surroundings surroundings) {
        ObjectNode config = JsonNodeFactory.instance.objectNode();
        config.put("autoupdate", false).put("share", "disabled");
        // It keeps no copies of the workspace, and starts no language servers beside it.
        config.put("snapshot", false).put("lsp", false);
        config.putArray("instructions")
                .add(request.home().resolve(SYSTEM_PROMPT).toString());
        model.ifPresent(name -> config.put("model", name).put("small_model", name));
        if (request.phase().readOnly()) {
            ObjectNode permission = config.putObject("permission");
            CHANGING.forEach(what -> permission.put(what, "deny"));
        }
        if (surroundings.endpoint().isPresent() && model.isPresent()) {
            String[] names = model.get().split("/", 2);
            ObjectNode provider = config.putObject("provider").putObject(names[0]);
            ObjectNode options = provider.putObject("options");
            options.put("baseURL", surroundings.endpoint().get().toString());
            KEYS.stream()
                    .filter(surroundings.keys()::contains)
                    .findFirst()
                    .ifPresent(key -> options.put("apiKey", "{env:" + key + "}"));
            if (names[0].equals(PROVIDER)) {
                provider.put("npm", "@ai-sdk/openai-compatible").put("name", PROVIDER);
                provider.putObject("models").putObject(names[1]);
            }
        }
        return config.toString();
    }

    @Override
    public CliStream stream() {
        return new OpenCodeStream();
    }
}
