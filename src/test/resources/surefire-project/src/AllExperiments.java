package example;

import dev.assay.engine.Experiments;

@Experiments
class AllExperiments {}
