package dev.assay.run;

import dev.assay.check.LayerKind;
import dev.assay.run.LayerRun.Weight;
import dev.assay.target.Target;
import dev.assay.target.Target.Applied;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Brings what an agent left into the run's target, as the Supabase CLI would: pending migrations, changed functions. */
final class Applying {
    private final RunContext context;
    private final RunState state;
    private final Weight weight;
    private Applied migrations = Applied.NOTHING;
    private Applied functions = Applied.NOTHING;

    /** One instance serves one attempt. */
    Applying(RunContext context, RunState state, Weight weight) {
        this.context = context;
        this.state = state;
        this.weight = weight;
    }

    /** @param findings takes what could not be applied */
    StageResult run(List<String> findings) throws InterruptedException {
        Both both = state.progress()
                .once(
                        "apply",
                        Both.class,
                        this::apply,
                        applied -> applied.failure()
                                .filter(Applied.Failure::infrastructure)
                                .isEmpty());
        state.applied();
        migrations = both.migrations();
        functions = both.functions();
        Optional<Applied.Failure> failed = both.failure();
        List<String> done = new ArrayList<>(migrations.done());
        done.addAll(functions.done());
        List<String> notes = done.isEmpty() ? List.of() : List.of("applied " + String.join(", ", done));
        if (failed.isEmpty()) {
            return new StageResult(Outcome.PASSED, Optional.empty(), "", 0, false, notes, List.of());
        }
        Applied.Failure failure = failed.get();
        if (failure.infrastructure()) {
            StageResult limit = StageResult.of(Outcome.ABORTED, Cause.TARGET_LIMIT, failure.message(), true);
            state.ended(limit);
            return limit;
        }
        findings.add(failure.name() + " could not be applied: " + failure.message());
        Outcome outcome = weight == Weight.SUPERSEDED ? Outcome.SUPERSEDED : Outcome.FAILED;
        return new StageResult(
                outcome,
                Optional.of(Cause.CHECK_FAILED),
                failure.name() + ": " + failure.message(),
                0,
                false,
                notes,
                List.of());
    }

    /** What was applied of each. */
    private record Both(Applied migrations, Applied functions) {
        Optional<Applied.Failure> failure() {
            return migrations.failure().or(functions::failure);
        }
    }

    private Both apply() throws InterruptedException {
        Target target = state.target();
        Applied applied = target.applyMigrations();
        boolean contracted = Evaluation.contracted(context.info().experiment(), LayerKind.FUNCTIONS);
        return new Both(
                applied, applied.failure().isEmpty() && contracted ? target.deployFunctions() : Applied.NOTHING);
    }

    boolean migrationsFailed() {
        return migrations.failure().isPresent();
    }

    boolean functionsChanged() {
        return !functions.done().isEmpty() || functions.failure().isPresent();
    }

    /** What applying gave, as a layer is told of it. */
    Applied applied(LayerKind kind) {
        return kind == LayerKind.FUNCTIONS ? functions : migrations;
    }
}
