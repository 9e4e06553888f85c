package dev.assay.run;

import dev.assay.process.Captured;
import dev.assay.process.Command;
import dev.assay.process.Command.Timers;
import dev.assay.process.Supervisor;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The folder that a run's agents work in, with a history of the run's own: a git repository beside the folder, so that
 * what an agent does with git inside it does not disturb ours.
 */
final class Workspace {
    private static final Duration GIT_TIME = Duration.ofMinutes(2);
    /** What no agent writes by hand and no diff should show, whether the app ignores it or not. */
    private static final String EXCLUDED = "node_modules/\n.vite/\n.deno/\n";
    /** Where no repository of an agent's is looked for. */
    private static final Set<String> SKIPPED = Set.of(".git", "node_modules", ".vite", ".deno");
    /** Files are kept byte by byte, and shown in diffs, whatever the app's own attributes say. */
    private static final String ATTRIBUTES = "* -text !eol -ident -filter -working-tree-encoding !diff\n";

    private final Path folder;
    private final Path history;
    private final Supervisor supervisor;
    private final Map<String, String> environment;

    Workspace(Path folder, Path history, Supervisor supervisor, String path) {
        this.folder = folder;
        this.history = history;
        this.supervisor = supervisor;
        this.environment = Map.of(
                "PATH", path,
                "HOME", history.toString(),
                "LANG", "C.UTF-8",
                "GIT_CONFIG_NOSYSTEM", "1",
                "GIT_CONFIG_GLOBAL", "/dev/null",
                "GIT_TERMINAL_PROMPT", "0");
    }

    Path folder() {
        return folder;
    }

