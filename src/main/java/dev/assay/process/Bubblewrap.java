package dev.assay.process;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Bubblewrap ({@code bwrap}), which makes {@link Fence}s out of Linux namespaces. Whether it works can only be found out by
 * running it: in many containers it may not.
 *
 * @param fence a fence with nothing declared; {@link Fence#NONE} where bubblewrap is absent or does not work
 * @param version such as {@code 0.8.0}; empty where it is absent
 * @param why what is in the way, and what to do; empty where it works
 */
public record Bubblewrap(Fence fence, Optional<String> version, String why) {
    private static final Pattern VERSION = Pattern.compile("(\\d{1,4})\\.(\\d{1,4})(?:\\.\\d+)*");
    private static final Duration LIMIT = Duration.ofSeconds(20);

    /**
     * Looks for it on a PATH, and runs it once.
     *
     * @param searchPath as in the variable PATH
     */
    public static Bubblewrap look(Supervisor supervisor, String searchPath) throws InterruptedException {
        Optional<Path> program = find(searchPath);
        if (program.isEmpty()) {
            return new Bubblewrap(
                    Fence.NONE,
                    Optional.empty(),
                    "bubblewrap is not installed: there is no bwrap on the PATH. Install it, such as with: "
                            + "apt-get install bubblewrap");
        }
        Map<String, String> environment = Map.of("PATH", searchPath);
        Captured version = supervisor.capture(new Command(
                List.of(program.get().toString(), "--version"),
                Path.of("/"),
                environment,
                new byte[0],
                Command.Timers.wall(LIMIT)));
        Matcher number = VERSION.matcher(version.out());
        Optional<String> found = number.find() ? Optional.of(number.group()) : Optional.empty();
        Fence fence = new Fence(program, found.isPresent() && bounds(number), List.of(), List.of(), List.of());
        Captured trial =
                supervisor.capture(Command.shell("exit 0", Path.of("/"), environment, Command.Timers.wall(LIMIT))
                        .within(fence));
        return trial.succeeded()
                ? new Bubblewrap(fence, found, "")
                : new Bubblewrap(Fence.NONE, found, refused(program.get(), trial));
    }

    public boolean works() {
        return fence.stands();
    }

    /** The option {@code --size} came with 0.7. */
    private static boolean bounds(Matcher version) {
        int major = Integer.parseInt(version.group(1));
        return major > 0 || Integer.parseInt(version.group(2)) >= 7;
    }

    private static String refused(Path program, Captured trial) {
        String said = trial.err().strip().replaceAll("\\s+", " ");
        return program + " is there but does not work"
                + (said.isEmpty() ? " (exit code " + trial.exit().code() + ")" : " (" + said + ")")
                + ". This system does not let it make namespaces: allow unprivileged user namespaces, or in a container "
                + "run with --security-opt seccomp=unconfined.";
    }

    private static Optional<Path> find(String searchPath) {
        for (String folder : searchPath.split(File.pathSeparator, -1)) {
            Path candidate = Path.of(folder, "bwrap");
            if (candidate.isAbsolute() && Files.isExecutable(candidate)) {
                return Optional.of(candidate);
            }
        }
        return Optional.empty();
    }
}
