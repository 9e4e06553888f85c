package dev.assay.run;

import dev.assay.check.Evidence;
import java.util.List;
import java.util.Optional;

/**
 * How a node of the tree ended.
 *
 * @param outcome what came of it
 * @param cause why it did not pass, one of a short list; empty where it passed
 * @param message for people: what happened, why, and what to do
 * @param assertions how many a check made; 0 elsewhere
 * @param deciding whether the node enters the run's outcome: those of the evaluation, and the one that ended the run.
 *     Only a deciding node is shown as failed
 * @param notes warnings that decide nothing
 * @param evidence what is attached
 */
public record StageResult(
        Outcome outcome,
        Optional<Cause> cause,
        String message,
        int assertions,
        boolean deciding,
        List<String> notes,
        List<Evidence> evidence) {

    public static final StageResult PASSED =
            new StageResult(Outcome.PASSED, Optional.empty(), "", 0, false, List.of(), List.of());

    public static StageResult of(Outcome outcome, Cause cause, String message, boolean deciding) {
        return new StageResult(outcome, Optional.of(cause), message, 0, deciding, List.of(), List.of());
    }
}
