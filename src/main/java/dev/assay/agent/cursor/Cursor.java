package dev.assay.agent.cursor;

import dev.assay.agent.AgentRequest;
import dev.assay.agent.AgentTool.Capability;
import dev.assay.agent.cli.Cli;
import dev.assay.agent.cli.CliCall;
import dev.assay.agent.cli.CliStream;
import dev.assay.agent.cli.Surroundings;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** The agent of Cursor. It speaks to its own service, and to what speaks as that does, but to no model's. */
public final class Cursor implements Cli {
    private static final String SIGN_IN = ".config/cursor/auth.json";

    @Override
    public String name() {
        return "cursor";
    }

    @Override
    public String title() {
        return "Cursor";
    }

    @Override
    public Set<Capability> capabilities() {
        return Set.of(Capability.READ_ONLY, Capability.TOOL_PERMISSIONS, Capability.SKILLS_FOLDER);
    }

    /** The older name first: others have an {@code agent} too. */
    @Override
    public List<String> programs() {
        return List.of("cursor-agent", "agent");
    }

    @Override
    public String install() {
        return "curl https://cursor.com/install -fsS | bash";
    }

    @Override
    public String signIn() {
        return "set CURSOR_API_KEY, or run: cursor-agent login";
    }

    @Override
    public List<String> keys() {
        return List.of("CURSOR_API_KEY");
    }

    @Override
    public Map<String, String> signInFiles() {
        return Map.of(SIGN_IN, SIGN_IN);
    }

    /** It is known to fall silent with its work done and never to end. */
    @Override
    public Duration idle() {
        return Duration.ofMinutes(2);
    }

    @Override
    public Optional<String> skillsFolder() {
        return Optional.of(".cursor/skills");
    }

    @Override
    public CliCall call(AgentRequest request, Surroundings surroundings) {
        List<String> arguments = new ArrayList<>(List.of("--print", "--output-format", "stream-json", "--trust"));
        arguments.addAll(List.of("--workspace", request.workspace().toString()));
        request.model().ifPresent(model -> arguments.addAll(List.of("--model", model)));
        // To trust a workspace is not enough: each command would be rejected.
        arguments.addAll(
                request.phase().readOnly() ? List.of("--mode", "ask") : List.of("--force", "--sandbox", "disabled"));
        // It has no place for a role but the prompt.
        String role = request.systemPrompt().isEmpty() ? "" : request.systemPrompt() + "\n\n";
        Map<String, String> environment = new LinkedHashMap<>();
        environment.put("NO_OPEN_BROWSER", "1");
        surroundings.endpoint().ifPresent(endpoint -> environment.put("CURSOR_API_ENDPOINT", endpoint.toString()));
        return new CliCall(arguments, environment, Map.of(), role + request.prompt());
    }

    @Override
    public CliStream stream() {
        return new CursorStream();
    }
}
