package dev.assay.check;

/** What a check does. */
@FunctionalInterface
public interface CheckBody {
    /**
     * Looks, and says what it found through {@code probe}.
     *
     * @throws CheckError when Assay could not measure: never the app's failure
     * @throws Exception anything else thrown is taken for a {@link CheckError}
     */
    void run(Probe probe) throws Exception;
}
