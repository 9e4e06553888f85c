package dev.assay.engine.execution;

import dev.assay.experiment.Experiment;
import dev.assay.experiment.Pace;
import dev.assay.experiment.Question;
import dev.assay.experiment.Question.Tally;
import dev.assay.run.ExperimentRun;
import dev.assay.run.ExperimentRuns.Curtailed;
import dev.assay.run.Outcome;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Whose turn it is among the runs of a launch: how many are under way, and which no longer need to begin. For any number
 * of threads.
 */
public final class Turns {
    private final Map<Cell, List<ExperimentRun>> begun = new LinkedHashMap<>();
    private final Map<String, Map<String, Tally>> tallies = new LinkedHashMap<>();
    private final Map<Cell, Integer> taken = new LinkedHashMap<>();
    private final Map<Cell, String> decisions = new LinkedHashMap<>();
    private int underWay;
    private String failure = "";

    /** A variant of an experiment, by the unique id of its node. */
    private record Cell(String experiment, String variant) {}

    /**
     * A repetition of a variant among others.
     *
     * @param place what is unique to the experiment's node
     * @param experiment what is run, and how its runs follow each other
     * @param variant its variant, as the tree calls it
     * @param repetition from 1
     */
    public record Turn(String place, Experiment experiment, String variant, int repetition) {
        Cell cell() {
            return new Cell(place, variant);
        }

        private Pace pace() {
            return experiment.pace();
        }

        private String name() {
            return experiment.name() + " " + variant + " #" + repetition;
        }
    }

    /** Counts a repetition that is to be run. */
    public synchronized void plan(Turn turn) {
        tallies.computeIfAbsent(turn.place(), any -> new LinkedHashMap<>())
                .merge(turn.variant(), Tally.of(1), (sum, one) -> Tally.of(sum.planned() + 1));
    }

    /** Waits until the run may begin; {@link #over} gives its place back. */
    synchronized void await(Turn turn) throws InterruptedException {
        while (underWay >= turn.pace().parallelism()) {
            wait();
        }
        underWay++;
    }

    synchronized void over() {
        underWay--;
        notifyAll();
    }

    /** Has a run begin whose turn it is; where it is left out instead, says why. */
    synchronized Optional<String> begin(Turn turn) {
        if (turn.pace().failFast() && !failure.isEmpty()) {
            return Optional.of("fail-fast: " + failure + ", and no further run begins");
        }
        if (decisions.containsKey(turn.cell())) {
            return Optional.of("stop-early: " + decisions.get(turn.cell()));
        }
        taken.merge(turn.cell(), 1, Integer::sum);
        return Optional.empty();
    }

    synchronized void began(Turn turn, ExperimentRun run) {
        begun.computeIfAbsent(turn.cell(), any -> new ArrayList<>()).add(run);
    }

    /**
     * Takes note of a run's end.
     *
     * @return the variants of which repetitions are left out from now on
     */
    synchronized List<Curtailed> ended(Turn turn, Outcome outcome) {
        if (outcome != Outcome.PASSED && failure.isEmpty()) {
            failure = turn.name() + (outcome == Outcome.FAILED ? " failed" : " was aborted");
        }
        Map<String, Tally> variants = tallies.computeIfAbsent(turn.place(), any -> new LinkedHashMap<>());
        variants.computeIfPresent(turn.variant(), (any, before) -> after(before, outcome));
        List<Curtailed> curtailed = new ArrayList<>();
        turn.pace()
                .stopEarly()
                .ifPresent(question -> variants.keySet().forEach(variant -> {
                    Cell cell = new Cell(turn.place(), variant);
                    int notBegun = variants.get(variant).planned() - taken.getOrDefault(cell, 0);
                    if (notBegun > 0 && !decisions.containsKey(cell)) {
                        settled(question, variant, variants).ifPresent(decision -> {
                            decisions.put(cell, decision);
                            curtailed.add(new Curtailed(
                                    turn.experiment().name(),
                                    variant,
                                    decision,
                                    List.copyOf(begun.getOrDefault(cell, List.of()))));
                        });
                    }
                }));
        return curtailed;
    }

    private static Optional<String> settled(Question question, String variant, Map<String, Tally> variants) {
        return question.settled(variant, variants).map(why -> question.text() + ": " + why);
    }

    private static Tally after(Tally before, Outcome outcome) {
        return switch (outcome) {
            case PASSED -> new Tally(before.planned(), before.passed() + 1, before.failed(), before.aborted());
            case FAILED -> new Tally(before.planned(), before.passed(), before.failed() + 1, before.aborted());
            default -> new Tally(before.planned(), before.passed(), before.failed(), before.aborted() + 1);
        };
    }
}
