package dev.assay.run;

import dev.assay.run.Plan.PlanStep;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import tools.jackson.databind.JsonNode;

/**
 * What a planner answered when it was asked whether the remaining steps still fit.
 *
 * @param remaining the steps that remain from now on; empty where they stay as they are
 */
record Replan(Optional<List<PlanStep>> remaining) {

    /**
     * @param unfinished the step under way, which stays the first of the remaining ones if it stays at all
     * @throws MalformedAnswer with the exact complaint
     */
    static Replan read(JsonNode json, RunState state, Optional<String> unfinished) throws MalformedAnswer {
        Schemas.requireReplan(json);
        if (json.path("unchanged").asBoolean()) {
            return new Replan(Optional.empty());
        }
        if (!json.has("steps")) {
            throw new MalformedAnswer("the remaining steps are neither unchanged nor given");
        }
        Set<String> taken = new HashSet<>(state.begun());
        state.locked().forEach(step -> taken.add(step.id()));
        unfinished.ifPresent(taken::remove);
        List<String> met =
                state.locked().stream().map(PlanStep::id).filter(state::isMet).toList();
        List<PlanStep> steps = Answers.steps(json.path("steps"), met);
        for (int i = 0; i < steps.size(); i++) {
            String id = steps.get(i).id();
            if (taken.contains(id)) {
                throw new MalformedAnswer(
                        "the id \"" + id + "\" belongs to a step that was worked on already; choose another");
            }
            if (i > 0 && unfinished.filter(id::equals).isPresent()) {
                throw new MalformedAnswer("step \"" + id
                        + "\" is under way: let it be the first of the remaining steps, or leave it out");
            }
        }
        return new Replan(Optional.of(steps));
    }
}
