package dev.assay.supabase.functions;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A function that is ready to start: its imports are there.
 *
 * @param importMap what its imports mean, as a file
 * @param config its own {@code deno.json}, where that says how to compile
 * @param files its modules on this machine
 * @param stamps of all files that make it what it is; one that is not there has a stamp too
 */
record Prepared(Path importMap, Optional<Path> config, List<Path> files, Map<Path, String> stamps) {
    boolean stillHolds() {
        return stamps.entrySet().stream()
                .allMatch(one -> FunctionFolder.stamp(one.getKey()).equals(one.getValue()));
    }
}
