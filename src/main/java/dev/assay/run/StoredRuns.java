package dev.assay.run;

import dev.assay.settings.UsageError;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import tools.jackson.core.JacksonException;

/**
 * The runs of this user on this machine, each by the {@code run.json} in its folder. Looking is cheap and changes
 * nothing.
 */
public final class StoredRuns {
    private static final String FILE = "run.json";
    private static final int SHOWN = 5;

    private final Path folder;

    /** @param data the user's data folder for Assay */
    public StoredRuns(Path data) {
        this.folder = data.resolve("runs").toAbsolutePath().normalize();
    }

    /** Where a run is built unless it is said otherwise. */
    public Path folder() {
        return folder;
    }

    /** Keeps what is known of a run that begins: in its own folder, and here where that is somewhere else. */
    public void begins(RunInfo run) {
        begins(run, Optional.empty());
    }

    /**
     * Keeps what is known of a run that begins, and what it goes on with.
     *
     * @param guidance what its agents are given beside their task, which stays when the run is gone on with
     */
    public void begins(RunInfo run, Optional<Guidance> guidance) {
        StoredRun stored = StoredRun.of(run, guidance);
        try {
            write(stored, run.folder());
            if (!run.folder().equals(folder.resolve(run.id()))) {
                write(stored, folder.resolve(run.id()));
            }
        } catch (IOException e) {
            throw new UncheckedIOException("the run's folder " + run.folder() + " cannot be written", e);
        }
    }

    private static void write(StoredRun run, Path into) throws IOException {
        Files.createDirectories(into);
        Path whole = into.resolve(FILE);
        Path half = into.resolve(FILE + ".tmp");
        Files.writeString(half, run.json().toPrettyString() + "\n");
        Files.move(half, whole, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    /** All that can be read, the newest first. */
    public List<StoredRun> all() {
        if (!Files.isDirectory(folder)) {
            return List.of();
        }
        try (Stream<Path> found = Files.list(folder)) {
            return found.map(StoredRuns::read)
                    .flatMap(Optional::stream)
                    .sorted(Comparator.comparing(StoredRun::started)
                            .thenComparing(StoredRun::id)
                            .reversed())
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException("the runs in " + folder + " cannot be listed", e);
        }
    }

    /**
     * The run whose id begins so; {@code latest} is the one that began last.
     *
     * @throws UsageError where there is none or more than one, with what there is
     */
    public StoredRun named(String prefix) {
        List<StoredRun> all = all();
        if (prefix.equals("latest") && !all.isEmpty()) {
            return all.get(0);
        }
        List<StoredRun> found =
                all.stream().filter(run -> run.id().startsWith(prefix)).toList();
        List<StoredRun> exact =
                found.stream().filter(run -> run.id().equals(prefix)).toList();
        if (found.size() == 1 || exact.size() == 1) {
            return exact.isEmpty() ? found.get(0) : exact.get(0);
        }
        if (found.isEmpty()) {
            throw new UsageError("No run's id begins with '" + prefix + "'. "
                    + (all.isEmpty()
                            ? "There is no run in " + folder + " yet."
                            : "The latest in " + folder + ": " + ids(all) + "."));
        }
        throw new UsageError(
                found.size() + " runs' ids begin with '" + prefix + "': " + ids(found) + ". Give more of the id.");
    }

    private static String ids(List<StoredRun> runs) {
        String shown = runs.stream()
                .limit(SHOWN)
                .map(run -> run.id() + " (" + run.experiment() + ")")
                .collect(Collectors.joining(", "));
        return runs.size() > SHOWN ? shown + ", …" : shown;
    }

    /** The latest run of a variant and repetition, as the tree calls them. */
    public Optional<StoredRun> latest(String experiment, String variant, int repetition) {
        return all().stream()
                .filter(run -> run.experiment().equals(experiment)
                        && run.repetition() == repetition
                        && run.variantInTree().equals(variant))
                .findFirst();
    }

    /** Empty where the folder holds no run, or one of a version that kept less. */
    private static Optional<StoredRun> read(Path folder) {
        Path file = folder.resolve(FILE);
        if (!Files.isRegularFile(file)) {
            return Optional.empty();
        }
        try {
            return Optional.of(StoredRun.read(Schemas.JSON.readTree(Files.readString(file)), folder));
        } catch (IOException e) {
            throw new UncheckedIOException(file + " cannot be read", e);
        } catch (JacksonException | IllegalArgumentException | java.time.DateTimeException e) {
            throw new UsageError(
                    file + " is not what Assay writes: " + e.getMessage() + ". Put it right, or move the folder away.");
        }
    }
}
