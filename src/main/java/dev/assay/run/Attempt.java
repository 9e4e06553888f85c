package dev.assay.run;

import dev.assay.agent.Phase;
import dev.assay.experiment.BuildPhase;
import java.time.Instant;
import java.util.Optional;
import java.util.UUID;

/**
 * One agent call within a run; a row of {@code orchestrator_steps}.
 *
 * @param id the row's key
 * @param phase what the call is for
 * @param stepId the step of the plan; empty for plan and replan
 * @param stepTitle the step's title; empty for plan and replan
 * @param buildPhase the step's build phase; empty for plan and replan
 * @param number counts the calls of this phase in this step, from 1
 * @param tool the tool that does it
 * @param requestedModel the model that the role names
 * @param prompt what the agent is told
 * @param started when
 */
public record Attempt(
        UUID id,
        Phase phase,
        Optional<String> stepId,
        Optional<String> stepTitle,
        Optional<BuildPhase> buildPhase,
        int number,
        String tool,
        Optional<String> requestedModel,
        String prompt,
        Instant started) {
    /** The same attempt as an earlier process made it. */
    Attempt as(UUID earlierId, Instant earlierStart) {
        return new Attempt(
                earlierId, phase, stepId, stepTitle, buildPhase, number, tool, requestedModel, prompt, earlierStart);
    }
}
