package dev.assay.experiment;

import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

/**
 * A variant of an experiment with all its repetitions: what one job of a CI system does.
 *
 * @param experiment the experiment's name, by which it is run
 * @param variant who builds, and how
 * @param repetitions runs of it
 */
public record Cell(String experiment, Variant variant, int repetitions) {
    /** The cells of an experiment, in the file's order. */
    public static List<Cell> of(Experiment experiment) {
        return experiment.variants().stream()
                .map(variant -> new Cell(experiment.name(), variant, experiment.repetitions()))
                .toList();
    }

    /** The names of the tools that do its roles, each once; {@code auto} where nobody is named. */
    public Set<String> tools() {
        Set<String> tools = new TreeSet<>();
        Stream.of(variant.planner(), variant.implementer(), variant.verifier())
                .map(Role::tool)
                .forEach(tools::add);
        return tools;
    }
}
