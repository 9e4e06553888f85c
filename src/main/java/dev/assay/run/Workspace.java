package dev.assay.run;

import dev.assay.process.Captured;
import dev.assay.process.Command;
import dev.assay.process.Command.Timers;
import dev.assay.process.Supervisor;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The folder that a run's agents work in, with a history of the run's own: a git repository beside the folder, so that
 * what an agent does with git inside it does not disturb ours.
 */
final class Workspace {
    private static final Duration GIT_TIME = Duration.ofMinutes(2);
    /** What no agent writes by hand and no diff should show, whether the app ignores it or not. */
    private static final String EXCLUDED = "node_modules/\n.vite/\n.deno/\n";

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
            }
        } catch (IOException e) {
            throw new UncheckedIOException("cannot make the workspace " + folder, e);
        }
        return commit("start");
    }

    /** Keeps the folder as it is now; returns the commit, the last one where nothing changed. */
    String commit(String message) throws InterruptedException {
        git("add", "--all");
        boolean first = git("rev-list", "--all", "--max-count=1").isBlank();
        if (first || !git("diff", "--cached", "--name-only").isBlank()) {
            git("commit", "--quiet", "--allow-empty", "--no-verify", "--message", message);
        }
        return git("rev-parse", "HEAD").strip();
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
        return git("status", "--porcelain", "--untracked-files=all")
                .lines()
                .map(line -> line.substring(Math.min(3, line.length())))
                .toList();
    }

    /** Puts the folder back to the last commit. */
    void reset() throws InterruptedException {
        git("reset", "--quiet", "--hard");
        git("clean", "--quiet", "-d", "--force");
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
