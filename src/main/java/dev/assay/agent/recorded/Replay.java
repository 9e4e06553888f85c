package dev.assay.agent.recorded;

import dev.assay.agent.AgentEvent;
import dev.assay.agent.AgentRequest;
import dev.assay.agent.AgentSink;
import dev.assay.agent.claude.ClaudeStream;
import dev.assay.process.Command;
import dev.assay.process.Command.Timers;
import dev.assay.process.Exit;
import dev.assay.process.Output;
import dev.assay.process.Supervisor;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * One call's stream, done again line by line. A line with a tool call is passed on, then the call is done; the line with
 * its result is passed on with what really came of it. Lines that are no JSON are passed on as they are.
 */
final class Replay {
    private static final Set<String> FILE_TOOLS = Set.of("Write", "Edit", "MultiEdit", "NotebookEdit");
    private static final Pattern EXIT_CODE = Pattern.compile("\\AExit code (\\d{1,3})(?:\\R|\\z)");
    /** The most that Claude Code shows of a command's output, in characters. */
    private static final int SHOWN = 30_000;

    private final AgentRequest request;
    private final Placeholders placeholders;
    private final Supervisor supervisor;
    private final AgentSink sink;
    private final Clock clock;
    private final boolean stopped;
    private final FileCalls files;
    private final JsonMapper json = new JsonMapper();
    private final ClaudeStream stream = new ClaudeStream();
    private final Map<String, Recorded> recorded = new HashMap<>();
    private final Map<String, Done> done = new HashMap<>();
    private final List<String> differences = new ArrayList<>();

    /** What a call gave when it was recorded; without an exit code a command that failed was never run. */
    private record Recorded(boolean error, String text) {
        int exitCode() {
            Matcher matcher = EXIT_CODE.matcher(text);
            return !error ? 0 : matcher.find() ? Integer.parseInt(matcher.group(1)) : -1;
        }

        /** Such as a server, which would be waited for in vain again. */
        boolean timedOut() {
            return error && text.contains("Command timed out after ");
        }
    }

    /** What it gives now. */
    private record Done(boolean error, String text, String stdout, String stderr) {}

    /** @param stopped whether the call was stopped when it was recorded: what it was at then has no result */
    Replay(
            AgentRequest request,
            Placeholders placeholders,
            Supervisor supervisor,
            AgentSink sink,
            Clock clock,
            boolean stopped) {
        this.request = request;
        this.placeholders = placeholders;
        this.supervisor = supervisor;
        this.sink = sink;
        this.clock = clock;
        this.stopped = stopped;
        this.files = new FileCalls(request.workspace());
    }

    ClaudeStream stream() {
        return stream;
    }

    /** Where exit codes and file calls came out other than recorded. */
    List<String> differences() {
        return List.copyOf(differences);
    }

    /** @return whether it came to its end before the call's time was up */
    boolean run(List<byte[]> lines, Instant begun) throws InterruptedException {
        Optional<Instant> deadline = request.timers().wall().map(begun::plus);
        for (byte[] line : lines) {
            parse(line).ifPresent(this::noteResults);
        }
        for (byte[] line : lines) {
            if (deadline.isPresent() && !clock.instant().isBefore(deadline.get())) {
                return false;
            }
            String text = text(line);
            byte[] filled = text == null ? line : placeholders.fill(text).getBytes(StandardCharsets.UTF_8);
            Optional<JsonNode> node = parse(filled);
            if (node.isPresent() && putResults(node.get())) {
                filled = json.writeValueAsString(node.get()).getBytes(StandardCharsets.UTF_8);
            }
            pass(filled);
            if (node.isPresent()) {
                for (JsonNode block : blocks(node.get(), "assistant", "tool_use")) {
                    perform(block, deadline);
                }
            }
        }
        return true;
    }

    private void pass(byte[] line) {
        long seq = sink.line(Output.Stream.STDOUT, line);
        int part = 0;
        for (AgentEvent event : stream.read(line)) {
            sink.event(seq, part++, event);
        }
    }

    private void noteResults(JsonNode line) {
        for (JsonNode block : blocks(line, "user", "tool_result")) {
            JsonNode content = block.path("content");
            recorded.put(
                    block.path("tool_use_id").stringValue(""),
                    new Recorded(block.path("is_error").booleanValue(false), content.stringValue("")));
        }
    }

