package dev.assay.agent.recorded;

import dev.assay.agent.AgentEvent;
import dev.assay.agent.AgentEvent.ToolFinished;
import dev.assay.agent.AgentEvent.ToolStarted;
import dev.assay.agent.CanonicalTool;
import dev.assay.agent.Ending;
import dev.assay.agent.claude.ClaudeLines;
import dev.assay.agent.claude.ClaudeStream;
import dev.assay.agent.cli.CliStream;
import dev.assay.agent.cli.Fields;
import dev.assay.agent.cli.JsonLine;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * One call's stream in the form of a recording. A stream that has the form stays as it is; of any other, what it said and
 * did is written down in it: where its own call does not say what it wrote into a file, that file's last content stands
 * in the call's place. What the file calls do is done to a copy of the workspace on the way.
 */
final class Transcript {
    /** How tools spell what is written, what is replaced and by what. */
    private static final List<String> CONTENT =
            List.of("content", "contents", "file_text", "fileText", "streamContent", "stream_content", "text");

    private static final List<String> BEFORE = List.of("old_string", "oldString", "old_str", "old_text", "oldText");
    private static final List<String> NOW = List.of("new_string", "newString", "new_str", "new_text", "newText");
    private static final List<String> ALL = List.of("replace_all", "replaceAll", "allow_multiple");
    private static final Set<String> FILE_TOOLS = Set.of("Write", "Edit", "MultiEdit");

    private final RunCall call;
    private final Path copy;
    private final Path after;
    private final FileCalls files;
    private final List<Line> lines = new ArrayList<>();

    /**
     * A line of a recording.
     *
     * @param object what it holds; null where it is no JSON
     */
    @SuppressWarnings("ArrayRecordComponent") // large, and never compared
    record Line(byte[] bytes, @Nullable ObjectNode object) {
        static Line of(ObjectNode object) {
            return new Line(object.toString().getBytes(StandardCharsets.UTF_8), object);
        }

        boolean isResult() {
            return object != null && object.path("type").stringValue("").equals("result");
        }
    }

    /**
     * @param copy the workspace's files before the call, on which its file calls are done
     * @param after the workspace's files after the call
     */
    Transcript(RunCall call, Path copy, Path after) {
        this.call = call;
        this.copy = copy;
        this.after = after;
        this.files = new FileCalls(copy);
    }

    List<Line> lines() throws IOException {
        Optional<CliStream> stream = call.stream();
        if (stream.isPresent() && stream.get() instanceof ClaudeStream) {
            asItIs();
        } else {
            writtenDown(stream);
        }
        return lines;
    }

    private void asItIs() {
        Set<String> failed = new HashSet<>();
        for (RunCall.Line line : call.lines()) {
            Optional<ObjectNode> object = JsonLine.of(line.bytes()).object();
            lines.add(new Line(line.bytes(), object.orElse(null)));
            object.ifPresent(node -> {
                for (JsonNode block : Replay.blocks(node, "user", "tool_result")) {
                    if (block.path("is_error").booleanValue(false)) {
                        failed.add(block.path("tool_use_id").stringValue(""));
                    }
                }
            });
        }
        if (!call.works()) {
            return;
        }
        for (Line line : lines) {
            if (line.object() != null) {
                for (JsonNode block : Replay.blocks(line.object(), "assistant", "tool_use")) {
                    String name = block.path("name").stringValue("");
                    if (FILE_TOOLS.contains(name)
                            && !failed.contains(block.path("id").stringValue(""))) {
                        // one that fails here may be of a file that a command made: what is left over says so
                        perform(name, (ObjectNode) block.path("input"));
                    }
                }
            }
        }
    }

    /** Does a file call on the copy; says whether it could be done. */
    private boolean perform(String tool, ObjectNode input) {
        ObjectNode here = input.deepCopy();
        here.put("file_path", inCopy(input.path("file_path").stringValue("")).toString());
        return files.perform(tool, here).isEmpty();
    }

    /** A path of the workspace in the copy; one outside stays where it is, and is refused. */
    private Path inCopy(String path) {
        return inside(copy, path);
    }

    private Path inside(Path folder, String path) {
        Path whole = call.workspace().resolve(path).normalize();
        return whole.startsWith(call.workspace())
                ? folder.resolve(call.workspace().relativize(whole).toString())
                : whole;
    }

    private record Heard(Instant at, AgentEvent event) {}

    private void writtenDown(Optional<CliStream> stream) throws IOException {
        List<Heard> heard = new ArrayList<>();
        Map<String, ToolFinished> finished = new HashMap<>();
        Set<String> others = new TreeSet<>();
        Instant end = Instant.EPOCH;
        for (RunCall.Line line : stream.isPresent() ? call.lines() : List.<RunCall.Line>of()) {
            end = line.at();
            for (AgentEvent event : stream.orElseThrow().read(line.bytes())) {
                heard.add(new Heard(line.at(), event));
                if (event instanceof ToolFinished done) {
                    finished.put(done.callId(), done);
                } else if (event instanceof ToolStarted started && started.canonical() == CanonicalTool.TOOL_USE) {
                    others.add(started.name());
                }
            }
        }
        ClaudeLines form = new ClaudeLines(
                call.result().sessionId().orElse("recorded"),
                call.result().model().orElse("unknown"));
        // before a session has begun, only its arguments can be wrong
        if (call.result().ending() != Ending.CLI_USAGE) {
            String version = call.result().cliVersion().orElse("");
            add(form.started(
                    heard.isEmpty() ? end : heard.get(0).at(), call.workspace().toString(), version, others));
        }
        Map<String, String> names = new HashMap<>();
        for (Heard one : heard) {
            write(one, form, finished, names);
        }
        form.ended(end, call.result()).ifPresent(this::add);
    }

