package dev.assay.agent;

import dev.assay.process.Command.Timers;
import dev.assay.process.Fence;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import tools.jackson.databind.JsonNode;

/**
 * One call of an agent.
 *
 * @param runId the run
 * @param phase what the call is for
 * @param stepId the step of the plan; empty for plan and replan
 * @param attempt counts the calls of one phase of one step, from 1
 * @param systemPrompt appended to the tool's own system prompt
 * @param prompt the task
 * @param schema JSON Schema of the answer, for plans and verdicts
 * @param workspace the folder that the agent works in
 * @param home a HOME of the run's own
 * @param environment all that the agent's processes see, such as PATH, HOME, SUPABASE_URL, SUPABASE_ANON_KEY, PORT
 * @param model the model where the role names one
 * @param timers when the call is stopped
 * @param fence what the agent's processes see of the machine; an agent adds what it needs of its own, such as its program
 * @param rewind puts the workspace back to what it was when the call began
 */
public record AgentRequest(
        String runId,
        Phase phase,
        Optional<String> stepId,
        int attempt,
        String systemPrompt,
        String prompt,
        Optional<JsonNode> schema,
        Path workspace,
        Path home,
        Map<String, String> environment,
        Optional<String> model,
        Timers timers,
        Fence fence,
        Rewind rewind) {
    /** Puts something back to what it was. */
    @FunctionalInterface
    public interface Rewind {
        void back() throws InterruptedException;
    }

    /** One call of an agent that is not fenced in, on a workspace that is never put back. */
    public AgentRequest(
            String runId,
            Phase phase,
            Optional<String> stepId,
            int attempt,
            String systemPrompt,
            String prompt,
            Optional<JsonNode> schema,
            Path workspace,
            Path home,
            Map<String, String> environment,
            Optional<String> model,
            Timers timers) {
        this(
                runId,
                phase,
                stepId,
                attempt,
                systemPrompt,
                prompt,
                schema,
                workspace,
                home,
                environment,
                model,
                timers,
                Fence.NONE,
                () -> {});
    }
}