    /** Puts what calls gave in the place of what they gave then; says whether the line changed. */
    private boolean putResults(JsonNode line) {
        boolean changed = false;
        for (JsonNode block : blocks(line, "user", "tool_result")) {
            Done result = done.get(block.path("tool_use_id").stringValue(""));
            if (result != null && block instanceof ObjectNode object && line instanceof ObjectNode whole) {
                object.put("content", result.text());
                object.put("is_error", result.error());
                if (result.error()) {
                    whole.put("tool_use_result", "Error: " + result.text());
                } else if (whole.path("tool_use_result") instanceof ObjectNode rich) {
                    rich.put("stdout", result.stdout());
                    rich.put("stderr", result.stderr());
                }
                changed = true;
            }
        }
        return changed;
    }

    private void perform(JsonNode block, Optional<Instant> deadline) throws InterruptedException {
        String id = block.path("id").stringValue("");
        String name = block.path("name").stringValue("");
        JsonNode input = block.path("input");
        if (stopped && !recorded.containsKey(id)) {
            return;
        }
        Recorded then = recorded.getOrDefault(id, new Recorded(false, ""));
        if (name.equals("Bash")) {
            boolean waited = !input.path("run_in_background").booleanValue(false) && !then.timedOut();
            if (waited && then.exitCode() >= 0) {
                command(id, input.path("command").stringValue(""), then, deadline);
            }
        } else if (FILE_TOOLS.contains(name) && !then.error()) {
            files.perform(name, input).ifPresent(why -> {
                differences.add(name + " of " + input.path("file_path").stringValue("no file") + " failed: " + why);
                done.put(id, new Done(true, "<tool_use_error>" + why + "</tool_use_error>", "", ""));
            });
        }
    }

    private void command(String id, String script, Recorded then, Optional<Instant> deadline)
            throws InterruptedException {
        List<String> stdout = Collections.synchronizedList(new ArrayList<>());
        List<String> stderr = Collections.synchronizedList(new ArrayList<>());
        Exit exit = supervisor.run(
                Command.shell(script, request.workspace(), request.environment(), Timers.wall(limit(deadline)))
                        .within(request.fence()),
                (from, line) -> {
                    String text = new String(line, StandardCharsets.UTF_8);
                    (from == Output.Stream.STDOUT ? stdout : stderr).add(text);
                });
        String out = String.join("\n", stdout).strip();
        String err = String.join("\n", stderr).strip();
        String both = shown(out + (out.isEmpty() || err.isEmpty() ? "" : "\n") + err);
        if (exit.succeeded()) {
            done.put(id, new Done(false, both.isEmpty() ? "(Bash completed with no output)" : both, out, err));
        } else {
            String timedOut = exit.fired() == Exit.Limit.NONE
                    ? ""
                    : "\nCommand timed out after " + exit.duration().toSeconds() + "s";
            String text = "Exit code " + exit.code() + timedOut + (both.isEmpty() ? "" : "\n" + both);
            done.put(id, new Done(true, text, out, err));
        }
        if (exit.code() != then.exitCode()) {
            differences.add("\"" + script + "\" exited with " + exit.code() + ", recorded " + then.exitCode());
        }
    }

    /** What is left for one command; null where nothing limits it. */
    private @Nullable Duration limit(Optional<Instant> deadline) {
        Duration tool = request.timers().tool().orElse(null);
        if (deadline.isEmpty()) {
            return tool;
        }
        Duration left = Duration.between(clock.instant(), deadline.get());
        Duration atLeast = left.isNegative() || left.isZero() ? Duration.ofMillis(1) : left;
        return tool != null && tool.compareTo(atLeast) < 0 ? tool : atLeast;
    }

    private static String shown(String output) {
        return output.length() <= SHOWN
                ? output
                : output.substring(0, SHOWN) + "\n... [" + (output.length() - SHOWN) + " characters truncated] ...";
    }

    static List<JsonNode> blocks(JsonNode line, String type, String blockType) {
        List<JsonNode> blocks = new ArrayList<>();
        if (line.path("type").stringValue("").equals(type)) {
            for (JsonNode block : line.path("message").path("content")) {
                if (block.path("type").stringValue("").equals(blockType)) {
                    blocks.add(block);
                }
            }
        }
        return blocks;
    }

    private Optional<JsonNode> parse(byte[] line) {
        String text = text(line);
        if (text == null) {
            return Optional.empty();
        }
        try {
            JsonNode node = json.readTree(text);
            return node.isObject() ? Optional.of(node) : Optional.empty();
        } catch (JacksonException e) {
            // Passed on as it is, and said by the stream as unparsed.
            return Optional.empty();
        }
    }

    private static @Nullable String text(byte[] line) {
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(line))
                    .toString();
        } catch (CharacterCodingException e) {
            return null;
        }
    }
}
