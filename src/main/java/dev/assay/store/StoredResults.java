package dev.assay.store;

import dev.assay.run.Before;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/**
 * What a run's folder keeps of its rows, as they were last written. It is there whether the log database is or not.
 *
 * @param run the run's row, where there is one
 * @param attempts rows of {@code orchestrator_steps}, in the order in which they were first written
 * @param nodes rows of {@code orchestrator_results}, in the order in which they were first written
 */
public record StoredResults(Optional<ObjectNode> run, List<ObjectNode> attempts, List<ObjectNode> nodes) {
    private static final String RECHECK = "recheck-";

    /** @throws UncheckedIOException where the folder cannot be read */
    public static StoredResults of(Path folder) {
        Map<String, ObjectNode> runs = new LinkedHashMap<>();
        Map<String, ObjectNode> attempts = new LinkedHashMap<>();
        Map<String, ObjectNode> nodes = new LinkedHashMap<>();
        for (Entry.Row row : rows(folder)) {
            switch (row.table()) {
                case RUNS -> runs.merge("", row.values(), StoredResults::later);
                case STEPS -> attempts.put(row.values().path("id").asString(), row.values());
                case RESULTS -> nodes.put(row.values().path("unique_id").asString(), row.values());
            }
        }
        return new StoredResults(
                Optional.ofNullable(runs.get("")), List.copyOf(attempts.values()), List.copyOf(nodes.values()));
    }

    /** A run's row as it was written later. When it was gone on with stands only in the first row after that. */
    private static ObjectNode later(ObjectNode before, ObjectNode after) {
        if (!after.has(RunRows.LIVING_SINCE) && before.has(RunRows.LIVING_SINCE)) {
            after.set(RunRows.LIVING_SINCE, before.get(RunRows.LIVING_SINCE));
        }
        return after;
    }

    private static List<Entry.Row> rows(Path folder) {
        Path file = folder.resolve(Spool.ROWS);
        if (!Files.exists(file)) {
            return List.of();
        }
        try (BufferedReader lines = Files.newBufferedReader(file, StandardCharsets.UTF_8)) {
            return lines.lines()
                    .map(Entry::parse)
                    .flatMap(Optional::stream)
                    .filter(Entry.Row.class::isInstance)
                    .map(Entry.Row.class::cast)
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(file + " cannot be read", e);
        }
    }

    /** Each row once, as it was last written; those that others refer to first. */
    List<Entry.Row> rows() {
        List<Entry.Row> rows = new ArrayList<>();
        run.ifPresent(row -> rows.add(new Entry.Row(Entry.Table.RUNS, row)));
        attempts.forEach(row -> rows.add(new Entry.Row(Entry.Table.STEPS, row)));
        nodes.forEach(row -> rows.add(new Entry.Row(Entry.Table.RESULTS, row)));
        return rows;
    }

    /** A check that an evaluation asked. */
    public record Check(String layer, String name, String outcome, String message) {}

    /** The ids of the run's stages that have results, such as {@code evaluation} and {@code recheck-1}, in order. */
    public List<String> stages() {
        return nodes.stream()
                .flatMap(node -> segments(node.path("unique_id").asString()))
                .filter(segment -> segment.startsWith("stage:"))
                .map(segment -> segment.substring("stage:".length()))
                .distinct()
                .toList();
    }

    /** The checks as they were found last, in the run's last evaluation or in rechecks since, by their place in it. */
    public Map<String, Check> latestChecks() {
        Map<String, Check> latest = new LinkedHashMap<>();
        for (String stage : stages()) {
            if (stage.startsWith("evaluation")) {
                latest.clear();
            }
            if (stage.startsWith("evaluation") || stage.startsWith(RECHECK)) {
                latest.putAll(checks(stage));
            }
        }
        latest.keySet().removeIf(place -> place.endsWith("[check:not-run]")); // layers that were left out
        return latest;
    }

    /** What the next recheck's stage is called. */
    public String nextRecheck() {
        return RECHECK
                + (1
                        + stages().stream()
                                .filter(stage -> stage.startsWith(RECHECK))
                                .count());
    }

    /** The checks of one stage that were asked, by their place in it. */
    public Map<String, Check> checks(String stage) {
        Map<String, Check> checks = new LinkedHashMap<>();
        String mark = "/[stage:" + stage + "]/";
        for (ObjectNode node : nodes) {
            String id = node.path("unique_id").asString();
            int at = id.indexOf(mark);
            if (at >= 0 && node.path("leaf").booleanValue()) {
                checks.put(
                        id.substring(at + mark.length()),
                        new Check(
                                text(node, "layer"), text(node, "name"), text(node, "outcome"), text(node, "message")));
            }
        }
        return checks;
    }

    private static String text(ObjectNode node, String name) {
        @Nullable String text = node.path(name).stringValue(null);
        return text == null ? "" : text;
    }

    private static Stream<String> segments(String uniqueId) {
        return Stream.of(uniqueId.split("/")).map(segment -> segment.replaceAll("^\\[|]$", ""));
    }

    /** What a run needs to know of this to be gone on with. */
    public Before before() {
        List<String> steps = new ArrayList<>();
        run.ifPresent(row -> row.path("plan")
                .path("steps")
                .forEach(step -> steps.add(step.path("id").asString())));
        return new Before(
                ids(), attemptsAtSteps(), run.map(row -> text(row, "outcome")).orElse(""), steps);
    }

    /** The unique ids of all nodes. */
    private Set<String> ids() {
        return nodes.stream().map(node -> node.path("unique_id").asString()).collect(Collectors.toUnmodifiableSet());
    }

    /** The number of the last attempt at each step of the plan that was begun, by the step's id. */
    private Map<String, Integer> attemptsAtSteps() {
        Map<String, Integer> last = new LinkedHashMap<>();
        Stream.concat(attempts.stream(), nodes.stream())
                .filter(row ->
                        row.path("step").isString() && row.path("attempt").isInt())
                .forEach(row -> last.merge(
                        row.path("step").asString(), row.path("attempt").intValue(), Math::max));
        return last;
    }

    /** When something was last written of the run. */
    Instant lastHeard(Path folder) throws IOException {
        Stream<String> times = Stream.concat(attempts.stream(), nodes.stream())
                .flatMap(row -> Stream.of("started_at", "finished_at").map(name -> text(row, name)));
        Stream<Instant> lines = Spool.last(folder, "", 1).stream().map(Entry.Event::at);
        return Stream.concat(times.filter(time -> !time.isEmpty()).map(Instant::parse), lines)
                .max(Comparator.naturalOrder())
                .orElse(Instant.MIN);
    }

    /** The greatest place that an attempt or a node has. */
    int lastPosition() {
        return Stream.concat(attempts.stream(), nodes.stream())
                .mapToInt(row -> row.path("position").asInt())
                .max()
                .orElse(0);
    }
}
