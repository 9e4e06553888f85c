package dev.assay;

import dev.assay.experiment.Experiment;
import dev.assay.experiment.ExperimentFiles;
import dev.assay.experiment.InvalidExperiment;
import dev.assay.run.Judgement;
import dev.assay.run.OracleApp;
import dev.assay.run.PlainStages;
import dev.assay.run.Recheck;
import dev.assay.run.RunListener;
import dev.assay.run.RunResult;
import dev.assay.settings.Option;
import dev.assay.settings.Settings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Apps of the shipped experiments, each judged by the whole evaluation, with one harness for all of them. */
final class JudgedApps implements AutoCloseable {
    private final Path folder;
    private final Assay assay;
    private final OracleApp oracles;
    private final ExperimentFiles files;

    /** An app as the evaluation judged it. */
    record Judged(RunResult result, Judgement judgement) {}

    /** @param folder for the apps; each is removed when it is judged */
    JudgedApps(Path folder) throws Exception {
        this.folder = folder;
        Settings settings = Settings.load(
                id -> id.equals(Option.DATA_DIR.id()) ? Optional.of(folder.toString()) : Optional.empty(), Path.of(""));
        this.assay = Assay.open(settings, System.out);
        this.oracles = assay.oracles(Path.of("target", "oracles"));
        this.files = ExperimentFiles.in(Path.of("experiments"));
    }

    Experiment experiment(String name) throws InvalidExperiment {
        return files.read(files.select(name).get(0));
    }

    /** Those that have a recorded oracle. */
    List<Experiment> experiments() throws InvalidExperiment {
        List<Experiment> experiments = new ArrayList<>();
        for (Path file : files.select("all")) {
            Experiment experiment = files.read(file);
            if (Files.isDirectory(experiment.recording())) {
                experiments.add(experiment);
            }
        }
        return experiments;
    }

    OracleApp oracles() {
        return oracles;
    }

    Judged judge(Experiment experiment, String name, Recheck.App app, RunListener... told) throws Exception {
        Path own = folder.resolve(experiment.base() + "-" + name.replace('/', '-'));
        Judgement judgement = new Judgement();
        List<RunListener> listeners = new ArrayList<>(List.of(told));
        listeners.add(judgement);
        Recheck recheck = assay.recheck(experiment, name, app, own, listeners);
        try {
            recheck.run(new PlainStages());
        } finally {
            recheck.finish();
            delete(own); // each holds its own node_modules
        }
        return new Judged(recheck.finish(), judgement);
    }

    private static void delete(Path folder) throws IOException {
        try (Stream<Path> found = Files.walk(folder)) {
            for (Path file : found.sorted(Comparator.reverseOrder()).collect(Collectors.toList())) {
                Files.delete(file);
            }
        }
    }

    @Override
    public void close() {
        assay.close();
    }
}
