package dev.assay.run;

import dev.assay.check.LayerKind;
import dev.assay.run.Savepoints.Savepoint;
import dev.assay.target.Target;
import java.util.List;
import java.util.Optional;

/**
 * Brings a run back to where it was, once it has come to what was not done yet: the workspace to the last commit, so that
 * what an interrupted call left half done is gone, and a new target to the migrations and the data that it had.
 */
final class Resumption implements Progress.Starting {
    private final RunContext context;
    private final RunState state;
    private final Workspace workspace;

    Resumption(RunContext context, RunState state, Workspace workspace) {
        this.context = context;
        this.state = state;
        this.workspace = workspace;
    }

    @Override
    public void live(String first) throws InterruptedException {
        if (first.equals(BuildRun.START)) {
            return; // nothing was done
        }
        // a call that was over, and whose work is still to be committed
        boolean uncommitted = first.startsWith(Calls.COMMIT);
        String last = uncommitted ? workspace.commit(first.substring(Calls.COMMIT.length())) : state.commit();
        workspace.reset();
        if (!first.equals(RunStages.EVALUATION.id())) {
            restore(state.target());
        }
        String now = workspace.backTo(last);
        if (!uncommitted) {
            state.committed(now);
        }
    }

    private void restore(Target target) throws InterruptedException {
        Optional<Savepoint> point = state.savepoint();
        Optional<String> saved = point.flatMap(Savepoint::applied);
        if (saved.isPresent()) {
            apply(saved.get(), target);
        }
        if (point.isPresent()) {
            List<String> lost =
                    target.restore(context.info().folder().resolve(point.get().data()));
            lost.forEach(what -> state.warn("the data of the target could not be restored as it was: " + what));
        }
        Optional<String> applied = state.appliedCommit().filter(commit -> !saved.equals(Optional.of(commit)));
        if (applied.isPresent()) {
            apply(applied.get(), target);
        }
    }

    /** What fails here failed before, and was told of then. */
    private void apply(String commit, Target target) throws InterruptedException {
        workspace.show(commit);
        boolean whole = target.applyMigrations().failure().isEmpty();
        if (whole && Evaluation.contracted(context.info().experiment(), LayerKind.FUNCTIONS)) {
            target.deployFunctions();
        }
    }
}
