package dev.assay.agent.recorded;

import dev.assay.agent.AgentResult;
import dev.assay.agent.Ending;
import dev.assay.agent.claude.ClaudeLines;
import dev.assay.agent.claude.ClaudeStream;
import dev.assay.process.Exit;
import dev.assay.process.Supervisor;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.TreeSet;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * Writes a recording, call by call, in the form that {@link RecordedTool} replays. Values that are a run's own stand
 * open, and after the file calls of a stream come those that bring what it leaves open, so that each call ends with the
 * files that it ended with in the run.
 */
public final class NewRecording {
    private static final JsonMapper JSON = new JsonMapper();

    private final Path folder;
    private final WorkspaceTree trees;
    private final Clock clock = Clock.systemUTC();
    private final List<Made> made = new ArrayList<>();
    private final Map<String, Integer> numbers = new HashMap<>();
    private final ObjectNode ends = JsonNodeFactory.instance.objectNode();
    private final List<String> notes = new ArrayList<>();

    private record Made(String name, RunCall call, Placeholders placeholders) {}

    /**
     * @param folder where it is written: a folder that is empty or not there
     * @param searchPath PATH of Assay's own tools, such as git
     */
    public NewRecording(Path folder, Supervisor supervisor, String searchPath) {
        this.folder = folder;
        this.trees = new WorkspaceTree(supervisor, searchPath);
    }

    /** Writes one call; calls come in the order in which they were made. One that was not made leaves nothing. */
    public void add(RunCall call) throws IOException, InterruptedException {
        if (call.result().ending() == Ending.BUDGET) {
            return;
        }
        String stem = Recording.stem(call.phase(), call.stepId());
        String name = stem + numbers.merge(stem, 1, Integer::sum);
        Placeholders placeholders = Placeholders.of(call.workspace(), call.home(), call.told(), clock);
        List<Transcript.Line> lines = lines(call);
        end(name, call.result(), lines);
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        for (Transcript.Line line : lines) {
            bytes.writeBytes(opened(line, placeholders));
            bytes.write('\n');
        }
        Path file = folder.resolve(name + ".jsonl");
        Files.createDirectories(file.getParent());
        Files.write(file, bytes.toByteArray());
        made.add(new Made(name, call, placeholders));
    }

    private static byte[] opened(Transcript.Line line, Placeholders placeholders) {
        if (line.object() != null) {
            return placeholders.open(line.object()).getBytes(StandardCharsets.UTF_8);
        }
        String text = new String(line.bytes(), StandardCharsets.UTF_8);
        boolean whole = Arrays.equals(text.getBytes(StandardCharsets.UTF_8), line.bytes());
        return whole ? placeholders.open(text).getBytes(StandardCharsets.UTF_8) : line.bytes();
    }

    private List<Transcript.Line> lines(RunCall call) throws IOException, InterruptedException {
        Path scratch = Files.createTempDirectory("assay-record-");
        try {
            // the files before this call are those after the last one that worked
            Path copy = Files.createDirectory(scratch.resolve("copy"));
            Optional<RunCall> before =
                    made.stream().map(Made::call).filter(RunCall::works).reduce((earlier, later) -> later);
            if (before.isPresent()) {
                before.get().files().into(copy);
            }
            Path after = Files.createDirectory(scratch.resolve("after"));
            call.files().into(after);
            List<Transcript.Line> lines = new ArrayList<>(new Transcript(call, copy, after).lines());
            if (call.works()) {
                bring(call, copy, after, lines);
            }
            return lines;
        } finally {
            WorkspaceTree.delete(scratch);
        }
    }

    /** What the stream leaves open comes before its last word. */
    private void bring(RunCall call, Path copy, Path after, List<Transcript.Line> lines)
            throws IOException, InterruptedException {
        AgentResult result = call.result();
        ClaudeLines form = new ClaudeLines(
                result.sessionId().orElse("recorded"), result.model().orElse("unknown"));
        Instant at = call.lines().isEmpty()
                ? Instant.EPOCH
                : call.lines().get(call.lines().size() - 1).at();
        List<Transcript.Line> more = new Leftovers(call.workspace(), form, at)
                .between(copy, files(copy), after, files(after)).stream()
                        .map(Transcript.Line::of)
                        .toList();
        int last = lines.size();
        for (int i = 0; i < lines.size(); i++) {
            last = lines.get(i).isResult() ? i : last;
        }
        lines.addAll(last, more);
    }

