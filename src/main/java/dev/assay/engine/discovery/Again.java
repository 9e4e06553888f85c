package dev.assay.engine.discovery;

import dev.assay.check.LayerKind;
import dev.assay.run.ExperimentRuns.ResumedStep;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.junit.platform.engine.UniqueId.Segment;

/** What of a stored run is to be done again. */
sealed interface Again {
    /** The evaluation: all of it, or some layers. */
    record Recheck(Set<LayerKind> only) implements Again {}

    /** All from a step of the plan on; where none is named, what was not done yet. */
    record Resume(Optional<ResumedStep> from) implements Again {}

    /**
     * What a node below a run stands for: a check for a recheck of its layer, a step for the run from there on. Empty
     * for the run itself and its plan: they stand for a new run.
     *
     * @param below the segments of its unique id after the run's
     */
    static Optional<Again> of(List<Segment> below) {
        if (below.isEmpty() || value(below, "stage").equals(Optional.of("plan"))) {
            return Optional.empty();
        }
        String stage = value(below, "stage").orElse("").replaceFirst("-\\d+$", "");
        Optional<String> layer = value(below, "layer")
                .or(() -> Optional.of(stage).filter(id -> id.equals("smoke") || id.equals("browser")));
        if (layer.isPresent() || value(below, "check").isPresent() || !stage.equals("build")) {
            return Optional.of(
                    new Recheck(layer.flatMap(Again::kind).map(Set::of).orElse(Set.of())));
        }
        return Optional.of(new Resume(
                Optional.of(value(below, "step").map(ResumedStep::named).orElse(ResumedStep.at(1)))));
    }

    private static Optional<String> value(List<Segment> segments, String type) {
        return segments.stream()
                .filter(segment -> segment.getType().equals(type))
                .map(Segment::getValue)
                .findFirst();
    }

    private static Optional<LayerKind> kind(String id) {
        return Arrays.stream(LayerKind.values())
                .filter(kind -> kind.id().equals(id))
                .findFirst();
    }

    /** Both at once, as of several nodes of a run that are selected together. */
    default Again and(Again other) {
        if (this instanceof Recheck one && other instanceof Recheck two) {
            boolean all = one.only().isEmpty() || two.only().isEmpty();
            Set<LayerKind> both = new TreeSet<>(one.only());
            both.addAll(two.only());
            return new Recheck(all ? Set.of() : Set.copyOf(both));
        }
        return this instanceof Resume ? this : other; // a run that is gone on with is evaluated at its end
    }
}
