package dev.assay.tools;

import dev.assay.process.Captured;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Chromium. The headless shell is looked for first, as it opens a page three times as fast. Where the machine has none,
 * the build of npm's {@code @sparticuz/chromium} is unpacked, which needs no root and brings the libraries that a bare
 * system lacks.
 */
final class Chromium {
    private static final List<String> NAMES =
            List.of("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome");
    private static final Pattern ANSWER = Pattern.compile("(\\d+(?:\\.\\d+)+)");
    private static final Duration UNPACKING = Duration.ofMinutes(5);
    private static final Path PROGRAM = Path.of("bin", "chromium");

    private static final NpmTool PINNED = new NpmTool(
            "Chromium",
            "153.0.0",
            "chromium-lock.json",
            "chromium",
            67,
            "Install Chromium, such as with: apt-get install chromium-headless-shell; "
                    + "or name one with the option chromium");

    private final Shell shell;
    private final ToolCache cache;
    private final BrowserCache browsers;
    private final SystemPackages system;
    private final boolean offline;
    private final PrintStream out;

    /** Gives Node with npm, where Chromium has to be installed. */
    @FunctionalInterface
    interface NodeSource {
        Tool get() throws InterruptedException;
    }

    Chromium(
            Shell shell,
            ToolCache cache,
            BrowserCache browsers,
            SystemPackages system,
            boolean offline,
            PrintStream out) {
        this.shell = shell;
        this.cache = cache;
        this.browsers = browsers;
        this.system = system;
        this.offline = offline;
        this.out = out;
    }

    /** The given one, else the first that runs of PATH, Playwright's cache and Assay's own cache. */
    Optional<Tool> look(Optional<Path> given) throws InterruptedException {
        if (given.isPresent()) {
            return at(given.get());
        }
        List<Path> candidates = new ArrayList<>();
        NAMES.forEach(name -> candidates.addAll(shell.find(name)));
        candidates.addAll(browsers.chromiums());
        for (Path candidate : candidates) {
            Optional<Tool> found = at(candidate);
            if (found.isPresent()) {
                return found;
            }
        }
        return cache.look(PINNED.folder(), PROGRAM).map(Chromium::in);
    }

    Tool get(Optional<Path> given, NodeSource node) throws InterruptedException {
        Optional<Tool> there = look(given);
        if (there.isPresent()) {
            return there.get();
        }
        if (given.isPresent()) {
            throw new ToolMissing(
                    "Chromium",
                    given.get() + ", which the option chromium names, is not a Chromium that runs.",
                    "Name a Chromium that answers to --version, or leave the option out to have one found.");
        }
        String why = "there is none on the PATH (" + String.join(", ", NAMES) + ") nor in Playwright's cache.";
        if (offline) {
            throw PINNED.missing(why + " It is not installed, as this is offline.");
        }
        system.installChromium();
        Optional<Tool> installed = look(given);
        if (installed.isPresent()) {
            return installed.get();
        }
        out.println("Chromium: " + why + " Assay installs one of its own.");
        Tool npm = node.get();
        return in(cache.get(PINNED.folder(), PROGRAM, staging -> install(npm, staging)));
    }

    private static Tool in(Path folder) {
        return new Tool("Chromium", PINNED.version(), folder.resolve("bin"), folder.resolve(PROGRAM), true);
    }

    private Optional<Tool> at(Path program) throws InterruptedException {
        Path absolute = program.toAbsolutePath();
        Matcher answer = ANSWER.matcher(
                shell.ask(List.of(absolute.toString(), "--version")).orElse(""));
        return answer.find()
                ? Optional.of(new Tool(
                        "Chromium",
                        answer.group(1),
                        Objects.requireNonNull(absolute.getParent(), "a program has a folder"),
                        absolute,
                        false))
                : Optional.empty();
    }

    private void install(Tool node, Path staging) throws IOException, InterruptedException {
        PINNED.download(node.bin().resolve("npm"), shell, staging, out);
        Path unpack = copy("chromium-unpack.mjs", staging);
        Captured unpacked = shell.run(
                List.of(node.program().toString(), unpack.toString(), staging.toString()), staging, UNPACKING);
        if (!unpacked.succeeded()) {
            throw PINNED.missing(
                    "what npm brought could not be unpacked: " + unpacked.err().strip());
        }
        ToolCache.delete(staging.resolve("node_modules"));
        Files.createDirectories(staging.resolve("bin"));
        Path program = copy("chromium.sh", staging);
        Files.move(program, staging.resolve(PROGRAM));
        if (!staging.resolve(PROGRAM).toFile().setExecutable(true)
                || at(staging.resolve(PROGRAM)).isEmpty()) {
            throw PINNED.missing("what npm installed does not run on this system; it needs a Linux with glibc.");
        }
    }

    private static Path copy(String resource, Path folder) throws IOException {
        try (InputStream in = Chromium.class.getResourceAsStream(resource)) {
            if (in == null) {
                throw new IllegalStateException(resource + " is missing from the class path: the build is broken.");
            }
            Path copy = folder.resolve(resource);
            Files.copy(in, copy);
            return copy;
        }
    }
}
