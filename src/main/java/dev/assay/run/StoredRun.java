package dev.assay.run;

import dev.assay.experiment.Experiment;
import dev.assay.experiment.Limits;
import dev.assay.experiment.Role;
import dev.assay.experiment.SkillsMode;
import dev.assay.experiment.Variant;
import dev.assay.settings.UsageError;
import java.math.BigDecimal;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * A run as its folder keeps it ({@code run.json}): what is needed to go on with it, or to check its app again, in another
 * process and without the log database.
 *
 * @param id the run's
 * @param folder the run's own
 * @param experiment the experiment's name
 * @param file the experiment's file when the run began
 * @param prompt what was asked for
 * @param limits with what options changed
 * @param variant who builds, as it was resolved
 * @param repetition from 1
 * @param source {@code real}, {@code recorded} or {@code demo}
 * @param targetKind the kind of Supabase
 * @param uniqueId the run's node in the tree
 * @param fingerprints digests of what must agree
 * @param partial layers left out by option
 * @param started when
 * @param guidance what its agents are given beside their task; empty in what an older version kept
 */
public record StoredRun(
        String id,
        Path folder,
        String experiment,
        Path file,
        String prompt,
        Limits limits,
        Variant variant,
        int repetition,
        String source,
        String targetKind,
        String uniqueId,
        Map<String, String> fingerprints,
        Set<String> partial,
        Instant started,
        Optional<Guidance> guidance) {
    private static final Pattern SEGMENT = Pattern.compile("\\[variant:([^\\]]*)]");

    static StoredRun of(RunInfo run) {
        return of(run, Optional.empty());
    }

    static StoredRun of(RunInfo run, Optional<Guidance> guidance) {
        return new StoredRun(
                run.id(),
                run.folder(),
                run.experiment().name(),
                run.experiment().file(),
                run.experiment().prompt(),
                run.experiment().limits(),
                run.variant(),
                run.repetition(),
                run.source(),
                run.targetKind(),
                run.uniqueId(),
                run.fingerprints(),
                run.partial(),
                run.started(),
                guidance);
    }

    /** The experiment with this run's variant and limits, whatever options say now. */
    public Experiment of(Experiment read) {
        return new Experiment(
                read.name(),
                read.file(),
                read.base(),
                read.title(),
                prompt,
                read.tags(),
                read.extensions(),
                limits,
                read.diagnostics(),
                read.app(),
                read.contract(),
                List.of(variant),
                1,
                read.matrixFile());
    }

    /** The variant as the tree calls it, such as {@code auto}, which {@link #variant()} was made from. */
    public String variantInTree() {
        Matcher segment = SEGMENT.matcher(uniqueId);
        // JUnit writes what its format needs for itself as in URLs, the plus sign too
        return segment.find() ? URLDecoder.decode(segment.group(1), StandardCharsets.UTF_8) : variant.id();
    }

    /**
     * Requires that the run can be gone on with: it has no end yet, or a part of it is to be done again; and the same is
     * asked of its agents as before.
     *
     * @throws UsageError where it is not so, with what to do
     */
    public void requireResumable(Before before, boolean fromStep, Map<String, String> fingerprintsNow) {
        if (!fromStep && (before.outcome().equals("passed") || before.outcome().equals("failed"))) {
            throw new UsageError("Run " + id + " is over: it has " + before.outcome()
                    + ". Name the step from which to do it again, or check its app by recheck.");
        }
        for (String what : List.of("prompt", "limits", "target")) {
            String then = fingerprints.getOrDefault(what, "");
            if (!then.equals(fingerprintsNow.getOrDefault(what, ""))) {
                throw new UsageError("Run " + id + " cannot be gone on with: the " + what + " of " + experiment
                        + " has changed since it began. Start a new run, or recheck this one.");
            }
        }
    }

    /** What is known of the run, to go on with it now. */
    public RunInfo info(
            Experiment read, Map<String, String> fingerprintsNow, Set<String> leftOut, Optional<String> unisolatedNow) {
        return new RunInfo(
                id,
                of(read),
                variant,
                repetition,
                source,
                targetKind,
                folder,
                uniqueId,
                fingerprintsNow,
                leftOut,
                started,
                unisolatedNow);
    }

    ObjectNode json() {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        json.put("id", id)
                .put("folder", folder.toString())
                .put("experiment", experiment)
                .put("file", file.toString())
                .put("prompt", prompt)
                .put("repetition", repetition)
                .put("source", source)
                .put("target", targetKind)
                .put("unique_id", uniqueId)
                .put("started", started.toString());
        ObjectNode who = json.putObject("variant");
        who.put("id", variant.id())
                .put("planner", variant.planner().toString())
                .put("implementer", variant.implementer().toString())
                .put("verifier", variant.verifier().toString())
                .put("skills", variant.skills().id())
                .put("line", variant.line());
        ObjectNode most = json.putObject("limits");
        most.put("retries", limits.retries())
                .put("resolutions", limits.resolutions())
                .put("plan", limits.plan().toString())
                .put("agent", limits.agent().toString())
                .put("tool", limits.tool().toString())
                .put("check", limits.check().toString());
        limits.costUsd().ifPresent(cost -> most.put("cost_usd", cost.toPlainString()));
        ObjectNode prints = json.putObject("fingerprints");
        new TreeMap<>(fingerprints).forEach(prints::put);
        new TreeSet<>(partial).forEach(json.putArray("partial")::add);
        guidance.ifPresent(given -> json.putObject("guidance")
                .put("skills_source", given.skills().toString())
                .put("skills_filter", given.filter().id())
                .put("encourage_web_search", given.encourageWebSearch()));
        return json;
    }

    /**
     * @param found the folder that the file lies in
     * @throws IllegalArgumentException where something is missing
     */
    static StoredRun read(JsonNode json, Path found) {
        JsonNode who = json.path("variant");
        JsonNode most = json.path("limits");
        Map<String, String> prints = new TreeMap<>();
        json.path("fingerprints")
                .properties()
                .forEach(print -> prints.put(print.getKey(), print.getValue().asString()));
        Set<String> partial = new TreeSet<>();
        json.path("partial").forEach(layer -> partial.add(layer.asString()));
        Path said = Path.of(text(json, "folder"));
        // a folder that was moved as a whole is where its file is
        boolean moved = said.getFileName().equals(found.getFileName());
        @Nullable String cost = most.path("cost_usd").stringValue(null);
        return new StoredRun(
                text(json, "id"),
                moved ? found : said,
                text(json, "experiment"),
                Path.of(text(json, "file")),
                text(json, "prompt"),
                new Limits(
                        most.path("retries").asInt(),
                        most.path("resolutions").asInt(),
                        Duration.parse(text(most, "plan")),
                        Duration.parse(text(most, "agent")),
                        Duration.parse(text(most, "tool")),
                        Duration.parse(text(most, "check")),
                        Optional.ofNullable(cost).map(BigDecimal::new)),
                new Variant(
                        text(who, "id"),
                        Role.parse(text(who, "planner")),
                        Role.parse(text(who, "implementer")),
                        Role.parse(text(who, "verifier")),
                        Stream.of(SkillsMode.values())
                                .filter(mode -> mode.id().equals(text(who, "skills")))
                                .findFirst()
                                .orElseThrow(() -> new IllegalArgumentException("no such skills mode")),
                        who.path("line").asInt()),
                json.path("repetition").asInt(),
                text(json, "source"),
                text(json, "target"),
                text(json, "unique_id"),
                Map.copyOf(prints),
                Set.copyOf(partial),
                Instant.parse(text(json, "started")),
                json.has("guidance") ? Optional.of(guidance(json.path("guidance"))) : Optional.empty());
    }

    private static Guidance guidance(JsonNode json) {
        return new Guidance(
                Path.of(text(json, "skills_source")),
                Stream.of(Guidance.Filter.values())
                        .filter(filter -> filter.id().equals(text(json, "skills_filter")))
                        .findFirst()
                        .orElseThrow(() -> new IllegalArgumentException("no such skills filter")),
                json.path("encourage_web_search").asBoolean());
    }

    private static String text(JsonNode json, String name) {
        @Nullable String text = json.path(name).stringValue(null);
        if (text == null) {
            throw new IllegalArgumentException("it has no " + name);
        }
        return text;
    }
}
