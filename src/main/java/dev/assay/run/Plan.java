package dev.assay.run;

import dev.assay.experiment.BuildPhase;
import java.util.List;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * What the planner answered.
 *
 * @param steps in order, at least one
 * @param json as it was accepted
 */
public record Plan(List<PlanStep> steps, JsonNode json) {

    /** A plan of these steps, written in the form in which planners answer. */
    static Plan of(List<PlanStep> steps) {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        ArrayNode written = json.putArray("steps");
        steps.forEach(step -> written.add(step.json()));
        return new Plan(List.copyOf(steps), json);
    }

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
            List<String> needs) {

        /** The step in the form in which planners answer. */
        ObjectNode json() {
            ObjectNode step = JsonNodeFactory.instance.objectNode();
            step.put("id", id)
                    .put("title", title)
                    .put("description", description)
                    .put("phase", buildPhase.id());
            acceptanceCriteria.forEach(step.putArray("acceptance_criteria")::add);
            needs.forEach(step.putArray("needs")::add);
            return step;
        }
    }
}
