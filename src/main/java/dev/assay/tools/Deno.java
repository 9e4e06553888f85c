package dev.assay.tools;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Deno, which runs edge functions. One of the machine will do where it is at least as new as the pinned one, within the
 * same major version; npm's package {@code deno} is the real program, without its installer.
 */
final class Deno {
    private static final Pattern ANSWER = Pattern.compile("deno ((\\d{1,4})\\.(\\d{1,4})\\.\\d+)");
    private static final int MAJOR = 2;
    private static final int OLDEST_MINOR = 9;

    private static final NpmTool PINNED = new NpmTool(
            "Deno",
            "2.9.6",
            "deno-lock.json",
            "deno",
            45,
            "Install Deno " + MAJOR + "." + OLDEST_MINOR + " or newer and put it on the PATH; see docs.deno.com");

    private final Shell shell;
    private final ToolCache cache;
    private final boolean offline;
    private final PrintStream out;

    Deno(Shell shell, ToolCache cache, boolean offline, PrintStream out) {
        this.shell = shell;
        this.cache = cache;
        this.offline = offline;
        this.out = out;
    }

    /** The first that will do on the PATH, else the one in the cache. */
    Optional<Tool> look() throws InterruptedException {
        for (Path program : shell.find(PINNED.program())) {
            Matcher answer = ANSWER.matcher(
                    shell.ask(List.of(program.toString(), "--version")).orElse(""));
            if (answer.find()
                    && Integer.parseInt(answer.group(2)) == MAJOR
                    && Integer.parseInt(answer.group(3)) >= OLDEST_MINOR) {
                Path bin = Objects.requireNonNull(program.getParent(), "a program has a folder");
                return Optional.of(new Tool(PINNED.name(), answer.group(1), bin, program, false));
            }
        }
        return cache.look(PINNED.folder(), PINNED.executable()).map(PINNED::in);
    }

    /** @param node gives Node with npm, where Deno has to be installed */
    Tool get(Chromium.NodeSource node) throws InterruptedException {
        Optional<Tool> there = look();
        if (there.isPresent()) {
            return there.get();
        }
        String why = "there is none on the PATH of version " + MAJOR + "." + OLDEST_MINOR + " or newer.";
        if (offline) {
            throw PINNED.missing(why + " It is not installed, as this is offline.");
        }
        out.println("Deno: " + why + " Assay installs one of its own, for edge functions.");
        Tool npm = node.get();
        return PINNED.in(cache.get(PINNED.folder(), PINNED.executable(), staging -> install(npm, staging)));
    }

    /** The program lies in a package that names no command: a link stands for it. */
    private void install(Tool node, Path staging) throws IOException, InterruptedException {
        PINNED.download(node.bin().resolve("npm"), shell, staging, out);
        Path program = packaged(staging.resolve("node_modules/@deno"));
        Path bin = Files.createDirectories(NpmTool.bin(staging));
        Files.createSymbolicLink(staging.resolve(PINNED.executable()), bin.relativize(program));
        String version = shell.askWithin(
                        bin, List.of(staging.resolve(PINNED.executable()).toString(), "--version"))
                .orElseThrow(() -> PINNED.missing(
                        "what npm installed does not run on this system; it needs a Linux with glibc 2.27 or newer."));
        if (!version.startsWith("deno " + PINNED.version())) {
            throw PINNED.missing("npm installed '" + version.lines().findFirst().orElse("") + "' in place of deno "
                    + PINNED.version() + ".");
        }
    }

    private static Path packaged(Path scope) throws IOException {
        try (DirectoryStream<Path> packages = Files.newDirectoryStream(scope)) {
            for (Path each : packages) {
                if (Files.isExecutable(each.resolve("deno"))) {
                    return each.resolve("deno");
                }
            }
        }
        throw PINNED.missing("npm installed it, but without the program 'deno'.");
    }
}
