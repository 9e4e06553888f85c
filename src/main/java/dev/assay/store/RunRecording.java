package dev.assay.store;

import dev.assay.agent.AgentResult;
import dev.assay.agent.Ending;
import dev.assay.agent.Phase;
import dev.assay.agent.cli.CliStream;
import dev.assay.agent.recorded.NewRecording;
import dev.assay.agent.recorded.RunCall;
import dev.assay.process.Exit;
import dev.assay.process.Output;
import dev.assay.run.StoredRun;
import dev.assay.run.StoredWork;
import dev.assay.run.StoredWork.Made;
import dev.assay.store.StoredLines.StoredLine;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Makes a recording of a stored run: from the lines of its calls and the files that each left, as the run's folder keeps
 * them. Of a call that was tried again where the world failed, it is the last try; of one that a resumed run made again,
 * the last; diagnoses are left out, as Assay runs them itself.
 */
public final class RunRecording {
    /** What a try that was followed by another ends with. */
    private static final String TRY_AGAIN = "try_again";

    private final StoredRun run;
    private final StoredWork work;
    private final Map<String, Supplier<CliStream>> readers;

    /** @param readers what reads the streams of tools, by the tool's name; others' are written down by their results */
    public RunRecording(StoredRun run, StoredWork work, Map<String, Supplier<CliStream>> readers) {
        this.run = run;
        this.work = work;
        this.readers = Map.copyOf(readers);
    }

    /**
     * What was written.
     *
     * @param folder where it is
     * @param calls the names of its calls, in their order
     * @param notes what is not quite as it was in the run, for people
     */
    public record Written(Path folder, List<String> calls, List<String> notes) {}

    /** An attempt of the run that is a part of it, by its row. */
    private record Effective(UUID id, ObjectNode row, Map<String, String> told) {}

    /**
     * Writes the recording.
     *
     * @param recording how and where
     * @throws IllegalArgumentException where the run has made no call
     */
    public Written into(Path folder, NewRecording recording) throws IOException, InterruptedException {
        StoredResults stored = StoredResults.of(run.folder());
        List<Effective> calls = effective(stored);
        if (calls.isEmpty()) {
            throw new IllegalArgumentException(
                    "Run " + run.id() + " has made no call of an agent, so there is nothing to record.");
        }
        Map<UUID, List<StoredLine>> lines =
                StoredLines.of(run.folder(), calls.stream().map(Effective::id).collect(Collectors.toSet()));
        RunCall.WorkspaceFiles files = into -> {};
        for (Effective call : calls) {
            Phase phase = Phase.valueOf(text(call.row(), "phase").toUpperCase(Locale.ROOT));
            Optional<String> commit = Optional.of(text(call.row(), "commit")).filter(id -> !id.isEmpty());
            if (commit.isPresent()) {
                files = into -> work.files(commit.get(), into);
            }
            recording.add(new RunCall(
                    phase,
                    Optional.of(text(call.row(), "step")).filter(step -> !step.isEmpty()),
                    run.folder().resolve("workspace"),
                    run.folder().resolve("home"),
                    call.told(),
                    lastTry(lines.getOrDefault(call.id(), List.of())),
                    Optional.ofNullable(readers.get(text(call.row(), "tool"))),
                    files,
                    work::clean,
                    phase.readOnly() && !text(call.row(), "diff").isEmpty(),
                    result(call.row(), phase)));
        }
        List<String> notes = recording.finish("from run " + run.id(), about(calls));
        return new Written(folder, recording.calls(), notes);
    }

    /** The attempts that the run went on with, and the one after them in which it ended, where it did. */
    private List<Effective> effective(StoredResults stored) {
        Map<UUID, Map<String, String>> told = new LinkedHashMap<>();
        for (Made made : work.calls()) {
            told.put(made.attempt(), made.told());
        }
        List<ObjectNode> agents = stored.attempts().stream()
                .filter(row -> !text(row, "phase").equals(Phase.DIAGNOSE.id()))
                .toList();
        Map<String, String> latest = Map.of();
        List<Effective> effective = new ArrayList<>();
        for (int i = 0; i < agents.size(); i++) {
            ObjectNode row = clean(agents.get(i));
            UUID id = UUID.fromString(text(row, "id"));
            boolean last = i == agents.size() - 1;
            if (told.isEmpty() || told.containsKey(id) || last) {
                Map<String, String> values = new TreeMap<>(told.getOrDefault(id, latest));
                if (!told.containsKey(id)) {
                    values.remove("PORT"); // another one for each call
                }
                effective.add(new Effective(id, row, values));
                latest = values;
            }
        }
        return effective;
    }

