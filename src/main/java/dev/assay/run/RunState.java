package dev.assay.run;

import dev.assay.agent.Usage;
import dev.assay.check.LayerKind;
import dev.assay.run.Plan.PlanStep;
import dev.assay.run.Savepoints.Savepoint;
import dev.assay.target.Target;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** All that changes while a run goes on. For the run's own thread. */
final class RunState {
    private final Progress progress;
    private @Nullable Environment environment;
    private @Nullable Target target;
    private Optional<Plan> plan = Optional.empty();
    private Optional<StageResult> end = Optional.empty();
    private String catalog = "";
    private Usage usage = Usage.NONE;
    private String commit = "";
    private Optional<String> appliedCommit = Optional.empty();
    private Optional<Savepoint> savepoint = Optional.empty();
    private final Map<String, Integer> attemptedBefore = new HashMap<>();
    private final Map<LayerKind, LayerPass> passes = new EnumMap<>(LayerKind.class);
    private final Map<String, StepEnd> steps = new LinkedHashMap<>();
    private final Set<String> begun = new HashSet<>();
    private final List<String> warnings = new ArrayList<>();
    private final List<Deciding> deciding = new ArrayList<>();
    private final Set<String> unscored = new TreeSet<>();
    private final Map<String, Integer> calls = new HashMap<>();
    private boolean evaluated;

    /** How a step of the plan came to its end. */
    enum StepEnd {
        DONE("done"),
        LEFT_OUT("left out, as the verifier recommended"),
        GIVEN_UP("given up"),
        UNREACHED("not reached, as a step that it needs was given up");

        private final String words;

        StepEnd(String words) {
            this.words = words;
        }

        String words() {
            return words;
        }
    }

    /** A stage of a layer in which all passed, on one commit and one database catalog. */
    record LayerPass(String commit, String catalog, List<Taken> checks) {
        /** A check that passed there. */
        record Taken(Stage stage, StageResult result) {}
    }

    /** A result that enters the run's outcome, and the layer or stage that it is of. */
    record Deciding(String where, StageResult result) {}

    RunState(Progress progress) {
        this.progress = progress;
    }

    /** What the run has got done. */
    Progress progress() {
        return progress;
    }

    /** What the run's processes see; there once the run is prepared. */
    Environment environment() {
        return Objects.requireNonNull(environment, "the run is not prepared");
    }

    Optional<Environment> preparedEnvironment() {
        return Optional.ofNullable(environment);
    }

    /** The Supabase that the app is built on; there once the run is prepared. */
    Target target() {
        return Objects.requireNonNull(target, "the run is not prepared");
    }

    Optional<Target> openTarget() {
        return Optional.ofNullable(target);
    }

    /** Takes a look at the database's catalog; returns whether it is another one than last time. */
    boolean sawCatalog(String digest) {
        boolean changed = !digest.equals(catalog);
        catalog = digest;
        return changed;
    }

    void prepared(Environment made) {
        environment = made;
    }

    void opened(Target open) {
        target = open;
        catalog = open.catalogDigest();
    }

    Optional<Plan> plan() {
        return plan;
    }

    void planned(Plan accepted) {
        plan = Optional.of(accepted);
    }

    /** The result that ended the run before its evaluation, where one did. */
    Optional<StageResult> end() {
        return end;
    }

    void ended(StageResult result) {
        if (end.isEmpty()) {
            end = Optional.of(result);
        }
    }

    /** Ends the run, as a call ended in a way that no run goes on from: the world failed, or nothing more may be spent. */
    StageResult endedBy(Cause cause, String message) {
        Outcome outcome = cause.infrastructure() ? Outcome.ABORTED : Outcome.FAILED;
        StageResult result = StageResult.of(outcome, cause, message.isBlank() ? cause.meaning() : message, true);
        ended(result);
        return result;
    }

    Usage usage() {
        return usage;
    }

    void used(Usage more) {
        usage = usage.plus(more);
    }

    String commit() {
        return commit;
    }

    /** What was applied last is that of this commit. */
    void applied() {
        appliedCommit = Optional.of(commit);
    }

    /** The commit whose migrations and functions the target has; empty before the first. */
    Optional<String> appliedCommit() {
        return appliedCommit;
    }

    void committed(String latest) {
        commit = latest;
    }

    /** The last one; empty before the first. */
    Optional<Savepoint> savepoint() {
        return savepoint;
    }

    void saved(Savepoint point) {
        savepoint = Optional.of(point);
    }

    /** How many attempts at a step were made before the run came to it for this time. */
    int attemptedBefore(String stepId) {
        return attemptedBefore.getOrDefault(stepId, 0);
    }

    void attemptedBefore(String stepId, int attempts) {
        attemptedBefore.put(stepId, attempts);
    }

    /** The stage of that layer in which all passed, where there was one. */
    Optional<LayerPass> pass(LayerKind kind) {
        return Optional.ofNullable(passes.get(kind));
    }

    void passed(LayerKind kind, LayerPass pass) {
        passes.put(kind, pass);
    }

    /** The first step of the plan that is not over. */
    Optional<PlanStep> nextStep() {
        return remaining().stream().findFirst();
    }

    /** The steps of the plan that are over, in its order: nobody changes them any more. */
    List<PlanStep> locked() {
        return plan.map(Plan::steps).orElse(List.of()).stream()
                .filter(step -> steps.containsKey(step.id()))
                .toList();
    }

    List<PlanStep> remaining() {
        return plan.map(Plan::steps).orElse(List.of()).stream()
                .filter(step -> !steps.containsKey(step.id()))
                .toList();
    }

    /** The first step that this one needs and that was never reached or given up. */
    Optional<String> unmet(PlanStep step) {
        return step.needs().stream().filter(need -> !isMet(need)).findFirst();
    }

    /** Whether a step is done, or was left out as not needed. */
    boolean isMet(String stepId) {
        StepEnd end = steps.get(stepId);
        return end == StepEnd.DONE || end == StepEnd.LEFT_OUT;
    }

    Optional<StepEnd> endOf(String stepId) {
        return Optional.ofNullable(steps.get(stepId));
    }

    void over(String stepId, StepEnd end) {
        steps.put(stepId, end);
    }

    /** Ids of steps that were begun, also of those that a later plan left away: they are not given out again. */
    Set<String> begun() {
        return Set.copyOf(begun);
    }

    void begin(String stepId) {
        begun.add(stepId);
    }

    List<String> warnings() {
        return List.copyOf(warnings);
    }

    void warn(String warning) {
        warnings.add(warning);
    }

    /** Results that enter the run's outcome, in order. */
    List<Deciding> deciding() {
        return List.copyOf(deciding);
    }

    void decides(String where, StageResult result) {
        deciding.add(new Deciding(where, result));
    }

    /** Contracted layers of which the evaluation could ask nothing. */
    Set<String> unscored() {
        return Set.copyOf(unscored);
    }

    void unscored(String layer) {
        unscored.add(layer);
    }

    /** The number of the next call of a phase of a step, from 1. */
    int nextCall(String phase, String stepId) {
        return calls.merge(phase + "/" + stepId, 1, Integer::sum);
    }

    boolean evaluated() {
        return evaluated;
    }

    void evaluationOver() {
        evaluated = true;
    }
}
