package dev.assay.experiment;

import java.util.List;
import java.util.stream.Collectors;

/** An experiment file says something that cannot be meant. The message has one line for each problem. */
public final class InvalidExperiment extends Exception {
    private static final long serialVersionUID = 1L;

    private final transient List<Problem> problems;

    InvalidExperiment(List<Problem> problems) {
        super(problems.stream().map(Problem::toString).collect(Collectors.joining("\n")));
        this.problems = List.copyOf(problems);
    }

    /** Every problem of the file, by line; at least one. */
    public List<Problem> problems() {
        return problems;
    }
}
