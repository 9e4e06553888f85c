package dev.assay.process;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A subprocess to run under supervision.
 *
 * @param line program and arguments; nothing is split or expanded
 * @param directory where it runs
 * @param environment all that it sees: nothing of this process's own environment is added but the run's cookie
 * @param input written to its standard input, which is then closed
 * @param timers when it is stopped
 * @param fence what it sees of the machine
 */
@SuppressWarnings("ArrayRecordComponent") // commands are run, not compared, and the input may be megabytes
public record Command(
        List<String> line, Path directory, Map<String, String> environment, byte[] input, Timers timers, Fence fence) {
    /** A subprocess that sees all that its user does. */
    public Command(List<String> line, Path directory, Map<String, String> environment, byte[] input, Timers timers) {
        this(line, directory, environment, input, timers, Fence.NONE);
    }

    /** The same, within a fence. */
    public Command within(Fence around) {
        return new Command(line, directory, environment, input, timers, around);
    }

    /** A shell command line, run by {@code /bin/sh -c}. */
    public static Command shell(String script, Path directory, Map<String, String> environment, Timers timers) {
        return new Command(List.of("/bin/sh", "-c", script), directory, environment, new byte[0], timers);
    }

    /**
     * When a process is stopped; an empty timer never fires.
     *
     * @param startup no first output
     * @param idle no output; stands still while a tool call is open
     * @param tool one tool call open
     * @param wall the whole time
     * @param linger still alive after its final event
     */
    public record Timers(
            Optional<Duration> startup,
            Optional<Duration> idle,
            Optional<Duration> tool,
            Optional<Duration> wall,
            Optional<Duration> linger) {
        public static final Timers NONE = wall(null);

        /** Only the whole time is limited; {@code null} limits nothing. */
        public static Timers wall(Duration wall) {
            return new Timers(
                    Optional.empty(), Optional.empty(), Optional.empty(), Optional.ofNullable(wall), Optional.empty());
        }
    }
}