    private TreeSet<String> files(Path files) throws IOException, InterruptedException {
        return trees.files(files)
                .orElseThrow(() -> new IllegalStateException(
                        "The run's files cannot be listed: git is missing or failed. Install git, and try again."));
    }

    /** Keeps how the process ended where the stream alone would be read otherwise. */
    private void end(String name, AgentResult result, List<Transcript.Line> lines) {
        List<Recording.End> possible = Stream.of(
                        Recording.End.ORDERLY,
                        new Recording.End(result.exitCode(), result.fired()),
                        new Recording.End(OptionalInt.of(1), Exit.Limit.NONE),
                        new Recording.End(OptionalInt.of(130), Exit.Limit.NONE),
                        new Recording.End(OptionalInt.empty(), Exit.Limit.IDLE),
                        new Recording.End(OptionalInt.empty(), Exit.Limit.STARTUP),
                        new Recording.End(OptionalInt.empty(), Exit.Limit.WALL))
                .toList();
        for (Recording.End end : possible) {
            ClaudeStream stream = new ClaudeStream();
            lines.forEach(line -> stream.read(line.bytes()));
            AgentResult read = stream.finish(end.exitCode(), end.fired(), Duration.ZERO, "", List.of());
            if (read.ending() == result.ending()) {
                if (!end.equals(Recording.End.ORDERLY)) {
                    keep(name, end);
                }
                return;
            }
        }
        notes.add(name + " ended " + result.ending().id() + ", which its stream does not say");
    }

    private void keep(String name, Recording.End end) {
        ObjectNode kept = ends.putObject(name);
        if (end.exitCode().isPresent()) {
            kept.put("exit_code", end.exitCode().getAsInt());
        }
        if (end.fired() != Exit.Limit.NONE) {
            kept.put("limit", end.fired().name().toLowerCase(Locale.ROOT));
        }
    }

    /**
     * Writes what holds for all calls.
     *
     * @param made how the recording came to be, for people
     * @param about further facts of it, by name
     * @return what is not quite as it was in the run, for people
     */
    public List<String> finish(String made, Map<String, JsonNode> about) throws IOException, InterruptedException {
        ObjectNode recording = JsonNodeFactory.instance.objectNode();
        recording.put("form", Recording.FORM).put("made", made);
        about.forEach(recording::set);
        ObjectNode placeholders = recording.putObject("placeholders");
        Placeholders.MEANINGS.forEach(placeholders::put);
        this.made.forEach(one -> recording.withArray("calls").add(one.name()));
        if (this.made.isEmpty()) {
            recording.putArray("calls");
        }
        if (!notes.isEmpty()) {
            notes.forEach(recording.putArray("notes")::add);
        }
        Files.createDirectories(folder);
        write("recording.json", recording);
        if (!ends.isEmpty()) {
            write(Recording.ENDS, ends);
        }
        write("trees.json", trees());
        return List.copyOf(notes);
    }

    private ObjectNode trees() throws IOException, InterruptedException {
        Recording recording = new Recording(folder);
        ObjectNode digests = JsonNodeFactory.instance.objectNode();
        List<String> spokenOf = new ArrayList<>();
        try {
            for (String name : Placeholders.MEANINGS.keySet()) {
                if (recording.mentions(name)) {
                    spokenOf.add(name);
                }
            }
        } catch (BrokenRecording e) {
            throw new IOException(e.getMessage(), e);
        }
        for (Made one : made) {
            if (!one.call().tampered()) {
                digest(one, spokenOf).ifPresent(digest -> digests.put(one.name(), digest));
            }
        }
        return digests;
    }

    private Optional<String> digest(Made one, List<String> spokenOf) throws IOException, InterruptedException {
        Path files = Files.createTempDirectory("assay-record-");
        try {
            one.call().files().into(files);
            return trees.digest(files, one.placeholders(), spokenOf);
        } finally {
            WorkspaceTree.delete(files);
        }
    }

    private void write(String name, ObjectNode content) throws IOException {
        Files.writeString(
                folder.resolve(name), JSON.writerWithDefaultPrettyPrinter().writeValueAsString(content) + "\n");
    }

    /** The names of the calls, in their order. */
    public List<String> calls() {
        return made.stream().map(Made::name).toList();
    }
}
