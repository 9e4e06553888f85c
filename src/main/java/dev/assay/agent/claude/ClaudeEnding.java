package dev.assay.agent.claude;

import dev.assay.agent.Ending;
import dev.assay.agent.cli.ApiFailure;
import dev.assay.agent.cli.ProcessEnd;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * How a call of Claude Code ended, by rule. A call completed if its last result says {@code is_error: false} with a
 * {@code terminal_reason} of {@code completed} or none, and the process exited with 0 or was stopped by us after it.
 * The {@code subtype} is {@code success} for every failure of the API too, so it decides nothing there.
 *
 * @param result the last result line; null where there was none
 * @param errorClass the last {@code error} of an assistant message, such as {@code rate_limit}
 * @param retryClass the {@code error} of the retry that the stream ended in; null where it did not end in one
 * @param refused whether the model refused without a way on
 * @param begun whether the session began
 * @param toolCalled whether a tool call was seen
 * @param end how the process ended
 */
record ClaudeEnding(
        @Nullable JsonNode result,
        @Nullable String errorClass,
        @Nullable String retryClass,
        boolean refused,
        boolean begun,
        boolean toolCalled,
        ProcessEnd end) {

    private static final Map<String, Ending> BY_CLASS = Map.ofEntries(
            Map.entry("authentication_failed", Ending.AUTH),
            Map.entry("authentication_error", Ending.AUTH),
            Map.entry("permission_error", Ending.AUTH),
            Map.entry("oauth_org_not_allowed", Ending.AUTH),
            Map.entry("billing_error", Ending.BILLING),
            Map.entry("rate_limit", Ending.RATE_LIMITED),
            Map.entry("rate_limit_error", Ending.RATE_LIMITED),
            Map.entry("overloaded", Ending.OVERLOADED),
            Map.entry("overloaded_error", Ending.OVERLOADED),
            Map.entry("model_not_found", Ending.MODEL_NOT_FOUND),
            // The model wrote more than one answer may hold, and went on to do so when told: its context is what is
            // full.
            Map.entry("max_output_tokens", Ending.CONTEXT_FULL));

    Ending ending() {
        if (result == null) {
            return withoutResult();
        }
        if (refused || text("stop_reason").equals("refusal")) {
            return Ending.REFUSED;
        }
        String reason = text("terminal_reason");
        if (!isError() && (reason.isEmpty() || reason.equals("completed"))) {
            // A result that came before we stopped the process keeps what it says.
            return end.orderly() ? Ending.COMPLETED : end.byExitCode(begun);
        }
        return switch (text("subtype")) {
            case "error_max_turns" -> Ending.LIMIT_TURNS;
            case "error_max_budget_usd" -> Ending.LIMIT_BUDGET;
            case "error_max_structured_output_retries" -> Ending.SCHEMA_FAILED;
            default -> byReason(reason);
        };
    }

    private Ending byReason(String reason) {
        return switch (reason) {
            case "max_turns" -> Ending.LIMIT_TURNS;
            case "budget_exhausted" -> Ending.LIMIT_BUDGET;
            case "structured_output_retry_exhausted" -> Ending.SCHEMA_FAILED;
            case "prompt_too_long" -> Ending.CONTEXT_FULL;
            case "aborted_tools", "aborted_streaming" -> end.byLimit(toolCalled);
            // An error before the session began is one of the arguments, such as a session that is not known.
            default -> begun ? byApiError() : Ending.CLI_USAGE;
        };
    }

    /** Billing is said by the class alone (400), overload by the type and the status (class {@code server_error}). */
    private Ending byApiError() {
        Ending byClass = BY_CLASS.get(errorClass == null ? "" : errorClass);
        if (byClass != null) {
            return byClass;
        }
        Ending byType = BY_CLASS.get(text("api_error_type"));
        if (byType != null) {
            return byType;
        }
        return switch (status()) {
            case 401, 403 -> Ending.AUTH;
            case 402 -> Ending.BILLING;
            case 413 -> Ending.CONTEXT_FULL;
            case 429 -> Ending.RATE_LIMITED;
            case 529 -> Ending.OVERLOADED;
            default -> ApiFailure.ending(text("result"));
        };
    }

    private Ending withoutResult() {
        if (end.timedOut() && retryClass != null) {
            // It did nothing but ask again: the time was the service's.
            return BY_CLASS.getOrDefault(retryClass, Ending.API_ERROR);
        }
        // SIGINT while the model is asked: exit 0 without a result. Refused arguments: nothing on stdout, exit 1.
        return end.stopped() ? end.byLimit(toolCalled) : end.byExitCode(begun);
    }

    private boolean isError() {
        return result != null && result.path("is_error").booleanValue(false);
    }

    private int status() {
        return result == null ? 0 : result.path("api_error_status").intValue(0);
    }

    private String text(String field) {
        return result == null ? "" : result.path(field).stringValue("");
    }
}
