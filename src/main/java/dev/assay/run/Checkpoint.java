package dev.assay.run;

/** Where the plan is settled: accepted at first, and looked at again after steps that departed from it. */
final class Checkpoint {
    private final RunInfo run;
    private final RunState state;
    private final Journal journal;

    Checkpoint(RunInfo run, RunState state, Journal journal) {
        this.run = run;
        this.state = state;
        this.journal = journal;
    }

    /** The planner's first plan is accepted and stored. */
    void planned(Plan plan) {
        state.planned(plan);
        journal.tell(listener -> listener.planAccepted(run, plan));
    }
}