    /** Makes the folder and its history where they are missing; returns the latest commit. */
    String open() throws InterruptedException {
        try {
            Files.createDirectories(folder);
            if (!Files.exists(history.resolve("HEAD"))) {
                Files.createDirectories(history);
                git("init", "--quiet", "--initial-branch=run");
                Files.createDirectories(history.resolve("info"));
                Files.writeString(history.resolve("info/exclude"), EXCLUDED);
                Files.writeString(history.resolve("info/attributes"), ATTRIBUTES);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("cannot make the workspace " + folder, e);
        }
        return commit("start");
    }

    /** Keeps the folder as it is now; returns the commit, the last one where nothing changed. */
    String commit(String message) throws InterruptedException {
        stage();
        boolean first = git("rev-list", "--all", "--max-count=1").isBlank();
        if (first || !git("diff", "--cached", "--name-only").isBlank()) {
            git("commit", "--quiet", "--allow-empty", "--no-verify", "--message", message);
        }
        return git("rev-parse", "HEAD").strip();
    }

    /** Marks a commit as what a part of the run left: {@code refs/assay/NAME}. */
    void mark(String name, String commit) throws InterruptedException {
        git("update-ref", "refs/assay/" + name, commit);
    }

    /**
     * The last commit of a history that is there.
     *
     * @throws IllegalStateException where there is none
     */
    String latest() throws InterruptedException {
        if (!Files.exists(history.resolve("HEAD"))) {
            throw new IllegalStateException("the run's history " + history + " is gone, and with it the app");
        }
        return git("rev-parse", "HEAD").strip();
    }

    /** Puts the files of a commit into the folder; the history stays where it is. */
    void show(String commit) throws InterruptedException {
        git("read-tree", "-u", "--reset", commit);
    }

    /** Puts the files of a commit into the folder and goes on from there; returns the commit that holds them. */
    String backTo(String commit) throws InterruptedException {
        show(commit);
        return commit("back to " + commit);
    }

    /** What differs between two commits, as a unified diff. */
    String diff(String from, String to) throws InterruptedException {
        return git("diff", "--no-color", "--no-ext-diff", from, to, "--", ".", ":(exclude,glob)**/package-lock.json");
    }

    /** Whether two commits hold different files. */
    boolean differ(String from, String to) throws InterruptedException {
        return !git("diff", "--name-only", from, to).isBlank();
    }

    /** The files that were changed since the last commit. */
    List<String> changes() throws InterruptedException {
        stage();
        return git("diff", "--cached", "--name-only", "-z")
                .transform(names -> Arrays.stream(names.split("\0", -1)))
                .filter(name -> !name.isBlank())
                .toList();
    }

    /** What was changed since the last commit, as a unified diff. */
    String diff() throws InterruptedException {
        stage();
        return git("diff", "--cached", "--no-color", "--no-ext-diff");
    }

    /** Puts the folder back to the last commit. */
    void reset() throws InterruptedException {
        stage();
        git("reset", "--quiet", "--hard");
        // twice, so that repositories that an agent made inside the folder go as well
        git("clean", "--quiet", "-d", "--force", "--force");
    }

    /**
     * Brings the folder as it is into the index. Git takes a repository inside the folder for a submodule, and keeps
     * nothing of its files, as long as the index knows none of them: so it is told of one, which is not there.
     */
    private void stage() throws InterruptedException {
        for (Path inner : innerRepositories()) {
            String name = folder.relativize(inner).resolve(".assay").toString();
            git("update-index", "--add", "--cacheinfo", "100644," + emptyBlob() + "," + name);
        }
        git("add", "--all");
    }

    private String emptyBlob() throws InterruptedException {
        return git("hash-object", "-w", "--stdin").strip();
    }

    private List<Path> innerRepositories() {
        List<Path> found = new ArrayList<>();
        try {
            Files.walkFileTree(folder, new SimpleFileVisitor<>() {
                @Override
                public FileVisitResult preVisitDirectory(Path visited, BasicFileAttributes attributes) {
                    String name = visited.getFileName().toString();
                    if (SKIPPED.contains(name)) {
                        return FileVisitResult.SKIP_SUBTREE;
                    }
                    if (!visited.equals(folder) && Files.exists(visited.resolve(".git"), LinkOption.NOFOLLOW_LINKS)) {
                        found.add(visited);
                    }
                    return FileVisitResult.CONTINUE;
                }

                @Override
                public FileVisitResult visitFileFailed(Path file, IOException e) {
                    // gone meanwhile, or not ours to read: git will say so if it matters
                    return FileVisitResult.CONTINUE;
                }
            });
        } catch (IOException e) {
            throw new UncheckedIOException("cannot look through the workspace " + folder, e);
        }
        return found;
    }

    /** Writes the files of a commit into a fresh folder. */
    void export(String commit, Path into) throws InterruptedException {
        Path index = history.resolve("export-index");
        try {
            Files.createDirectories(into);
            Map<String, String> apart = new HashMap<>(environment);
            apart.put("GIT_INDEX_FILE", index.toString());
            run(List.of("git", "--git-dir=" + history, "read-tree", commit), apart);
            run(
                    List.of(
                            "git",
                            "--git-dir=" + history,
                            "--work-tree=" + folder,
                            "checkout-index",
                            "--all",
                            "--force",
                            "--prefix=" + into + "/"),
                    apart);
            Files.deleteIfExists(index);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot write commit " + commit + " into " + into, e);
        }
    }

    private String git(String... arguments) throws InterruptedException {
        List<String> line = new ArrayList<>(List.of(
                "git",
                "--git-dir=" + history,
                "--work-tree=" + folder,
                "-c",
                "user.name=assay",
                "-c",
                "user.email=assay@localhost",
                "-c",
                "core.hooksPath=/dev/null",
                "-c",
                "core.autocrlf=false",
                "-c",
                "commit.gpgsign=false",
                "-c",
                "advice.addEmbeddedRepo=false"));
        line.addAll(List.of(arguments));
        return run(line, environment);
    }

    private String run(List<String> line, Map<String, String> environment) throws InterruptedException {
        Captured captured =
                supervisor.capture(new Command(line, folder, environment, new byte[0], Timers.wall(GIT_TIME)));
        if (!captured.exit().succeeded()) {
            throw new IllegalStateException("git failed in " + folder + " (exit "
                    + captured.exit().code() + "): " + String.join(" ", line) + "\n" + captured.err());
        }
        return captured.out();
    }
}
