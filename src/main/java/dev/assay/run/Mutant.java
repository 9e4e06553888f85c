package dev.assay.run;

import dev.assay.check.LayerKind;
import dev.assay.experiment.Experiment;
import dev.assay.process.Captured;
import dev.assay.process.Command;
import dev.assay.process.Command.Timers;
import dev.assay.process.Supervisor;
import dev.assay.settings.UsageError;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The oracle's finished app with one mistake in it, of the kind that agents make: proof that a check can fail. Kept as
 * {@code experiments/EXPERIMENT/mutants/NAME.patch}, a unified diff below a header of lines {@code # key: value}:
 *
 * <pre>
 * # what: row level security is never switched on
 * # experiment: todo-auth
 * # layer: rls
 * # also: browser
 * # finding: row level security is off on table todos
 * # user: everybody who signs in sees everybody's todos
 * </pre>
 *
 * @param name the file's name without {@code .patch}
 * @param file the patch
 * @param what the mistake
 * @param experiment whose oracle it changes
 * @param layer the layer that must catch it
 * @param also layers that may fail too; {@code also} is optional in the header
 * @param finding words that a finding of the layer must hold, so that it names the cause
 * @param user what a user of the app would notice
 */
public record Mutant(
        String name,
        Path file,
        String what,
        String experiment,
        LayerKind layer,
        Set<LayerKind> also,
        String finding,
        String user) {
    private static final String ENDING = ".patch";
    private static final Pattern HEADER = Pattern.compile("#\\s*(\\w+):\\s*(.*?)\\s*");
    private static final List<String> KEYS = List.of("what", "experiment", "layer", "also", "finding", "user");
    private static final Duration GIT_TIME = Duration.ofMinutes(1);

    /** All of an experiment, by name. */
    public static List<Mutant> of(Experiment experiment) {
        Path folder = experiment.folder().resolve("mutants");
        if (!Files.isDirectory(folder)) {
            return List.of();
        }
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(file -> file.getFileName().toString().endsWith(ENDING))
                    .map(Mutant::read)
                    .sorted(Comparator.comparing(Mutant::name))
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(folder + " cannot be listed", e);
        }
    }

    /** @throws UsageError where the experiment has no such mutant, with the names that there are */
    public static Mutant named(String name, Experiment experiment) {
        List<Mutant> all = of(experiment);
        return all.stream()
                .filter(mutant -> mutant.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new UsageError("No mutant of " + experiment.base() + " is named '" + name
                        + "'; there are: "
                        + all.stream().map(Mutant::name).collect(Collectors.joining(", "))));
    }

    /** @throws UsageError where the header lacks something, with file and line */
    public static Mutant read(Path file) {
        Map<String, String> header = new LinkedHashMap<>();
        List<String> lines;
        try {
            lines = Files.readAllLines(file);
        } catch (IOException e) {
            throw new UncheckedIOException("The mutant " + file + " cannot be read", e);
        }
        for (int i = 0; i < lines.size() && lines.get(i).startsWith("#"); i++) {
            Matcher line = HEADER.matcher(lines.get(i));
            if (!line.matches() || !KEYS.contains(line.group(1))) {
                throw wrong(file, i + 1, "\"" + lines.get(i) + "\" is no header: # KEY: VALUE with a key of " + KEYS);
            }
            if (header.put(line.group(1), line.group(2)) != null) {
                throw wrong(file, i + 1, "\"" + line.group(1) + "\" stands there twice");
            }
        }
        for (String key : KEYS) {
            if (!key.equals("also") && header.getOrDefault(key, "").isEmpty()) {
                throw wrong(file, header.size() + 1, "the header has no line \"# " + key + ": …\"");
            }
        }
        String name = file.getFileName().toString();
        Set<LayerKind> also = Arrays.stream(header.getOrDefault("also", "").split(","))
                .map(String::strip)
                .filter(id -> !id.isEmpty())
                .map(id -> layer(file, id))
                .collect(Collectors.toCollection(() -> EnumSet.noneOf(LayerKind.class)));
        return new Mutant(
                name.substring(0, name.length() - ENDING.length()),
                file,
                header.getOrDefault("what", ""),
                header.getOrDefault("experiment", ""),
                layer(file, header.getOrDefault("layer", "")),
                Set.copyOf(also),
                header.getOrDefault("finding", ""),
                header.getOrDefault("user", ""));
    }

    private static LayerKind layer(Path file, String id) {
        return Arrays.stream(LayerKind.values())
                .filter(kind -> kind.id().equals(id))
                .findFirst()
                .orElseThrow(() -> wrong(
                        file,
                        1,
                        "\"" + id + "\" is no layer: there are "
                                + Arrays.stream(LayerKind.values())
                                        .map(LayerKind::id)
                                        .collect(Collectors.joining(", "))));
    }

    private static UsageError wrong(Path file, int line, String what) {
        return new UsageError(file + ":" + line + ": " + what);
    }

    /**
     * Makes the mistake in the oracle's files.
     *
     * @param folder the oracle's finished app
     * @param searchPath PATH on which git is
     * @throws IllegalStateException where the patch does not fit, as after a change of the recording
     */
    void applyTo(Path folder, Supervisor supervisor, String searchPath) throws InterruptedException {
        Path home = folder.toAbsolutePath().getParent();
        Map<String, String> environment = Map.of(
                "PATH",
                searchPath,
                "HOME",
                home.toString(),
                "LANG",
                "C.UTF-8",
                "GIT_CONFIG_NOSYSTEM",
                "1",
                "GIT_CONFIG_GLOBAL",
                "/dev/null",
                // inside somebody's repository git would take the paths for that repository's
                "GIT_CEILING_DIRECTORIES",
                home.toString());
        List<String> line = List.of(
                "git", "apply", "--whitespace=nowarn", file.toAbsolutePath().toString());
        Captured applied =
                supervisor.capture(new Command(line, folder, environment, new byte[0], Timers.wall(GIT_TIME)));
        if (!applied.exit().succeeded()) {
            throw new IllegalStateException("The mutant " + file + " does not fit the oracle's finished app: "
                    + applied.err().strip().lines().collect(Collectors.joining("; "))
                    + ". Make the patch again after a change of the recording.");
        }
    }
}
