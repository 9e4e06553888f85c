package dev.assay.experiment;

import java.nio.file.Path;

/**
 * Something wrong in an experiment file.
 *
 * @param file the file
 * @param line its line, from 1
 * @param message what was found and what was expected
 */
public record Problem(Path file, int line, String message) {
    /** {@code experiments/x.yaml:12: message}, with the folder's name and not its whole path. */
    @Override
    public String toString() {
        return shown(file) + ":" + line + ": " + message;
    }

    static String shown(Path file) {
        Path parent = file.getParent();
        Path folder = parent == null ? null : parent.getFileName();
        return folder == null ? String.valueOf(file.getFileName()) : folder + "/" + file.getFileName();
    }
}
