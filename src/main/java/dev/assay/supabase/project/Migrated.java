package dev.assay.supabase.project;

import java.util.List;
import java.util.Optional;

/**
 * What applying migrations or seeds gave.
 *
 * @param done names of the files that were applied now, in order
 * @param notes what was skipped and why
 * @param failure the first that failed; what comes after it was not tried
 */
public record Migrated(List<String> done, List<String> notes, Optional<Failure> failure) {

    /**
     * @param file the file's name
     * @param message file, line, SQLSTATE, the server's message, the statement's head
     * @param infrastructure whether this database could never have done it, as for an extension that it lacks
     */
    public record Failure(String file, String message, boolean infrastructure) {}
}
