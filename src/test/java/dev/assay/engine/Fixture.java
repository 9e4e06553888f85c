package dev.assay.engine;

/** A class through which the tests of the engine reach experiments in a folder of their own. */
@Experiments
class Fixture {}
