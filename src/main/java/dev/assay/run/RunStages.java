package dev.assay.run;

import dev.assay.agent.AgentResult;
import dev.assay.check.Evidence;
import dev.assay.check.LayerKind;
import dev.assay.run.Calls.Answer;
import dev.assay.run.Plan.PlanStep;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The nodes of a run's tree and the results that they show. */
public final class RunStages {
    public static final Stage PLAN = new Stage("stage", "plan", "plan", Map.of("phase", "plan"));
    public static final Stage BUILD = new Stage("stage", "build", "build", Map.of());
    public static final Stage SMOKE = new Stage("stage", "smoke", "smoke", Map.of("layer", "smoke"));
    public static final Stage BROWSER = new Stage("stage", "browser", "browser", Map.of("layer", "browser"));
    public static final Stage EVALUATION = new Stage("stage", "evaluation", "evaluation", Map.of());

    /** The stages of every run, known before it starts; only the plan is a test. */
    public static final List<Stage> ALL = List.of(PLAN, BUILD, SMOKE, BROWSER, EVALUATION);

    /** The call that says how an attempt at a step came out. */
    static final String VERIFY = "verify";

    static final Stage NOTHING = new Stage("check", "not-run", "not run", Map.of());

    private RunStages() {}

    static Stage step(PlanStep step) {
        return new Stage("step", safe(step.id()), step.title(), labels(step));
    }

    static Stage attempt(PlanStep step, int number) {
        Map<String, String> labels = new java.util.LinkedHashMap<>(labels(step));
        labels.put("attempt", String.valueOf(number));
        return new Stage("attempt", String.valueOf(number), "attempt " + number, labels);
    }

    static Stage call(String name, PlanStep step, int number) {
        Map<String, String> labels =
                new java.util.LinkedHashMap<>(attempt(step, number).labels());
        labels.put("phase", name);
        return new Stage("call", name, name, labels);
    }

    static Stage replan(PlanStep step, int number) {
        Map<String, String> labels = new java.util.LinkedHashMap<>(labels(step));
        labels.put("phase", "replan");
        return new Stage("call", "replan-" + number, "replan " + number, labels);
    }

    static Stage round(LayerKind kind, int number) {
        return new Stage(
                "attempt",
                String.valueOf(number),
                "attempt " + number,
                Map.of("layer", kind.id(), "attempt", String.valueOf(number)));
    }

    static Stage fix(LayerKind kind, int number) {
        return new Stage(
                "call",
                "fix-" + number,
                "fix " + number,
                Map.of("layer", kind.id(), "phase", "fix", "buildPhase", "fix"));
    }

    /** What a fix left, brought into the target. */
    static Stage apply(LayerKind kind, int number) {
        return new Stage(
                "call", "apply-" + number, "apply", Map.of("layer", kind.id(), "phase", "apply", "buildPhase", "fix"));
    }

    static StageResult notRun(String reason) {
        return StageResult.of(Outcome.SKIPPED, Cause.SKIPPED, reason, false);
    }

    static StageResult refused(String command) {
        return StageResult.of(
                Outcome.SKIPPED,
                Cause.SKIPPED,
                "refused: `" + command + "` is not on the experiment's list of diagnostics",
                false);
    }

    static StageResult unreached(String step) {
        return StageResult.of(
                Outcome.SKIPPED,
                Cause.UNREACHED,
                "unreached: step \"" + step + "\", which it needs, was not done",
                false);
    }

    /** A call that did what it was for. */
    static StageResult passed(AgentResult result) {
        return new StageResult(
                Outcome.PASSED,
                Optional.empty(),
                "",
                0,
                false,
                result.warnings(),
                result.text().isBlank()
                        ? List.of()
                        : List.of(new Evidence("answer", "text/plain", result.text(), null)));
    }

    /** What a verify node shows, once it is known what follows from it. */
    static StageResult verified(Answer<Verdict> answer, Resolution resolution) {
        List<Evidence> evidence = answer.value()
                .map(verdict -> List.of(new Evidence(
                        "verdict", "application/json", verdict.json().toPrettyString(), null)))
                .orElse(List.of());
        Verified verified = answer.value().isPresent()
                ? verified(answer.value().get(), resolution)
                : unverified(answer, resolution);
        return new StageResult(
                verified.outcome(),
                verified.cause(),
                verified.message(),
                0,
                false,
                answer.result().warnings(),
                evidence);
    }

    private record Verified(Outcome outcome, Optional<Cause> cause, String message) {
        Verified(Outcome outcome, Cause cause, String message) {
            this(outcome, Optional.of(cause), message);
        }
    }

    private static Verified verified(Verdict verdict, Resolution resolution) {
        String said = verdict.status() + " " + verdict.recommendation()
                + (verdict.issues().isEmpty() ? "" : ": " + String.join("; ", verdict.issues()));
        if (resolution instanceof Resolution.Skip skip) {
            return new Verified(Outcome.SKIPPED, Cause.SKIPPED, "left out: " + skip.reason());
        } else if (resolution instanceof Resolution.GiveUp givenUp) {
            return new Verified(Outcome.FAILED, Cause.NOT_VERIFIED, givenUp.reason() + " (" + said + ")");
        } else if (resolution instanceof Resolution.Again) {
            boolean overruled = verdict.recommendation() == Verdict.Recommendation.PROCEED;
            String message = overruled ? said + ", but an early check failed" : said;
            return new Verified(Outcome.SUPERSEDED, Cause.VERDICT_RETRY, message);
        }
        return new Verified(Outcome.PASSED, Optional.empty(), said);
    }

    /** A verifier that gave no verdict has not verified anything, however the step goes on. */
    private static Verified unverified(Answer<Verdict> answer, Resolution resolution) {
        Cause cause = answer.cause().orElse(Cause.SCHEMA_FAILED);
        String said = "no verdict: " + answer.complaint();
        if (resolution instanceof Resolution.GiveUp givenUp) {
            return new Verified(Outcome.FAILED, cause, givenUp.reason() + " (" + said + ")");
        }
        return resolution instanceof Resolution.Again
                ? new Verified(Outcome.SUPERSEDED, cause, said + "; an early check failed")
                : new Verified(Outcome.FAILED, cause, said + "; the step goes by its checks, which are clean");
    }

    private static Map<String, String> labels(PlanStep step) {
        return Map.of(
                "step", step.id(),
                "stepTitle", step.title(),
                "buildPhase", step.buildPhase().id());
    }

    /** Step ids are an agent's words: what a unique id cannot hold is spelled as its code. */
    static String safe(String id) {
        StringBuilder safe = new StringBuilder();
        id.codePoints().forEach(c -> {
            boolean plain = c < 128 && (Character.isLetterOrDigit(c) || c == '-' || c == '_' || c == '.');
            safe.append(plain ? Character.toString(c) : "_" + Integer.toHexString(c) + "_");
        });
        return safe.toString();
    }
}
