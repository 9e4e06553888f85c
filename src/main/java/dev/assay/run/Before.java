package dev.assay.run;

import dev.assay.run.ExperimentRuns.ResumedStep;
import dev.assay.settings.UsageError;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What is stored of a run that is gone on with.
 *
 * @param told unique ids of the nodes that have results
 * @param attempts the number of the last attempt at each step, by the step's id
 * @param outcome what the run was found to be; empty where it has no end
 * @param steps the ids of the plan's steps, in order
 */
public record Before(Set<String> told, Map<String, Integer> attempts, String outcome, List<String> steps) {
    static final Before NOTHING = new Before(Set.of(), Map.of(), "", List.of());

    /**
     * The id of a step.
     *
     * @throws UsageError where the plan has no such step
     */
    public String idOf(ResumedStep step) {
        if (step.id().isEmpty()) {
            if (step.place() > steps.size()) {
                throw new UsageError("There is no step " + step.place() + " to go on from: the run's plan has "
                        + steps.size() + (steps.isEmpty() ? "." : " (" + String.join(", ", steps) + ")."));
            }
            return steps.get(step.place() - 1);
        }
        return steps.stream()
                .filter(id -> RunStages.safe(id).equals(step.id()))
                .findFirst()
                .orElse(step.id());
    }
}
