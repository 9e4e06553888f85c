package dev.assay.report;

import dev.assay.check.LayerKind;
import dev.assay.run.Cause;
import dev.assay.run.RunInfo;
import dev.assay.run.RunListener;
import dev.assay.run.RunResult;
import dev.assay.run.StageResult;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * What one command's runs came to, for the programs that started it: each run in the order in which they ended, with the
 * checks that decided it. Safe for runs in parallel.
 */
public final class RunResults implements RunListener {
    private final Map<String, ArrayNode> checks = new HashMap<>();
    private final Map<String, String> rechecks = new HashMap<>();
    private final List<ObjectNode> runs = new ArrayList<>();
    private final List<String> messages = new ArrayList<>();

    /** Keeps what was said that belongs to no run, such as a wrong option. */
    public synchronized void said(String message) {
        messages.add(message);
    }

    @Override
    public synchronized void recheckStarted(RunInfo run, String subject) {
        rechecks.put(run.id(), subject);
    }

    @Override
    public synchronized void stageFinished(RunInfo run, Node node, StageResult result) {
        String layer = node.stage().labels().getOrDefault("layer", "");
        boolean ofLayer =
                Arrays.stream(LayerKind.values()).anyMatch(kind -> kind.id().equals(layer));
        if (!node.leaf() || !result.deciding() || !ofLayer) {
            return;
        }
        checks.computeIfAbsent(run.id(), id -> JsonNodeFactory.instance.arrayNode())
                .addObject()
                .put("layer", layer)
                .put("name", node.stage().name())
                .put("outcome", result.outcome().id())
                .put("cause", result.cause().map(Cause::id).orElse(null))
                .put("message", result.message());
    }

    @Override
    public synchronized void runFinished(RunInfo run, RunResult result) {
        runs.add(json(run, result));
    }

    @Override
    public synchronized void recheckFinished(RunInfo run, RunResult result) {
        runs.add(json(run, result).put("recheck", rechecks.get(run.id())));
    }

    private ObjectNode json(RunInfo run, RunResult result) {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        json.put("id", run.id())
                .put("experiment", run.experiment().name())
                .put("title", run.experiment().title())
                .put("variant", run.variant().id())
                .put("repetition", run.repetition())
                .put("source", run.source())
                .put("target_kind", run.targetKind())
                .put("contract", run.experiment().contract().name())
                .put("outcome", result.outcome().id())
                .put("cause", result.cause().map(Cause::id).orElse(null))
                .put("message", result.message())
                .put("partial", result.partial())
                .put("unisolated", run.unisolated().isPresent())
                .put("tokens", result.usage().total())
                .put("cost_usd", result.usage().costUsd().orElse(null))
                .put("cost_source", result.usage().costSource())
                .put("duration_ms", result.duration().toMillis())
                .put("folder", run.folder().toString())
                .put("unique_id", run.uniqueId());
        ArrayNode warnings = json.putArray("warnings");
        result.warnings().forEach(warnings::add);
        @org.jspecify.annotations.Nullable ArrayNode found = checks.remove(run.id());
        json.set("checks", found == null ? JsonNodeFactory.instance.arrayNode() : found);
        return json;
    }

    /**
     * One object.
     *
     * @param exitCode what the command ends with
     */
    public synchronized JsonNode json(int exitCode) {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        json.put("exit_code", exitCode);
        ArrayNode all = json.putArray("runs");
        runs.forEach(all::add);
        ArrayNode said = json.putArray("messages");
        messages.forEach(said::add);
        return json;
    }
}
