package dev.assay.agent.cli;

import dev.assay.agent.AgentRequest;
import dev.assay.agent.AgentTool.Capability;
import dev.assay.agent.Usage;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * One agent CLI: all that tells it from the others. It is asked and never acts: it starts no process, reads no
 * environment and writes no file; {@link CliTool} does, by its answers. Holds nothing that changes.
 *
 * <p>To add a CLI, write one class in a package of its own, {@code dev.assay.agent.NAME}:
 *
 * <ol>
 *   <li>{@link #name()}, {@link #title()}, {@link #programs()} and {@link #install()}: what people call it, what is
 *       looked for on the PATH, and the one line that says how to get it.
 *   <li>{@link #keys()}, {@link #signInFiles()}, {@link #signInQuestion()}: what of the user's account it needs.
 *   <li>{@link #capabilities()}: what it can do by itself. What it cannot is done around it: a CLI without
 *       {@link Capability#SCHEMA_OUTPUT} is told the schema in its prompt, one without {@link Capability#COST} is priced
 *       by the price table, one without {@link Capability#READ_ONLY} has what it changed put back.
 *   <li>{@link #call}: the arguments, variables and files of one call. Ask for its JSON stream, let nobody be asked for
 *       permission, turn its own retries down to {@link CliCall#RETRIES}, its telemetry and updates off, and keep it from
 *       leaving commands in the background. The prompt goes to standard input: an argument may have 128 KiB.
 *   <li>{@link #stream()}: a new reader of what it prints, which says in the end how the call went.
 * </ol>
 *
 * Then name it in {@code dev.assay.Assay}. How to test it stands in {@code CONTRIBUTING.md}.
 */
public interface Cli {
    /** As it is written in roles: {@code claude}. */
    String name();

    /** As people call it: {@code Claude Code}. */
    String title();

    /** What it can do by itself. */
    Set<Capability> capabilities();

    /** Names of its program on the PATH; the first that is there counts. */
    List<String> programs();

    /** How to install it, as one command or sentence. */
    String install();

    /** How to sign in, as one command or sentence. */
    String signIn();

    /** Variables of the user's environment that hold its credentials: the only ones that it is given. */
    List<String> keys();

    /** Sign-in files: their path below the user's HOME, and where they go below the run's. */
    default Map<String, String> signInFiles() {
        return Map.of();
    }

    /** Arguments with which it says its version in the first line, at no cost. */
    default List<String> versionQuestion() {
        return List.of("--version");
    }

    /** Arguments with which it says by exit code 0 that it is signed in, at no cost; empty where it cannot say. */
    default Optional<List<String>> signInQuestion() {
        return Optional.empty();
    }

    /**
     * The program that is to be run in place of the one on the PATH: the native one behind a wrapper, which a signal to
     * the wrapper would not reach.
     *
     * @param found the program, with links followed
     */
    default Path behind(Path found) {
        return found;
    }

    /** The longest silence with no tool call open that is not taken for a hang. */
    default Duration idle() {
        return Duration.ofMinutes(5);
    }

    /** The folder of the workspace, relative, in which it looks for skills; empty where it knows none. */
    default Optional<String> skillsFolder() {
        return Optional.empty();
    }

    /** How one call is made. */
    CliCall call(AgentRequest request, Surroundings surroundings);

    /**
     * What its own files in the run's HOME say that a session used: for a call that ended before it could say so itself,
     * and for figures that are only there. Without cost; empty where they say nothing.
     */
    default Optional<Usage> usageOf(String sessionId, Path home) {
        return Optional.empty();
    }

    /** A reader for one call's output. */
    CliStream stream();
}