    private ObjectNode clean(ObjectNode row) {
        return (ObjectNode) JsonbText.JSON.readTree(work.clean(JsonbText.JSON.writeValueAsBytes(row)));
    }

    /** What the last try printed; the workspace was put back before it. */
    private List<RunCall.Line> lastTry(List<StoredLine> lines) {
        List<RunCall.Line> printed = new ArrayList<>();
        for (StoredLine line : lines) {
            if (line.stream() == Output.Stream.STDOUT) {
                printed.add(new RunCall.Line(line.at(), work.clean(line.bytes())));
            } else if (line.stream() == Output.Stream.ASSAY && isTryAgain(line.bytes())) {
                printed.clear();
            }
        }
        return printed;
    }

    private static boolean isTryAgain(byte[] line) {
        try {
            return JsonbText.JSON.readTree(line).path("type").stringValue("").equals(TRY_AGAIN);
        } catch (JacksonException e) {
            return false; // not of our own after all
        }
    }

    private AgentResult result(ObjectNode row, Phase phase) {
        JsonNode answer = row.path("parsed_result");
        boolean asked = phase == Phase.PLAN || phase == Phase.REPLAN || phase == Phase.VERIFY;
        JsonNode exit = row.path("exit_code");
        String fired = text(row, "limit_fired").toUpperCase(Locale.ROOT);
        return new AgentResult(
                ending(row),
                text(row, "message"),
                text(row, "answer"),
                asked && answer.isObject() ? Optional.of(answer) : Optional.empty(),
                RunRows.usage(row),
                Optional.of(text(row, "session_id")).filter(id -> !id.isEmpty()),
                Optional.of(text(row, "model")).filter(model -> !model.isEmpty()),
                Optional.of(text(row, "cli_version")).filter(version -> !version.isEmpty()),
                exit.isInt() ? OptionalInt.of(exit.intValue()) : OptionalInt.empty(),
                fired.isEmpty() ? Exit.Limit.NONE : Exit.Limit.valueOf(fired),
                Optional.empty(),
                Optional.empty(),
                Duration.ofMillis(row.path("duration_ms").asLong(0)),
                List.of());
    }

    /** An attempt without an end is one whose process died. */
    private static Ending ending(ObjectNode row) {
        String name = text(row, "ending");
        if (name.equals(Ending.IDLE.id()) && text(row, "cause").equals("idle-at-start")) {
            return Ending.IDLE_AT_START;
        }
        return Stream.of(Ending.values())
                .filter(ending -> ending.name().equals(name))
                .findFirst()
                .orElse(Ending.INTERRUPTED);
    }

    private Map<String, JsonNode> about(List<Effective> calls) {
        Map<String, JsonNode> about = new LinkedHashMap<>();
        about.put(
                "of",
                JsonbText.JSON
                        .createObjectNode()
                        .put("run", run.id())
                        .put("experiment", run.experiment())
                        .put("variant", run.variant().id())
                        .put("source", run.source()));
        Map<String, Set<String>> phases = new LinkedHashMap<>();
        Map<String, ObjectNode> tools = new HashMap<>();
        for (Effective call : calls) {
            ObjectNode tool = JsonbText.JSON.createObjectNode();
            tool.put("tool", text(call.row(), "tool"));
            for (String field : List.of("cli_version", "model")) {
                if (!text(call.row(), field).isEmpty()) {
                    tool.put(field, text(call.row(), field));
                }
            }
            tools.put(tool.toString(), tool);
            phases.computeIfAbsent(tool.toString(), key -> new LinkedHashSet<>())
                    .add(text(call.row(), "phase"));
        }
        ArrayNode agents = JsonbText.JSON.createArrayNode();
        phases.forEach((key, names) -> {
            ObjectNode tool = tools.getOrDefault(key, JsonbText.JSON.createObjectNode());
            names.forEach(tool.withArray("phases")::add);
            agents.add(tool);
        });
        about.put("agents", agents);
        return about;
    }

    private static String text(ObjectNode row, String name) {
        return row.path(name).stringValue("");
    }

    /**
     * A folder that a recording can be written into.
     *
     * @throws IllegalArgumentException where there is something in it
     */
    public static Path free(Path folder) throws IOException {
        if (Files.exists(folder)) {
            try (Stream<Path> content = Files.isDirectory(folder) ? Files.list(folder) : Stream.of(folder)) {
                if (content.findAny().isPresent()) {
                    throw new IllegalArgumentException(
                            folder + " is there already, and nothing is overwritten. Name another folder,"
                                    + " or remove this one.");
                }
            }
        }
        return folder;
    }
}
