package dev.assay.run;

import dev.assay.check.LayerKind;
import dev.assay.experiment.Experiment;
import java.util.List;
import java.util.stream.Stream;

/** Which layers the evaluation of an experiment asks for. */
public final class ContractedLayers {
    private ContractedLayers() {}

    /** In the order in which they are shown. */
    public static List<LayerKind> of(Experiment experiment) {
        return Stream.of(LayerKind.values())
                .filter(kind -> Evaluation.contracted(experiment, kind))
                .toList();
    }
}
