package dev.assay.run;

import java.io.IOException;
import java.io.PrintStream;
import java.time.Clock;

/** A run that builds an app: puts the loop's parts together. */
public final class BuildRun extends OpenRun {
    private final RunLoop loop;

    /** @param console where a listener's own failure is said */
    public BuildRun(RunContext context, Clock clock, PrintStream console) {
        super(context, clock, console);
        Calls calls = new Calls(context, state, workspace, journal, clock);
        Prompts prompts =
                new Prompts(context.info().experiment(), context.guidance().encourageWebSearch());
        this.loop = new RunLoop(
                context,
                state,
                calls,
                prompts,
                new Checkpoint(context, state, calls, prompts, journal),
                new Evaluation(context, state, workspace));
    }

    @Override
    void begins(RunListener listener) {
        listener.runStarted(context.info());
    }

    @Override
    void ends(RunListener listener, RunResult result) {
        listener.runFinished(context.info(), result);
    }

    @Override
    void prepare() throws IOException, InterruptedException {
        state.committed(workspace.open());
        prepareEnvironment();
        state.opened(context.targets()
                .open(context.info().workspace(), context.info().folder().resolve("target")));
    }

    @Override
    void stages(Stages run) throws InterruptedException {
        loop.run(run);
    }
}
