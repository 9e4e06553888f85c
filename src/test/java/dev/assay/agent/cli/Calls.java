package dev.assay.agent.cli;

import dev.assay.agent.AgentRequest;
import dev.assay.agent.Phase;
import dev.assay.process.Command.Timers;
import java.net.URI;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import tools.jackson.databind.JsonNode;

/** Requests, for tests of how a CLI is called. Nothing of them exists. */
public final class Calls {
    public static final Path WORKSPACE = Path.of("/run/workspace");
    public static final Path HOME = Path.of("/run/home");

    private Calls() {}

    public static AgentRequest of(Phase phase) {
        return of(phase, "Be brief.", Optional.empty(), Optional.of("model-1"));
    }

    public static AgentRequest of(Phase phase, String systemPrompt, Optional<JsonNode> schema, Optional<String> model) {
        return new AgentRequest(
                "run-1",
                phase,
                Optional.empty(),
                1,
                systemPrompt,
                "-Build \"it\".",
                schema,
                WORKSPACE,
                HOME,
                Map.of(),
                model,
                Timers.NONE);
    }

    /** A user who has signed in, unfenced, at the CLI's own service. */
    public static Surroundings plain(String... keys) {
        return new Surroundings(Optional.empty(), Set.of(keys), false, false);
    }

    public static Surroundings at(String endpoint, String... keys) {
        return new Surroundings(Optional.of(URI.create(endpoint)), Set.of(keys), false, false);
    }

    public static Surroundings isolated() {
        return new Surroundings(Optional.empty(), Set.of(), true, true);
    }
}
