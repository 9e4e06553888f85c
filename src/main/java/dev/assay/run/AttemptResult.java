package dev.assay.run;

import dev.assay.agent.AgentResult;
import java.util.Optional;
import tools.jackson.databind.JsonNode;

/**
 * What came of an attempt.
 *
 * @param agent how the call ended
 * @param outcome passed where the call did what it was for
 * @param cause why not
 * @param parsedResult the plan or verdict that was read from the answer
 * @param commit the workspace's commit after it
 * @param diff what it changed, as a unified diff; empty where nothing
 */
public record AttemptResult(
        AgentResult agent,
        Outcome outcome,
        Optional<Cause> cause,
        Optional<JsonNode> parsedResult,
        Optional<String> commit,
        String diff) {}
