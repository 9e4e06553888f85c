package dev.assay.run;

import dev.assay.experiment.BuildPhase;
import java.util.List;
import tools.jackson.databind.JsonNode;

/**
 * What the planner answered.
 *
 * @param steps in order, at least one
 * @param json as it was accepted
 */
public record Plan(List<PlanStep> steps, JsonNode json) {

    /**
     * A step.
     *
     * @param id unique in the plan
     * @param needs ids of the steps that must be done before; all earlier ones where the plan names none
     */
    public record PlanStep(
            String id,
            String title,
            String description,
            BuildPhase buildPhase,
            List<String> acceptanceCriteria,
            List<String> needs) {}
}
