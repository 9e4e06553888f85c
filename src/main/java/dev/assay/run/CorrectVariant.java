package dev.assay.run;

import dev.assay.experiment.Experiment;
import dev.assay.settings.UsageError;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Another correct app for an experiment: what every check must pass, so that no check asks for what nobody asked the
 * agent for. Kept in {@code experiments/NAME/variants/}.
 *
 * @param name the folder's name
 * @param folder the app's files
 */
public record CorrectVariant(String name, Path folder) implements Recheck.App {
    private static final String FOLDER = "variants";

    /** All of an experiment, by name. */
    public static List<CorrectVariant> of(Experiment experiment) {
        Path folder = experiment.folder().resolve(FOLDER);
        if (!Files.isDirectory(folder)) {
            return List.of();
        }
        try (Stream<Path> folders = Files.list(folder)) {
            return folders.filter(Files::isDirectory)
                    .map(app -> new CorrectVariant(app.getFileName().toString(), app))
                    .sorted(Comparator.comparing(CorrectVariant::name))
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(folder + " cannot be listed", e);
        }
    }

    /** @throws UsageError where the experiment has no such variant, with the names that there are */
    public static CorrectVariant named(String name, Experiment experiment) {
        List<CorrectVariant> all = of(experiment);
        return all.stream()
                .filter(variant -> variant.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new UsageError("No correct variant of " + experiment.base() + " is named '" + name
                        + "'; there are: "
                        + all.stream().map(CorrectVariant::name).collect(Collectors.joining(", "))));
    }

    @Override
    public void writeInto(Path workspace) throws IOException {
        AppFiles.copy(folder, workspace);
    }
}
