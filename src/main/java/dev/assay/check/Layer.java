package dev.assay.check;

/** One layer of checks that Assay runs on an app: api, rls, functions, smoke or browser. */
public interface Layer {
    LayerKind kind();

    /**
     * Runs every check that applies to the subject, each by one call of {@code checks}, in an order that a person would
     * read them in. Nothing is thrown for what the app did wrong.
     */
    void run(Subject subject, Checks checks) throws InterruptedException;
}