    private void add(ObjectNode line) {
        lines.add(Line.of(line));
    }

    private void write(Heard heard, ClaudeLines form, Map<String, ToolFinished> finished, Map<String, String> names)
            throws IOException {
        Instant at = heard.at();
        AgentEvent event = heard.event();
        if (event instanceof AgentEvent.Text text) {
            add(form.text(at, text.text(), text.parentCallId()));
        } else if (event instanceof AgentEvent.Thinking thinking) {
            add(form.thinking(at, thinking.text()));
        } else if (event instanceof ToolStarted started) {
            ToolFinished done = finished.get(started.callId());
            ObjectNode line = called(at, started, done != null && done.ok(), form);
            names.put(
                    started.callId(),
                    line.path("message").path("content").path(0).path("name").stringValue(""));
            add(line);
        } else if (event instanceof ToolFinished done) {
            boolean command = names.getOrDefault(done.callId(), "").equals("Bash");
            Integer code = done.exitCode() == null && done.ok() ? Integer.valueOf(0) : done.exitCode();
            if (command && code != null && (code == 0) == done.ok()) {
                add(form.gave(at, done.callId(), code, done.output()));
            } else {
                add(form.gave(at, done.callId(), done.output(), !done.ok()));
            }
        } else if (event instanceof AgentEvent.PermissionDenied denied) {
            add(form.denied(at, denied.callId(), denied.reason()));
        } else if (event instanceof AgentEvent.ApiRetry retry) {
            add(form.retry(at, retry));
        }
    }

    private ObjectNode called(Instant at, ToolStarted started, boolean ok, ClaudeLines form) throws IOException {
        String id = started.callId();
        String parent = started.parentCallId();
        String path = started.path();
        boolean file =
                started.canonical() == CanonicalTool.FILE_WRITE || started.canonical() == CanonicalTool.FILE_EDIT;
        String name = ClaudeLines.name(started.canonical(), started.name());
        ObjectNode input = JsonNodeFactory.instance.objectNode();
        if (started.canonical() == CanonicalTool.SHELL) {
            return form.call(at, id, name, input.put("command", started.command()), parent);
        } else if (file && path != null && ok && call.works()) {
            return changed(at, started, path, form);
        } else if (file) {
            // not done, or put back: it keeps its own name, which is not done again
            name = started.name();
        }
        if (started.input() instanceof ObjectNode own) {
            input.setAll(own);
        }
        if (path != null) {
            input.put("file_path", path);
        }
        return form.call(at, id, name, input, parent);
    }

    /** A file call that was done: as the tool says it where that is enough, else with what the file holds in the end. */
    private ObjectNode changed(Instant at, ToolStarted started, String path, ClaudeLines form) throws IOException {
        JsonNode own = started.input();
        String whole = call.workspace().resolve(path).normalize().toString();
        ObjectNode input = JsonNodeFactory.instance.objectNode().put("file_path", whole);
        if (started.canonical() == CanonicalTool.FILE_WRITE) {
            String content = Fields.text(own, CONTENT);
            if (content != null && perform("Write", input.put("content", content))) {
                return form.call(at, started.callId(), "Write", input, started.parentCallId());
            }
        } else {
            String before = Fields.text(own, BEFORE);
            String now = Fields.text(own, NOW);
            if (before != null && now != null) {
                input.put("old_string", before).put("new_string", now);
                boolean all = ALL.stream().anyMatch(spelled -> own.path(spelled).booleanValue(false));
                if (all) {
                    input.put("replace_all", true);
                }
                if (perform("Edit", input)) {
                    return form.call(at, started.callId(), "Edit", input, started.parentCallId());
                }
            }
        }
        Optional<String> last = last(path);
        if (last.isPresent()) {
            ObjectNode write = JsonNodeFactory.instance.objectNode();
            write.put("file_path", whole).put("content", last.get());
            perform("Write", write);
            return form.call(at, started.callId(), "Write", write, started.parentCallId());
        }
        Optional<Path> gone = within(copy, path);
        if (gone.isPresent()) {
            WorkspaceTree.delete(gone.get());
        }
        ObjectNode remove = JsonNodeFactory.instance.objectNode();
        remove.put("command", "rm -rf -- " + Leftovers.quoted(whole));
        return form.call(at, started.callId(), "Bash", remove, started.parentCallId());
    }

    /** What a file held when the call was over; where it is ignored, what it holds now. Empty where it is gone. */
    private Optional<String> last(String path) throws IOException {
        for (Path folder : List.of(after, call.workspace())) {
            Optional<Path> file = within(folder, path);
            if (file.isPresent() && Files.isRegularFile(file.get(), LinkOption.NOFOLLOW_LINKS)) {
                // what is no text comes with what is left over
                return Optional.of(
                        new String(call.clean().apply(Files.readAllBytes(file.get())), StandardCharsets.UTF_8));
            }
        }
        return Optional.empty();
    }

    /** What is there under a path of the workspace, unless a link leads out to it. */
    private Optional<Path> within(Path folder, String path) throws IOException {
        Path found = inside(folder, path);
        Path parent = found.getParent();
        boolean there = found.startsWith(folder)
                && !found.equals(folder)
                && parent != null
                && Files.exists(found, LinkOption.NOFOLLOW_LINKS)
                && parent.toRealPath().startsWith(folder.toRealPath());
        return there ? Optional.of(found) : Optional.empty();
    }
}
