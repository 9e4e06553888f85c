package dev.assay.agent.recorded;

import dev.assay.agent.Phase;
import dev.assay.process.Exit;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * An experiment's recording: a folder with
 *
 * <ul>
 *   <li>{@code recording.json}: the form of the streams, whose they are, and the calls in their order;
 *   <li>{@code PHASE-N.jsonl} and {@code steps/STEP/PHASE-N.jsonl}: the stream of the Nth call of a phase, from 1;
 *   <li>{@code ends.json}: how the processes of calls ended that did not end well, where their streams do not say so;
 *   <li>{@code trees.json}: the {@link WorkspaceTree} after each call, by the call's name ({@code steps/setup/implement-1}).
 * </ul>
 *
 * @param folder where it is
 */
record Recording(Path folder) {
    static final String ENDS = "ends.json";
    static final String FORM = "claude-stream-json";
    private static final Pattern SPELLED = Pattern.compile("[A-Za-z0-9_][A-Za-z0-9._-]*");

    /**
     * The stream of one call.
     *
     * @param name the file's path in the folder, without its extension
     * @param lines as they were recorded, without their line ends
     * @param exact whether it is the call that was asked for, and not an earlier one repeated
     */
    record Call(String name, List<byte[]> lines, boolean exact) {
        /** Whether a placeholder stands anywhere in it. */
        boolean mentions(String placeholder) {
            return lines.stream().anyMatch(line -> new String(line, StandardCharsets.ISO_8859_1).contains(placeholder));
        }
    }

    /** Whether the folder is a recording that this version can replay. */
    void check() throws BrokenRecording {
        String form = json("recording.json").path("form").stringValue("");
        if (!form.equals(FORM)) {
            throw new BrokenRecording("The recording " + folder.resolve("recording.json") + " says that its form is \""
                    + form + "\"; this version replays \"" + FORM + "\" only.");
        }
    }

    /** What the names of the calls of a phase begin with. */
    static String stem(Phase phase, Optional<String> step) {
        return step.map(id -> "steps/" + spelled(id) + "/").orElse("") + phase.id() + "-";
    }

    /** A step's id as a file's name: what none may hold is spelled as its code. */
    private static String spelled(String id) {
        if (SPELLED.matcher(id).matches()) {
            return id;
        }
        StringBuilder spelled = new StringBuilder("_");
        id.codePoints().forEach(c -> {
            boolean plain = c < 128 && (Character.isLetterOrDigit(c) || c == '-' || c == '.');
            spelled.append(plain ? Character.toString(c) : "_" + Integer.toHexString(c) + "_");
        });
        return spelled.toString();
    }

    /** The call that was asked for; a plan or verdict beyond the recording is the last one again. */
    Optional<Call> call(Phase phase, Optional<String> step, int attempt) throws BrokenRecording {
        String stem = stem(phase, step);
        if (exists(stem + attempt)) {
            return Optional.of(read(stem + attempt, true));
        }
        if (phase != Phase.PLAN && phase != Phase.VERIFY) {
            return Optional.empty();
        }
        for (int earlier = attempt - 1; earlier > 0; earlier--) {
            if (exists(stem + earlier)) {
                return Optional.of(read(stem + earlier, false));
            }
        }
        List<String> calls = calls();
        for (int i = calls.size() - 1; i >= 0; i--) {
            if (calls.get(i).matches("(.*/)?" + phase.id() + "-\\d+")) {
                return Optional.of(read(calls.get(i), false));
            }
        }
        if (phase == Phase.PLAN) {
            throw new BrokenRecording("The recording has no plan: " + folder.resolve(stem + "1.jsonl")
                    + " is missing. Put the file back, or name another tool.");
        }
        return Optional.empty();
    }

    /** The tree that the recorded workspace had after a call; empty where none was kept. */
    Optional<String> tree(Call call) throws BrokenRecording {
        return json("trees.json").path(call.name()).stringValueOpt();
    }

    /**
     * How the process of a call ended, where its stream does not say so itself.
     *
     * @param exitCode empty where none is known
     * @param fired the limit that stopped it
     */
    record End(OptionalInt exitCode, Exit.Limit fired) {
        static final End ORDERLY = new End(OptionalInt.empty(), Exit.Limit.NONE);
    }

    /** How the process of a call ended, by {@code ends.json}, which only some recordings need. */
    End end(Call call) throws BrokenRecording {
        if (!Files.isRegularFile(folder.resolve(ENDS))) {
            return End.ORDERLY;
        }
        JsonNode end = json(ENDS).path(call.name());
        String fired = end.path("limit").stringValue("none").toUpperCase(Locale.ROOT);
        return new End(
                end.path("exit_code").isInt()
                        ? OptionalInt.of(end.path("exit_code").intValue())
                        : OptionalInt.empty(),
                Stream.of(Exit.Limit.values())
                        .filter(limit -> limit.name().equals(fired))
                        .findFirst()
                        .orElseThrow(() -> new BrokenRecording("The recording's file " + folder.resolve(ENDS)
                                + " knows a limit \"" + fired + "\", which there is not. Put it right.")));
    }

    /** Whether any call that was recorded holds the placeholder. */
    boolean mentions(String placeholder) throws BrokenRecording {
        for (String name : calls()) {
            if (read(name, true).mentions(placeholder)) {
                return true;
            }
        }
        return false;
    }

    /** The names of all calls, in their order. */
    List<String> calls() throws BrokenRecording {
        List<String> names = new ArrayList<>();
        for (JsonNode name : json("recording.json").path("calls")) {
            names.add(name.stringValue(""));
        }
        return names;
    }

    private boolean exists(String name) {
        return Files.isRegularFile(folder.resolve(name + ".jsonl"));
    }

    private Call read(String name, boolean exact) throws BrokenRecording {
        Path file = folder.resolve(name + ".jsonl");
        try {
            return new Call(name, lines(Files.readAllBytes(file)), exact);
        } catch (IOException e) {
            throw new BrokenRecording(
                    "The recording's file " + file + " cannot be read (" + e + "). Put the file back.", e);
        }
    }

    private static List<byte[]> lines(byte[] bytes) {
        List<byte[]> lines = new ArrayList<>();
        int start = 0;
        for (int i = 0; i <= bytes.length; i++) {
            if (i == bytes.length ? start < i : bytes[i] == '\n') {
                lines.add(Arrays.copyOfRange(bytes, start, i));
                start = i + 1;
            }
        }
        return lines;
    }

    private JsonNode json(String name) throws BrokenRecording {
        Path file = folder.resolve(name);
        try {
            return new JsonMapper().readTree(Files.readAllBytes(file));
        } catch (IOException e) {
            throw new BrokenRecording(
                    "The recording's file " + file + " cannot be read (" + e
                            + "). Put the file back, or name another tool.",
                    e);
        } catch (JacksonException e) {
            throw new BrokenRecording(
                    "The recording's file " + file + " is no JSON (" + e.getOriginalMessage() + "). Put it right.", e);
        }
    }
}
