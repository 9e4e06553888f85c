package dev.assay.tools;

import dev.assay.process.Captured;
import dev.assay.process.Exit;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * A tool that comes from npm at a pinned version.
 *
 * @param name as people call it
 * @param version of the tool
 * @param lock its lock file among the resources
 * @param program the command that it brings
 * @param megabytes what has to be downloaded, about
 * @param remedy what to do where it cannot be installed: one command, or one sentence
 */
record NpmTool(String name, String version, String lock, String program, int megabytes, String remedy) {
    private static final Duration LIMIT = Duration.ofMinutes(20);

    /** Its name in the cache. */
    String folder() {
        return program + "-" + version;
    }

    /** Where its commands are, in its folder. */
    static Path bin(Path folder) {
        return folder.resolve("node_modules/.bin");
    }

    /** Its command, from its folder on. */
    Path executable() {
        return bin(Path.of("")).resolve(program);
    }

    Tool in(Path folder) {
        return new Tool(name, version, bin(folder), folder.resolve(executable()), true);
    }

    /**
     * Installs it with an npm that is there.
     *
     * @throws ToolMissing with npm's own words, where that fails
     */
    void install(Path npm, Shell shell, Path staging, PrintStream out) throws IOException, InterruptedException {
        download(npm, shell, staging, out);
        if (!Files.isExecutable(staging.resolve(executable()))) {
            throw missing("npm installed it, but without the program '" + program + "'.");
        }
    }

    /** As {@link #install}, for packages that bring no command of their own. */
    void download(Path npm, Shell shell, Path staging, PrintStream out) throws IOException, InterruptedException {
        PackageLock packages = PackageLock.read(lock)
                .orElseThrow(() -> missing("there is no build of it at npm for " + System.getProperty("os.name")
                        + " on " + System.getProperty("os.arch") + "."));
        packages.writeTo(staging);
        long start = System.nanoTime();
        out.println(name + " " + version + ": downloading " + String.join(" and ", packages.packages())
                + " with npm, about " + megabytes + " MB, once …");
        Captured npmCi;
        try (Progress progress = new Progress(name + " " + version, staging, out)) {
            progress.start();
            npmCi = shell.run(
                    List.of(
                            npm.toString(),
                            "ci",
                            "--ignore-scripts",
                            "--include=prod",
                            "--no-global",
                            "--no-dry-run",
                            "--no-engine-strict",
                            "--no-audit",
                            "--no-fund",
                            "--no-update-notifier",
                            "--no-progress",
                            "--loglevel=error"),
                    staging,
                    LIMIT);
        }
        if (!npmCi.succeeded()) {
            throw missing(why(npmCi));
        }
        out.printf(
                "%s %s: downloaded and checked, %d MB on disk, in %.1f s%n",
                name, version, Shell.megabytes(staging), (System.nanoTime() - start) / 1e9);
    }

    ToolMissing missing(String why) {
        return new ToolMissing(name, why, remedy);
    }

    private static String why(Captured npm) {
        if (npm.exit().fired() != Exit.Limit.NONE) {
            return "npm did not get it within " + LIMIT.toMinutes() + " minutes.";
        }
        String said = (npm.err() + npm.out())
                .lines()
                .filter(line -> line.startsWith("npm error ") || line.startsWith("npm ERR! "))
                .map(line -> line.replaceFirst("^npm (error|ERR!) ", "").strip())
                .filter(line -> !line.isEmpty() && !line.contains("complete log of this run"))
                .limit(4)
                .collect(Collectors.joining("; "));
        return "npm could not install it (exit code " + npm.exit().code() + "): "
                + Optional.of(said).filter(text -> !text.isEmpty()).orElse("it gave no reason.");
    }
}
