package dev.assay.agent.recorded;

import dev.assay.process.Command;
import dev.assay.process.Command.Timers;
import dev.assay.process.Exit;
import dev.assay.process.Output;
import dev.assay.process.ProgramNotFound;
import dev.assay.process.Supervisor;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.stream.Stream;

/**
 * What a workspace holds, as one SHA-256: over path, NUL, length, NUL and content of each file that git does not ignore,
 * in the order of the paths, with filled-in values turned back. A link counts as its target's path.
 */
final class WorkspaceTree {
    /** What a run's own history leaves out as well, whether the app ignores it or not. */
    private static final String EXCLUDED = "node_modules/\n.vite/\n.deno/\n";

    private static final Duration TIME = Duration.ofMinutes(1);

    private final Supervisor supervisor;
    private final String path;

    WorkspaceTree(Supervisor supervisor, String path) {
        this.supervisor = supervisor;
        this.path = path;
    }

    /** @return the digest; empty where git is missing or fails, so that nobody can tell */
    Optional<String> digest(Path workspace, Placeholders placeholders, List<String> spokenOf)
            throws IOException, InterruptedException {
        Optional<TreeSet<String>> files = files(workspace);
        if (files.isEmpty()) {
            return Optional.empty();
        }
        MessageDigest sha = sha256();
        for (String file : files.get()) {
            Path found = workspace.resolve(file);
            byte[] content;
            if (Files.isSymbolicLink(found)) {
                content = Files.readSymbolicLink(found).toString().getBytes(StandardCharsets.UTF_8);
            } else if (Files.isRegularFile(found)) {
                content = Files.readAllBytes(found);
            } else {
                // A repository inside the workspace, which git names as a folder.
                continue;
            }
            byte[] restored = placeholders.restore(content, spokenOf);
            sha.update((file + "\0" + restored.length + "\0").getBytes(StandardCharsets.UTF_8));
            sha.update(restored);
        }
        return Optional.of(HexFormat.of().formatHex(sha.digest()));
    }

    /** Asks git with an empty repository of our own: to it every file is new, and only what is ignored is left out. */
    Optional<TreeSet<String>> files(Path workspace) throws IOException, InterruptedException {
        Path repository = Files.createTempDirectory("assay-tree-");
        try {
            ByteArrayOutputStream names = new ByteArrayOutputStream();
            Files.createDirectory(repository.resolve("info"));
            Files.writeString(repository.resolve("info/exclude"), EXCLUDED);
            if (!git(workspace, repository, Output.IGNORED, "init", "--quiet", "--bare")
                    || !git(
                            workspace,
                            repository,
                            (stream, line) -> {
                                if (stream == Output.Stream.STDOUT) {
                                    // A line feed within a name, which only NUL ends.
                                    if (names.size() > 0) {
                                        names.write('\n');
                                    }
                                    names.writeBytes(line);
                                }
                            },
                            "--work-tree=" + workspace,
                            "ls-files",
                            "--others",
                            "--exclude-standard",
                            "-z")) {
                return Optional.empty();
            }
            TreeSet<String> files =
                    new TreeSet<>(List.of(names.toString(StandardCharsets.UTF_8).split("\0")));
            files.remove("");
            return Optional.of(files);
        } finally {
            delete(repository);
        }
    }

    private boolean git(Path workspace, Path repository, Output output, String... arguments)
            throws InterruptedException {
        Map<String, String> environment = Map.of(
                "PATH",
                path,
                "HOME",
                repository.toString(),
                "LANG",
                "C.UTF-8",
                "GIT_CONFIG_NOSYSTEM",
                "1",
                "GIT_CONFIG_GLOBAL",
                "/dev/null",
                "GIT_DIR",
                repository.toString());
        List<String> line = Stream.concat(Stream.of("git", "-c", "core.excludesFile=/dev/null"), Stream.of(arguments))
                .toList();
        try {
            Exit exit =
                    supervisor.run(new Command(line, workspace, environment, new byte[0], Timers.wall(TIME)), output);
            return exit.succeeded();
        } catch (ProgramNotFound e) {
            // Said by the caller, as a tree that cannot be told.
            return false;
        }
    }

    static void delete(Path folder) throws IOException {
        try (Stream<Path> found = Files.walk(folder)) {
            for (Path file : found.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }
}
