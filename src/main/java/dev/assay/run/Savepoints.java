package dev.assay.run;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/** Where a run can be gone on from: the data of its target, kept at the beginning of each step and stage. */
final class Savepoints {
    private static final String FOLDER = "savepoints";

    private final RunContext context;
    private final RunState state;
    private final Map<String, Integer> attempts;

    /** @param attempts how many attempts at a step were made when the run came to it before, by the step's id */
    Savepoints(RunContext context, RunState state, Map<String, Integer> attempts) {
        this.context = context;
        this.state = state;
        this.attempts = attempts;
    }

    /**
     * What was kept.
     *
     * @param applied the commit whose migrations the target had; empty before the first
     * @param data the folder of its data, within the run's
     */
    record Savepoint(Optional<String> applied, String data) {}

    /** What a step's beginning is called among the things that a run does. */
    static String ofStep(String id) {
        return "step " + id;
    }

    void atStep(String id) throws InterruptedException {
        at(ofStep(id));
        state.attemptedBefore(
                id, state.progress().once("attempts " + id, Integer.class, () -> attempts.getOrDefault(id, 0)));
    }

    void atStage(String id) throws InterruptedException {
        at("stage " + id);
    }

    private void at(String place) throws InterruptedException {
        state.saved(state.progress().once(place, Savepoint.class, this::save));
    }

    private Savepoint save() {
        Path folder = context.info().folder().resolve(FOLDER);
        int number = 1;
        while (Files.exists(folder.resolve(String.valueOf(number)))) {
            number++;
        }
        state.target().save(folder.resolve(String.valueOf(number)));
        return new Savepoint(state.appliedCommit(), FOLDER + "/" + number);
    }
}
