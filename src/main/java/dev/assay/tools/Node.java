package dev.assay.tools;

import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Node, with npm and npx. One of the machine will do from version 22 on: supabase-js needs its WebSocket, which older ones
 * lack.
 */
final class Node {
    private static final int OLDEST = 22;
    private static final Pattern ANSWER = Pattern.compile("v((\\d+)\\.\\S+) (/.*)");

    private static final NpmTool PINNED = new NpmTool(
            "Node",
            "22.23.3",
            "node-lock.json",
            "node",
            55,
            "Install Node 22 or newer with npm and put it on the PATH; with nvm: nvm install 22");

    private final Shell shell;
    private final ToolCache cache;
    private final boolean offline;
    private final PrintStream out;

    /** A Node of the machine. */
    private record Found(String version, int major, Path program, boolean npm) {
        @Override
        public String toString() {
            return "Node " + version + " at " + program;
        }
    }

    Node(Shell shell, ToolCache cache, boolean offline, PrintStream out) {
        this.shell = shell;
        this.cache = cache;
        this.offline = offline;
        this.out = out;
    }

    /** The first that will do on the PATH, else the one in the cache. */
    Optional<Tool> look() throws InterruptedException {
        return look(found());
    }

    Tool get() throws InterruptedException {
        List<Found> found = found();
        Optional<Tool> there = look(found);
        if (there.isPresent()) {
            return there.get();
        }
        String why = why(found);
        List<Path> npm = shell.find("npm");
        if (offline) {
            throw PINNED.missing(why + " It is not installed, as this is offline.");
        }
        if (found.isEmpty() || npm.isEmpty()) {
            throw PINNED.missing(why + (npm.isEmpty() ? " There is no npm to install it with." : ""));
        }
        out.println("Node: " + why + " Assay installs one of its own, and leaves that one alone.");
        Path folder = cache.get(PINNED.folder(), PINNED.executable(), staging -> {
            PINNED.install(npm.get(0), shell, staging, out);
            check(NpmTool.bin(staging));
        });
        return PINNED.in(folder);
    }

    private Optional<Tool> look(List<Found> found) {
        for (Found each : found) {
            if (each.major() >= OLDEST && each.npm()) {
                return Optional.of(new Tool("Node", each.version(), bin(each.program()), each.program(), false));
            }
        }
        return cache.look(PINNED.folder(), PINNED.executable()).map(PINNED::in);
    }

    private List<Found> found() throws InterruptedException {
        List<Found> found = new ArrayList<>();
        for (Path program : shell.find("node")) {
            // What is on the PATH may be a version manager's stand-in; it knows where the real one is.
            Optional<String> answer =
                    shell.ask(List.of(program.toString(), "-p", "process.version + ' ' + process.execPath"));
            Matcher matcher = ANSWER.matcher(answer.orElse(""));
            if (matcher.matches()) {
                Path real = Path.of(matcher.group(3));
                boolean whole = Files.isExecutable(real) && Files.isExecutable(real.resolveSibling("npm"));
                found.add(new Found(
                        matcher.group(1),
                        Integer.parseInt(matcher.group(2)),
                        whole ? real : program,
                        whole || !shell.find("npm").isEmpty()));
            }
        }
        return found;
    }

    private static String why(List<Found> found) {
        if (found.isEmpty()) {
            return "there is no node on the PATH that runs.";
        }
        Found newest = found.stream().max(Comparator.comparingInt(Found::major)).orElseThrow();
        return newest.major() >= OLDEST
                ? newest + " has no npm."
                : newest + " is the newest on the PATH, and " + OLDEST + " is needed.";
    }

    private static Path bin(Path program) {
        return Objects.requireNonNull(program.getParent(), "a program has a folder");
    }

    /** An installation counts only when it runs by itself. */
    private void check(Path bin) throws InterruptedException {
        String version = shell.askWithin(bin, List.of("node", "--version"))
                .orElseThrow(() -> PINNED.missing("what npm installed does not run on this system; "
                        + "it needs a Linux with glibc 2.28 or newer."));
        if (!version.equals("v" + PINNED.version())) {
            throw PINNED.missing("npm installed " + version + " in place of v" + PINNED.version() + ".");
        }
        for (String program : List.of("npm", "npx")) {
            if (shell.askWithin(bin, List.of(program, "--version")).isEmpty()) {
                throw PINNED.missing("the " + program + " that belongs to it does not run.");
            }
        }
    }
}
