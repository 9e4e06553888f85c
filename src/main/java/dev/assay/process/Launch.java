package dev.assay.process;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Starts the program of a {@link Command}, found on the PATH that the command itself sees. */
final class Launch {
    /** What a shell searches where there is no PATH. */
    static final String USUAL_PATH = "/usr/local/bin:/usr/bin:/bin";

    /** The system's error number in the JDK's message: 17 writes {@code error=2}, 25 {@code error: 2}. */
    private static final Pattern ERROR = Pattern.compile("error[=:] ?(\\d+)");

    /**
     * A program that somebody still writes. One that was just written counts as such while another process, forked
     * meanwhile, has yet to close what it inherited: that takes milliseconds.
     */
    private static final String BUSY = "26";

    private static final int TRIES = 100;
    private static final long PAUSE_MILLIS = 20;

    private Launch() {}

    static Process start(Command command, Cookie cookie) {
        if (command.line().isEmpty()) {
            throw new IllegalArgumentException("A command needs a program; its line is empty.");
        }
        if (!Files.isDirectory(command.directory())) {
            throw new IllegalArgumentException("Cannot start '" + command.line().get(0) + "': its working directory "
                    + command.directory() + " does not exist.");
        }
        List<String> line = new ArrayList<>(command.line());
        line.set(0, program(command));
        ProcessBuilder builder = new ProcessBuilder(command.fence().around(line, command.directory()))
                .directory(command.directory().toFile());
        Map<String, String> environment = builder.environment();
        environment.clear();
        environment.putAll(command.environment());
        environment.put(Cookie.NAME, cookie.value());
        for (int tries = 1; ; tries++) {
            try {
                return builder.start();
            } catch (IOException e) {
                if (!error(e).equals(BUSY) || tries == TRIES) {
                    throw notStarted(command, e);
                }
                pause();
            }
        }
    }

    private static void pause() {
        try {
            TimeUnit.MILLISECONDS.sleep(PAUSE_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static String error(IOException e) {
        Matcher matcher = ERROR.matcher(String.valueOf(e.getMessage()));
        return matcher.find() ? matcher.group(1) : "";
    }

    // The JDK would search the PATH of this JVM, not the one that the process gets.
    private static String program(Command command) {
        String program = command.line().get(0);
        if (program.indexOf('/') >= 0) {
            return command.fence().stands() ? shown(command.directory().resolve(program), command) : program;
        }
        String path = command.environment().getOrDefault("PATH", USUAL_PATH);
        for (String folder : path.split(":", -1)) {
            Path candidate = command.directory().resolve(folder).resolve(program);
            if (Files.isRegularFile(candidate)
                    && Files.isExecutable(candidate)
                    && command.fence().shows(candidate)) {
                return candidate.toAbsolutePath().toString();
            }
        }
        throw new ProgramNotFound(
                program,
                "Cannot start '" + program + "': there is no such program on the PATH (" + path
                        + "). Install it, or put its folder on the PATH.");
    }

    /** Bubblewrap would only say that it failed. */
    private static String shown(Path program, Command command) {
        if (!Files.isExecutable(program)) {
            throw new ProgramNotFound(
                    program.toString(),
                    "Cannot start '" + program + "': there is no such program, or it may not be executed.");
        }
        if (!command.fence().shows(program)) {
            throw new ProgramNotFound(
                    program.toString(),
                    "Cannot start '" + program
                            + "': it lies outside of what the process is shown. Install it where all "
                            + "users find it, such as in /usr/local, or run with isolation=off.");
        }
        return program.toString();
    }

    private static RuntimeException notStarted(Command command, IOException cause) {
        String program = command.line().get(0);
        String error = error(cause);
        if (error.equals("7")) {
            return new IllegalArgumentException(
                    "Cannot start '" + program + "': its arguments are longer than the system allows (one may have 128 "
                            + "KiB). Give the long one through standard input.",
                    cause);
        }
        String reason = switch (error) {
            case "2" -> "there is no such program, or the interpreter that its first line names is missing";
            case "13" -> "it may not be executed";
            default -> String.valueOf(cause.getMessage());
        };
        return new ProgramNotFound(
                program,
                "Cannot start '" + program + "': " + reason + ". PATH is "
                        + command.environment().getOrDefault("PATH", "not set") + ".",
                cause);
    }
}
