package dev.assay.tools;

import dev.assay.process.Captured;
import dev.assay.process.Command;
import dev.assay.process.ProgramNotFound;
import dev.assay.process.Supervisor;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The user's own PATH, and of the user's environment what a program needs that looks for or fetches tools: proxies,
 * certificates, npm's settings.
 */
final class Shell {
    private static final Duration QUESTION = Duration.ofSeconds(30);
    private static final Set<String> PASSED_ON = Set.of(
            "PATH",
            "HOME",
            "USER",
            "LANG",
            "LC_ALL",
            "TMPDIR",
            "HTTP_PROXY",
            "HTTPS_PROXY",
            "NO_PROXY",
            "ALL_PROXY",
            "PROXY",
            "NODE_EXTRA_CA_CERTS",
            "NODE_USE_SYSTEM_CA",
            "NODE_USE_ENV_PROXY",
            "SSL_CERT_FILE",
            "SSL_CERT_DIR");

    private final Supervisor supervisor;
    private final Map<String, String> environment;

    Shell(Supervisor supervisor, Map<String, String> environment) {
        this.supervisor = supervisor;
        Map<String, String> passed = new LinkedHashMap<>();
        environment.forEach((name, value) -> {
            String upper = name.toUpperCase(Locale.ROOT);
            if (PASSED_ON.contains(upper) || upper.startsWith("NPM_CONFIG_")) {
                passed.put(name, value);
            }
        });
        this.environment = Map.copyOf(passed);
    }

    /** All programs of that name on the PATH, in its order. */
    List<Path> find(String program) {
        List<Path> found = new ArrayList<>();
        for (String folder : environment.getOrDefault("PATH", "").split(File.pathSeparator, -1)) {
            Path candidate = Path.of(folder, program);
            if (candidate.isAbsolute() && Files.isRegularFile(candidate) && Files.isExecutable(candidate)) {
                found.add(candidate);
            }
        }
        return found;
    }

    /** What a program answers to a short question, trimmed; empty where it fails. */
    Optional<String> ask(List<String> line) throws InterruptedException {
        return ask(line, environment);
    }

    /** As {@link #ask(List)}, with nothing in the environment but that PATH. */
    Optional<String> askWithin(Path bin, List<String> line) throws InterruptedException {
        return ask(line, Map.of("PATH", bin.toString()));
    }

    Captured run(List<String> line, Path directory, Duration limit) throws InterruptedException {
        return supervisor.capture(new Command(line, directory, environment, new byte[0], Command.Timers.wall(limit)));
    }

    private Optional<String> ask(List<String> line, Map<String, String> seen) throws InterruptedException {
        try {
            Captured answer = supervisor.capture(
                    new Command(line, Path.of("/"), seen, new byte[0], Command.Timers.wall(QUESTION)));
            return answer.succeeded() ? Optional.of(answer.out().trim()) : Optional.empty();
        } catch (ProgramNotFound e) {
            return Optional.empty();
        }
    }

    /** Size of all files in a folder, in MB; what cannot be read counts nothing. */
    static long megabytes(Path folder) {
        try (var files = Files.walk(folder)) {
            return files.filter(Files::isRegularFile)
                            .mapToLong(file -> file.toFile().length())
                            .sum()
                    / 1_000_000;
        } catch (IOException | UncheckedIOException e) {
            return 0; // files come and go while npm works
        }
    }
}
