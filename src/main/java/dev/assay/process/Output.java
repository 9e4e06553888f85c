package dev.assay.process;

/** Takes what a supervised process prints, line by line, from one thread per stream. */
@FunctionalInterface
public interface Output {
    Output IGNORED = (stream, line) -> {};

    /**
     * Takes one line. What it throws stops the process.
     *
     * @param stream which stream
     * @param line the bytes without their line end; the array is the receiver's to keep
     */
    void line(Stream stream, byte[] line);

    /** Where a line came from; {@link #ASSAY} are lines of our own. */
    enum Stream {
        STDOUT,
        STDERR,
        ASSAY
    }
}
