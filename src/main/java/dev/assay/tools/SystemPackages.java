package dev.assay.tools;

import dev.assay.process.Captured;
import dev.assay.process.ProgramNotFound;
import java.io.PrintStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** The system's package manager, which is asked only where the user allows it, as it changes the whole machine. */
final class SystemPackages {
    private static final Duration LIMIT = Duration.ofMinutes(15);

    /** How a headless Chromium is installed, each by the program that does it. */
    private static final List<List<String>> WAYS = List.of(
            List.of("apt-get", "install", "--yes", "--no-install-recommends", "chromium-headless-shell"),
            List.of("dnf", "install", "--assumeyes", "chromium-headless"));

    private final Shell shell;
    private final boolean allowed;
    private final PrintStream out;

    SystemPackages(Shell shell, boolean allowed, PrintStream out) {
        this.shell = shell;
        this.allowed = allowed;
        this.out = out;
    }

    /** Installs a Chromium where that is allowed and can be done; what went wrong is said, and is no error. */
    void installChromium() throws InterruptedException {
        if (!allowed) {
            return;
        }
        for (List<String> way : WAYS) {
            List<Path> found = shell.find(way.get(0));
            if (!found.isEmpty()) {
                install(way);
                return;
            }
        }
        out.println("Chromium: the system has neither apt-get nor dnf to install it with.");
    }

    private void install(List<String> way) throws InterruptedException {
        List<String> line = new ArrayList<>(way);
        if (!shell.ask(List.of("id", "-u")).orElse("").equals("0")) {
            line.addAll(0, List.of("sudo", "-n"));
        }
        String command = String.join(" ", line);
        out.println("Chromium: " + command + " …");
        try {
            Captured installed = shell.run(line, Path.of("/"), LIMIT);
            if (!installed.succeeded()) {
                out.println("Chromium: " + command + " failed: " + lastLine(installed));
            }
        } catch (ProgramNotFound e) {
            out.println("Chromium: " + command + " failed: " + e.getMessage());
        }
    }

    private static String lastLine(Captured installed) {
        List<String> lines = (installed.out() + installed.err())
                .lines()
                .filter(line -> !line.isBlank())
                .toList();
        return lines.isEmpty()
                ? "exit code " + installed.exit().code()
                : lines.get(lines.size() - 1).strip();
    }
}
