package dev.assay.check;

/** Where a layer reports its checks: each becomes a test in the tree as it runs. */
public interface Checks {
    /**
     * Runs one check now.
     *
     * @param id unique in the layer and stable between runs: lower-case letters, digits, {@code . _ -}
     * @param name for people, such as {@code todos · user B}
     * @return how it ended, so that a layer can leave out what depends on it
     */
    CheckResult check(String id, String name, CheckBody body) throws InterruptedException;

    /** A check that cannot be asked, such as the cells of a table that is missing. */
    void skipped(String id, String name, String reason);
}
