package dev.assay.tools;

import java.nio.file.Path;

/**
 * A program that is ready for use.
 *
 * @param name as people call it, such as {@code Node}
 * @param version such as {@code 22.23.3}
 * @param bin the folder to put first on the PATH of those who use it
 * @param program the program itself
 * @param installed whether it is Assay's own, in the cache, and not one of the machine
 */
public record Tool(String name, String version, Path bin, Path program, boolean installed) {
    /** One line for people: which version, and where. */
    public String describe() {
        return name + " " + version + ": " + (installed ? "installed in " + bin : "found at " + program);
    }
}
