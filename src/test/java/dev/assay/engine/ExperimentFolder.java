package dev.assay.engine;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Experiment files for tests, in {@code experiments} below a temporary directory. */
record ExperimentFolder(Path directory) {
    /** An experiment that says no more than it must. */
    ExperimentFolder with(String name) {
        return with(name, """
                title: %s
                prompt: Build a Supabase todo app.
                tags: [auth]
                contract:
                  tables:
                    todos: { match: "todo*", access: owner }
                """.formatted(name));
    }

    /** A matrix of two variants, at lines 5 and 6, and two repetitions. */
    ExperimentFolder withMatrix(String name, String base) {
        return with(name, """
                extends: %s
                matrix:
                  planner: recorded
                  implementer:
                    - recorded
                    - nop
                  verifier: recorded
                repetitions: 2
                """.formatted(base));
    }

    /** A file with a key that no experiment has, at line 2. */
    ExperimentFolder withInvalid(String name) {
        return with(name, "title: A slip\ntitel: A slip\nprompt: Build it.\n");
    }

    ExperimentFolder with(String name, String text) {
        try {
            Files.createDirectories(file(name).getParent());
            Files.writeString(file(name), text);
            return this;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    Path file(String name) {
        return directory.resolve("experiments").resolve(name + ".yaml");
    }
}
