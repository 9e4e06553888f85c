package dev.assay.engine.discovery;

import dev.assay.engine.Experiments;
import dev.assay.experiment.Experiment;
import dev.assay.experiment.ExperimentFiles;
import dev.assay.experiment.InvalidExperiment;
import dev.assay.experiment.Overrides;
import dev.assay.run.ExperimentRuns.ResumedStep;
import dev.assay.run.StoredRun;
import dev.assay.run.StoredRuns;
import dev.assay.settings.Directories;
import dev.assay.settings.Option;
import dev.assay.settings.Settings;
import dev.assay.settings.UsageError;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** The experiments in a folder, as the settings choose and change them. For one request. */
final class Catalog {
    private static final String FILE_ENDING = ".yaml";

    /** The name of the experiment that an ad-hoc prompt is; no file may have it. */
    private static final String AD_HOC = "ad-hoc";

    private final Supplier<Settings> loading;
    private final Path workingDirectory;
    private final Map<Path, ExperimentFiles> folders = new HashMap<>();
    private @Nullable Settings loaded;
    private @Nullable String storedPrompt;

    /** @param settings asked once, and only when an experiment is looked for */
    Catalog(Supplier<Settings> settings, Path workingDirectory) {
        this.loading = settings;
        this.workingDirectory = workingDirectory;
    }

    private Settings settings() {
        if (loaded == null) {
            loaded = loading.get();
        }
        return loaded;
    }

    /** What was asked for when only a folder is named: all but matrix files, unless the settings say more. */
    String asked() {
        for (Option stored : List.of(Option.RESUME, Option.RECHECK)) {
            if (settings().isGiven(stored)) {
                return stored.id();
            }
        }
        return settings().isGiven(Option.PROMPT)
                ? AD_HOC
                : settings().text(Option.EXPERIMENT).orElse("all");
    }

    /** The files of a folder that were asked for, at least one. */
    List<Path> chosen(Path folder) {
        if (settings().isGiven(Option.PROMPT) && settings().isGiven(Option.EXPERIMENT)) {
            throw new UsageError("Both experiment (" + settings().origin(Option.EXPERIMENT) + ") and prompt ("
                    + settings().origin(Option.PROMPT) + ") say what to run; give one of them.");
        }
        return settings().isGiven(Option.PROMPT)
                ? List.of(file(folder, AD_HOC))
                : in(folder).select(asked());
    }

    /**
     * The run that is to be checked again, where one is named.
     *
     * @throws UsageError where there is none of that name, or more is asked for beside it
     */
    Optional<StoredRun> toRecheck() {
        return stored(Option.RECHECK);
    }

    /** As {@link #toRecheck()}, for the run that is to be gone on with. */
    Optional<StoredRun> toResume() {
        return stored(Option.RESUME);
    }

    /** The step from which the run is to be gone on with, where one is named. */
    Optional<ResumedStep> startStep() {
        return settings().isGiven(Option.START_STEP)
                ? Optional.of(ResumedStep.at(settings().number(Option.START_STEP)))
                : Optional.empty();
    }

    /** The latest run of a variant and repetition of an experiment, as the tree calls them. */
    Optional<StoredRun> latest(Path experiment, String variant, int repetition) {
        return storedRuns().latest(name(experiment), variant, repetition);
    }

    private Optional<StoredRun> stored(Option option) {
        if (!settings().isGiven(option)) {
            return Optional.empty();
        }
        for (Option other : List.of(Option.EXPERIMENT, Option.PROMPT, Option.RESUME, Option.RECHECK)) {
            if (other != option && settings().isGiven(other)) {
                throw new UsageError("Both " + option.id() + " (" + settings().origin(option) + ") and " + other.id()
                        + " (" + settings().origin(other) + ") say what to do; give one of them.");
            }
        }
        return Optional.of(storedRuns().named(settings().text(option).orElse("").strip()));
    }

    private StoredRuns storedRuns() {
        return new StoredRuns(Directories.of(settings()).data());
    }

    /** The file of a stored run's experiment: where it was, else the one of that name where experiments are now. */
    Path file(StoredRun run) {
        if (run.experiment().equals(AD_HOC)) {
            storedPrompt = run.prompt();
        }
        return run.experiment().equals(AD_HOC) || Files.isRegularFile(run.file())
                ? run.file()
                : named(usualFolder(), run.experiment());
    }

    /** The one file of that name, matrix file or not. */
    Path named(Path folder, String name) {
        Path file = file(folder, name);
        return name.equals(AD_HOC) || Files.isRegularFile(file)
                ? file
                : in(folder).select(name).get(0);
    }

    /**
     * What a file says, or what the prompt asks for, with what the settings change.
     *
     * @throws InvalidExperiment when the file cannot be read
     * @throws UsageError when the settings cannot be meant
     */
    Experiment read(Path file) throws InvalidExperiment {
        ExperimentFiles folder = in(file.getParent());
        Experiment experiment = name(file).equals(AD_HOC) ? folder.adHoc(prompt()) : folder.read(file);
        return Overrides.apply(experiment, settings());
    }

    private String prompt() {
        return Optional.ofNullable(storedPrompt)
                .or(() -> settings().text(Option.PROMPT))
                .orElseThrow(() ->
                        new UsageError("The prompt of an ad-hoc run is in no file: give it again, as option prompt."));
    }

    private ExperimentFiles in(Path folder) {
        return folders.computeIfAbsent(folder, ExperimentFiles::in);
    }

    private static Path file(Path folder, String name) {
        return folder.resolve(name + FILE_ENDING);
    }

    /** The folder of a class: the option's, where somebody said it, else the one that the class declares. */
    Path folder(Experiments declared) {
        return settings().isGiven(Option.EXPERIMENTS_DIR) ? usualFolder() : path(declared.value());
    }

    private Path usualFolder() {
        return settings().path(Option.EXPERIMENTS_DIR);
    }

    /** A file or folder as it is on disk. */
    Path path(String name) {
        return workingDirectory.resolve(name).toAbsolutePath().normalize();
    }

    /** How a file is called in a unique id when no class stands above it: by name, or by path outside the usual folder. */
    String id(Path file) {
        String name = name(file);
        Path folder = file.getParent();
        if (folder.equals(usualFolder())) {
            return name;
        }
        Path from = path("");
        return (folder.startsWith(from) ? from.relativize(folder) : folder)
                .resolve(name)
                .toString()
                .replace('\\', '/');
    }

    /** The file that {@link #id} stands for. */
    Path withId(String id) {
        int slash = id.lastIndexOf('/');
        return named(slash < 0 ? usualFolder() : path(id.substring(0, slash)), id.substring(slash + 1));
    }

    static boolean isExperimentFile(Path path) {
        return path.getFileName().toString().endsWith(FILE_ENDING);
    }

    static String name(Path file) {
        String name = file.getFileName().toString();
        return isExperimentFile(file) ? name.substring(0, name.length() - FILE_ENDING.length()) : name;
    }
}
