package dev.assay.process;

/**
 * A process that has ended, with what it printed as UTF-8 text.
 *
 * @param out standard output; the last MiB of it
 * @param err standard error; the last MiB of it
 * @param cut whether there was more than that in either
 */
public record Captured(Exit exit, String out, String err, boolean cut) {
    public boolean succeeded() {
        return exit.succeeded();
    }
}
