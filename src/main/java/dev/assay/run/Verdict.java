package dev.assay.run;

import java.util.List;
import java.util.Optional;
import tools.jackson.databind.JsonNode;

/**
 * What the verifier decided about a step.
 *
 * @param issues what is wrong
 * @param deviations where the work departs from the plan
 * @param query what to search for; there with WEB_SEARCH
 * @param command what to run; there with RUN_DIAGNOSTIC
 * @param reason why; there with SKIP
 * @param json as it was answered
 */
public record Verdict(
        Status status,
        Recommendation recommendation,
        List<String> issues,
        List<String> deviations,
        Optional<String> query,
        Optional<String> command,
        Optional<String> reason,
        JsonNode json) {

    /** How the step stands. */
    public enum Status {
        PASS,
        FAIL,
        PARTIAL
    }

    /** What should happen next. */
    public enum Recommendation {
        PROCEED,
        RETRY,
        WEB_SEARCH,
        RUN_DIAGNOSTIC,
        SKIP,
        MODIFY_PLAN
    }

    /** What makes the verdict unusable: an illegal pair, or a recommendation without what it needs. */
    Optional<String> complaint() {
        boolean legal = switch (status) {
            case PASS -> recommendation == Recommendation.PROCEED || recommendation == Recommendation.MODIFY_PLAN;
            case FAIL -> recommendation != Recommendation.PROCEED;
            case PARTIAL -> true;
        };
        if (!legal) {
            return Optional.of(status + " cannot go with " + recommendation);
        }
        return switch (recommendation) {
            case WEB_SEARCH -> query.isPresent() ? Optional.empty() : Optional.of("WEB_SEARCH needs a query");
            case RUN_DIAGNOSTIC ->
                command.isPresent() ? Optional.empty() : Optional.of("RUN_DIAGNOSTIC needs a command");
            case SKIP -> reason.isPresent() ? Optional.empty() : Optional.of("SKIP needs a reason");
            default -> Optional.empty();
        };
    }
}
