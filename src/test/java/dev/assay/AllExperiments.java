package dev.assay;

import dev.assay.engine.Experiments;

/** The experiments of this repository, for IDEs and {@code mvn test -Dexperiment=NAME}. Plain {@code mvn test} leaves it out. */
@Experiments
class AllExperiments {}
