package dev.assay.engine;

import dev.assay.experiment.Experiment;
import dev.assay.experiment.ExperimentFiles;
import dev.assay.experiment.InvalidExperiment;
import dev.assay.experiment.Role;
import dev.assay.experiment.SkillsMode;
import dev.assay.experiment.Variant;
import dev.assay.run.RunInfo;
import dev.assay.run.StoredRun;
import dev.assay.run.StoredRuns;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Map;
import java.util.Set;

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

    /** A run that began, in the data folder that is this directory. */
    StoredRun stored(String id, String experiment, String variant, int repetition) throws InvalidExperiment {
        Experiment read = ExperimentFiles.in(directory.resolve("experiments")).read(file(experiment));
        Role role = Role.parse("recorded");
        StoredRuns runs = new StoredRuns(directory);
        runs.begins(new RunInfo(
                id,
                read,
                new Variant(variant, role, role, role, SkillsMode.NONE, 1),
                repetition,
                "recorded",
                "embedded",
                runs.folder().resolve(id),
                "[engine:assay]/[experiment:" + experiment + "]/[variant:" + variant.replace("+", "%2B") + "]/[run:"
                        + repetition + "]",
                Map.of(),
                Set.of(),
                Instant.parse("2026-03-01T10:00:00Z")));
        return runs.named(id);
    }

    Path file(String name) {
        return directory.resolve("experiments").resolve(name + ".yaml");
    }
}
