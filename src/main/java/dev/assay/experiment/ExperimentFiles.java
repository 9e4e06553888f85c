package dev.assay.experiment;

import dev.assay.settings.NearestName;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The experiment files of a folder: which there are, which of them a selection names, and what they say. Looking is
 * cheap and changes nothing; a file is read when it is asked for, and every time anew. For any number of threads.
 */
public final class ExperimentFiles {
    private static final String ENDING = ".yaml";
    private static final String AD_HOC = "ad-hoc";
    private static final String DEFAULTS = "ad-hoc.yaml";
    private static final java.util.regex.Pattern NAME = java.util.regex.Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]*");
    private static final java.util.regex.Pattern EXTENDS =
            java.util.regex.Pattern.compile("^[\"']?extends[\"']?\\s*:", java.util.regex.Pattern.MULTILINE);

    private final Path directory;
    private @Nullable ExperimentSchema schema;
    private @Nullable ExperimentReader reader;

    private ExperimentFiles(Path directory) {
        this.directory = directory.toAbsolutePath().normalize();
    }

    /** The files of that folder, which need not exist. */
    public static ExperimentFiles in(Path directory) {
        return new ExperimentFiles(directory);
    }

    /** The folder, absolute. */
    public Path directory() {
        return directory;
    }

    /** The names of all experiments, sorted: the {@code *.yaml} files directly in the folder, without their ending. */
    public List<String> names() {
        if (!Files.isDirectory(directory)) {
            return List.of();
        }
        try (Stream<Path> files = Files.list(directory)) {
            return files.filter(Files::isRegularFile)
                    .map(file -> file.getFileName().toString())
                    .filter(name -> name.endsWith(ENDING) && name.length() > ENDING.length() && !name.startsWith("."))
                    .map(name -> name.substring(0, name.length() - ENDING.length()))
                    .sorted()
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(directory + " cannot be listed", e);
        }
    }

    /**
     * The files that a selection names, each once, in its order.
     *
     * @param selection a name, a glob with {@code *} and {@code ?}, {@code all}, or several with commas between them;
     *     blank is {@code all}. Globs and {@code all} leave out matrix files
     * @throws UnknownExperiment when a name or a glob finds nothing, with the names that there are
     */
    public List<Path> select(String selection) {
        List<String> names = names();
        Set<Path> files = new LinkedHashSet<>();
        for (String part : selection.isBlank() ? List.of("all") : List.of(selection.split(",", -1))) {
            String wanted = part.strip();
            if (wanted.isEmpty()) {
                continue;
            }
            List<String> found = wanted.equals("all")
                    ? names.stream().filter(name -> !isMatrix(file(name))).toList()
                    : Glob.is(wanted)
                            ? names.stream()
                                    .filter(name -> Glob.matches(wanted, name) && !isMatrix(file(name)))
                                    .toList()
                            : names.stream().filter(wanted::equals).toList();
            if (found.isEmpty()) {
                throw new UnknownExperiment(unknown(wanted, names));
            }
            found.forEach(name -> files.add(file(name)));
        }
        if (files.isEmpty()) {
            throw new UnknownExperiment(unknown(selection, names));
        }
        return List.copyOf(files);
    }

    /** The files that extend another one, which {@code all} leaves out; sorted by name. */
    public List<Path> matrixFiles() {
        return names().stream()
                .map(this::file)
                .filter(ExperimentFiles::isMatrix)
                .toList();
    }

    private String unknown(String wanted, List<String> names) {
        String folder = directory.getFileName() + "/";
        String there = names.isEmpty()
                ? Files.isDirectory(directory)
                        ? folder + " has none: put a file such as todo-auth.yaml there"
                        : "the folder " + directory + " does not exist: make it, or name another by experiments-dir"
                : folder + " has: " + String.join(", ", names);
        if (wanted.equals("all")) {
            return "No experiment to run; " + there;
        }
        return Glob.is(wanted)
                ? "No experiment matches '" + wanted + "'; " + there
                : "No experiment named '" + wanted + "'; " + there
                        + (names.isEmpty()
                                ? ""
                                : NearestName.hint(wanted, names).replaceFirst("^ ", ". "));
    }

    private Path file(String name) {
        return directory.resolve(name + ENDING);
    }

    /** A look at the text alone, so that a file that cannot be read is still found by {@code all}, and reported. */
    private static boolean isMatrix(Path file) {
        try {
            return EXTENDS.matcher(Files.readString(file)).find();
        } catch (IOException e) {
            return false;
        }
    }

    /**
     * Reads and checks one file.
     *
     * @throws InvalidExperiment with every problem that was found, in it or in the file that it extends
     */
    public Experiment read(Path file) throws InvalidExperiment {
        Path absolute = file.toAbsolutePath().normalize();
        List<Problem> problems = new ArrayList<>();
        YamlDocument document = document(absolute);
        String name = name(absolute, problems);
        problems.addAll(document.problems());
        @Nullable Experiment base = null;
        List<Variant> variants = List.of();
        if (document.readable()) {
            List<Problem> found = schema().problems(document);
            problems.addAll(found);
            base = base(document, problems);
            contract(document, problems);
            if (found.isEmpty()) {
                variants = Matrix.of(document, problems);
            }
        }
        if (!problems.isEmpty()) {
            problems.sort(
                    Comparator.comparing((Problem problem) -> !problem.file().equals(absolute))
                            .thenComparingInt(Problem::line));
            throw new InvalidExperiment(problems);
        }
        return base == null
                ? reader().experiment(name, document, variants)
                : reader().matrix(name, document, base, variants);
    }

    /** The experiment of a prompt that no file holds: the default interface and contract, every role {@code auto}. */
    public Experiment adHoc(String prompt) {
        return reader().adHoc(AD_HOC, file(AD_HOC), prompt);
    }

    /** Whether a file, or the one that it extends, says something at that JSON pointer; not where it is unreadable. */
    static boolean says(Experiment experiment, String pointer) {
        for (Path file : List.of(experiment.file(), experiment.file().resolveSibling(experiment.base() + ENDING))) {
            try {
                if (new YamlDocument(file, Files.readString(file)).has(pointer)) {
                    return true;
                }
            } catch (NoSuchFileException e) {
                // an ad-hoc prompt has no file, and so says nothing
                continue;
            } catch (IOException e) {
                throw new UncheckedIOException(file + " cannot be read", e);
            }
        }
        return false;
    }

    private static String name(Path file, List<Problem> problems) {
        String name = file.getFileName().toString().replaceFirst("\\.yaml$", "");
        if (!NAME.matcher(name).matches() || name.equals("all") || name.equals(AD_HOC)) {
            problems.add(new Problem(
                    file,
                    1,
                    "found the file name '" + name + "', expected letters, digits, '.', '_' and '-', and neither 'all'"
                            + " nor '" + AD_HOC + "'"));
        }
        return name;
    }

    private static YamlDocument document(Path file) throws InvalidExperiment {
        String why;
        try {
            return new YamlDocument(file, Files.readString(file));
        } catch (CharacterCodingException e) {
            why = "found bytes that are not UTF-8, expected a text file in UTF-8";
        } catch (NoSuchFileException e) {
            why = "the file does not exist";
        } catch (IOException e) {
            why = "the file cannot be read: " + e.getMessage();
        }
        throw new InvalidExperiment(List.of(new Problem(file, 1, why)));
    }

    private @Nullable Experiment base(YamlDocument document, List<Problem> problems) {
        if (!document.at("/extends").isString()) {
            return null;
        }
        String wanted = document.at("/extends").asString();
        Path file = document.file().resolveSibling(wanted + ENDING);
        ExperimentFiles beside = in(file.getParent() == null ? directory : file.getParent());
        if (!beside.names().contains(wanted)) {
            problems.add(document.problem(
                    "/extends",
                    "extends: found '" + wanted + "', expected the name of an experiment beside this file: "
                            + String.join(
                                    ", ",
                                    beside.names().stream()
                                            .filter(name -> !isMatrix(beside.file(name)))
                                            .toList())
                            + "." + NearestName.hint(wanted, beside.names())));
            return null;
        }
        if (isMatrix(file)) {
            problems.add(document.problem(
                    "/extends",
                    "extends: found '" + wanted
                            + "', which itself extends another; expected an experiment with a prompt"));
            return null;
        }
        try {
            return read(file);
        } catch (InvalidExperiment e) {
            problems.addAll(e.problems());
            return null;
        }
    }

    /** What a schema cannot say of the contract: its parts must fit together. */
    private static void contract(YamlDocument document, List<Problem> problems) {
        var resource = document.at("/contract/resource/table");
        var tables = document.at("/contract/tables");
        if (resource.isString() && !tables.has(resource.asString())) {
            problems.add(document.problem(
                    "/contract/resource/table",
                    "contract.resource.table: found '" + resource.asString() + "', expected a key of contract.tables"
                            + (tables.isObject() ? ": " + String.join(", ", tables.propertyNames()) : "")));
        }
        var flows = document.at("/contract/flows");
        for (int i = 0; i < flows.size(); i++) {
            String flow = flows.get(i).asString("");
            boolean creates = flow.equals("create-resource") || flow.equals("realtime");
            if (creates && !document.has("/contract/resource")) {
                problems.add(document.problem(
                        "/contract/flows/" + i,
                        "contract.flows[" + i + "]: found '" + flow
                                + "', expected a contract.resource that says what it creates"));
            }
        }
    }

    private synchronized ExperimentSchema schema() {
        ExperimentSchema ready = schema;
        if (ready == null) {
            ready = new ExperimentSchema();
            schema = ready;
        }
        return ready;
    }

    private synchronized ExperimentReader reader() {
        ExperimentReader ready = reader;
        if (ready == null) {
            ready = new ExperimentReader(defaults());
            reader = ready;
        }
        return ready;
    }

    private static YamlDocument defaults() {
        try (InputStream in = ExperimentFiles.class.getResourceAsStream(DEFAULTS)) {
            if (in == null) {
                throw new IllegalStateException(DEFAULTS + " is not on the class path");
            }
            return new YamlDocument(Path.of(DEFAULTS), new String(in.readAllBytes(), StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new UncheckedIOException(DEFAULTS + " cannot be read", e);
        }
    }
}
