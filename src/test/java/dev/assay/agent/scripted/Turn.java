package dev.assay.agent.scripted;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * One answer of a scripted model.
 *
 * @param thinking what it thinks, where it does
 * @param text what it says, where it does
 * @param calls the tools that it calls
 * @param failure what happens in place of the answer, where something does
 */
public record Turn(Optional<String> thinking, Optional<String> text, List<Call> calls, Optional<Failure> failure) {
    /** What each answer costs: input and output tokens. */
    public static final int INPUT = 1000;

    public static final int OUTPUT = 50;

    /** A tool call in common words: each CLI has names of its own for it. */
    public sealed interface Call {
        /** Writes a file. The path is absolute. */
        record Write(String path, String content) implements Call {}

        /** Runs a command. */
        record Shell(String command) implements Call {}

        /** Calls a tool by the CLI's own name. */
        record Other(String name, Map<String, ?> input) implements Call {}
    }

    /** What a service may do in place of an answer. */
    public sealed interface Failure {
        /** Answers with an HTTP status. */
        record Status(int code, String type, String message, Map<String, String> headers) implements Failure {}

        /** Never answers. */
        record Hang() implements Failure {}

        /** Closes the connection. */
        record Drop() implements Failure {}
    }

    public static Turn says(String text) {
        return new Turn(Optional.empty(), Optional.of(text), List.of(), Optional.empty());
    }

    public static Turn calls(Call... calls) {
        return new Turn(Optional.empty(), Optional.empty(), List.of(calls), Optional.empty());
    }

    public static Turn fails(Failure failure) {
        return new Turn(Optional.empty(), Optional.empty(), List.of(), Optional.of(failure));
    }

    public static Turn fails(int status, String type, String message) {
        return fails(new Failure.Status(status, type, message, Map.of()));
    }

    public Turn thinking(String thought) {
        return new Turn(Optional.of(thought), text, calls, failure);
    }

    public Turn saying(String words) {
        return new Turn(thinking, Optional.of(words), calls, failure);
    }
}
