package dev.assay.store;

import dev.assay.agent.AgentResult;
import dev.assay.agent.Usage;
import dev.assay.check.Evidence;
import dev.assay.experiment.BuildPhase;
import dev.assay.experiment.Role;
import dev.assay.process.Exit;
import dev.assay.run.Attempt;
import dev.assay.run.AttemptResult;
import dev.assay.run.Cause;
import dev.assay.run.RunInfo;
import dev.assay.run.RunListener.Node;
import dev.assay.run.RunResult;
import dev.assay.run.StageResult;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** The columns of the rows of runs, attempts and results. */
final class RunRows {
    /** What of a text that a check saw is kept in its row; the whole is in the run's folder. */
    private static final int EVIDENCE_CHARACTERS = 64 * 1024;

    /** The first heartbeat of the process that goes on with a run. Later ones are written by the database alone. */
    static final String LIVING_SINCE = "heartbeat_at";

    private RunRows() {}

    static ObjectNode started(RunInfo run, String host, long pid) {
        ObjectNode row = object();
        row.put("id", run.id())
                .put("experiment", run.experiment().name())
                .put("title", run.experiment().title())
                .put("variant", run.variant().id())
                .put("repetition", run.repetition())
                .put("source", run.source())
                .put("target_kind", run.targetKind())
                .put("prompt", run.experiment().prompt())
                .put("unique_id", run.uniqueId())
                .put("status", "running")
                .put("skills_mode", run.variant().skills().id())
                .put("started_at", run.started().toString())
                .put("folder", run.folder().toAbsolutePath().toString())
                .put("host", host)
                .put("pid", pid)
                .put("partial", !run.partial().isEmpty())
                .put("unisolated", run.unisolated().isPresent());
        row.set("tags", array(run.experiment().tags()));
        row.set("left_out", array(run.partial()));
        row.set("fingerprints", object(run.fingerprints()));
        role(row, "planner", run.variant().planner());
        role(row, "implementer", run.variant().implementer());
        role(row, "verifier", run.variant().verifier());
        usage(row, Usage.NONE);
        return row;
    }

    /**
     * A run that is gone on with: what it was found to be holds no more, what it began with still does.
     *
     * @param seen when something was last heard of it
     */
    static ObjectNode resumed(ObjectNode before, RunInfo run, String host, long pid, Instant seen, Instant now) {
        ObjectNode row = before.deepCopy();
        row.put("status", "running")
                .putNull("outcome")
                .putNull("cause")
                .putNull("message")
                .putNull("finished_at")
                .put("duration_ms", spent(before, seen).toMillis())
                .put(LIVING_SINCE, now.toString())
                .put("folder", run.folder().toAbsolutePath().toString())
                .put("host", host)
                .put("pid", pid)
                .put("partial", !run.partial().isEmpty());
        row.set("left_out", array(run.partial()));
        return row;
    }

    /** What the processes of a run have taken; of one that died, until something was last heard of it. */
    private static Duration spent(ObjectNode row, Instant seen) {
        Duration before = Duration.ofMillis(row.path("duration_ms").asLong());
        if (row.path("finished_at").isString()) {
            return before;
        }
        String since = row.path(LIVING_SINCE).asString("");
        Duration last = Duration.between(
                Instant.parse(since.isEmpty() ? row.path("started_at").asString() : since), seen);
        return last.isNegative() ? before : before.plus(last);
    }

    /** Whether an attempt has no end. */
    static boolean isOpen(ObjectNode attempt) {
        return attempt.path("finished_at").isMissingNode()
                || attempt.path("finished_at").isNull();
    }

    /** The end of an attempt whose process died. When that was, nobody saw. */
    static void interrupted(ObjectNode attempt) {
        attempt.put("outcome", "aborted")
                .put("cause", Cause.INTERRUPTED.id())
                .put("message", "the process that ran the call died")
                .put("ending", "INTERRUPTED");
    }

    static Usage usage(ObjectNode row) {
        JsonNode cost = row.path("cost_usd");
        return new Usage(
                row.path("tokens_input").asLong(),
                row.path("tokens_cache_read").asLong(),
                row.path("tokens_cache_write").asLong(),
                row.path("tokens_output").asLong(),
                row.path("tokens_reasoning").asLong(),
                cost.isNumber() ? Optional.of(cost.decimalValue()) : Optional.empty(),
                row.path("cost_source").asString("none"));
    }

    private static void role(ObjectNode row, String name, Role role) {
        row.put(name + "_tool", role.tool()).put(name + "_model", role.model().orElse(null));
    }

    static void finished(ObjectNode row, RunResult result, Instant now) {
        boolean interrupted =
                result.cause().filter(cause -> cause == Cause.INTERRUPTED).isPresent();
        row.put("status", interrupted ? "interrupted" : "finished")
                .put("outcome", result.outcome().id())
                .put("cause", result.cause().map(Cause::id).orElse(null))
                .put("message", result.message())
                .put("partial", result.partial())
                .put("finished_at", now.toString())
                .put(
                        "duration_ms",
                        row.path("duration_ms").asLong() + result.duration().toMillis());
        row.set("warnings", array(result.warnings()));
        usage(row, result.usage());
    }

    static void usage(ObjectNode row, Usage usage) {
        row.put("tokens_input", usage.input())
                .put("tokens_cache_read", usage.cacheRead())
                .put("tokens_cache_write", usage.cacheWrite())
                .put("tokens_output", usage.output())
                .put("tokens_reasoning", usage.reasoning())
                .put("cost_usd", usage.costUsd().orElse(null))
                .put("cost_source", usage.costSource());
    }

    static ObjectNode started(RunInfo run, Attempt attempt, int position) {
        ObjectNode row = object();
        row.put("id", attempt.id().toString())
                .put("run_id", run.id())
                .put("position", position)
                .put("phase", attempt.phase().id())
                .put("step", attempt.stepId().orElse(null))
                .put("title", attempt.stepTitle().orElse(null))
                .put("build_phase", attempt.buildPhase().map(BuildPhase::id).orElse(null))
                .put("attempt", attempt.number())
                .put("tool", attempt.tool())
                .put("requested_model", attempt.requestedModel().orElse(null))
                .put("prompt", attempt.prompt())
                .put("started_at", attempt.started().toString());
        return row;
    }

    static void finished(ObjectNode row, AttemptResult result, AttemptLog log, Instant now) {
        AgentResult agent = result.agent();
        row.put("outcome", result.outcome().id())
                .put("cause", result.cause().map(Cause::id).orElse(null))
                .put("message", agent.message())
                .put("ending", agent.ending().id())
                .put("answer", agent.text())
                .put("model", agent.model().orElse(null))
                .put("cli_version", agent.cliVersion().orElse(null))
                .put("session_id", agent.sessionId().orElse(null))
                .put("stdout_tail", log.stdoutTail())
                .put("stderr_tail", log.stderrTail())
                .put(
                        "exit_code",
                        agent.exitCode().isPresent()
                                ? Integer.valueOf(agent.exitCode().getAsInt())
                                : null)
                .put(
                        "limit_fired",
                        agent.fired() == Exit.Limit.NONE
                                ? null
                                : agent.fired().name().toLowerCase(Locale.ROOT))
                .put("commit", result.commit().orElse(null))
                .put("diff", result.diff())
                .put("api_time_ms", agent.apiTime().map(Duration::toMillis).orElse(null))
                .put(
                        "time_to_first_token_ms",
                        agent.timeToFirstToken().map(Duration::toMillis).orElse(null))
                .put("finished_at", now.toString())
                .put("duration_ms", agent.duration().toMillis());
        row.set("parsed_result", result.parsedResult().orElse(JsonNodeFactory.instance.nullNode()));
        row.set("commands_run", log.commands());
        row.set("warnings", array(agent.warnings()));
        usage(row, agent.usage());
    }

    static ObjectNode result(RunInfo run, Node node, StageResult result, int position, Instant started, Instant now) {
        Map<String, String> labels = node.stage().labels();
        ObjectNode row = object();
        row.put("run_id", run.id())
                .put("unique_id", node.uniqueId())
                .put("parent_id", node.parentId())
                .put("position", position)
                .put("depth", node.depth())
                .put("leaf", node.leaf())
                .put("type", node.stage().type())
                .put("name", node.stage().name())
                .put("layer", labels.get("layer"))
                .put("step", labels.get("step"))
                .put("attempt", number(labels.get("attempt")))
                .put("phase", labels.get("phase"))
                .put("build_phase", labels.get("buildPhase"))
                .put("outcome", result.outcome().id())
                .put("cause", result.cause().map(Cause::id).orElse(null))
                .put("message", result.message())
                .put("assertions", result.assertions())
                .put("deciding", result.deciding())
                .put("started_at", started.toString())
                .put("finished_at", now.toString())
                .put("duration_ms", Duration.between(started, now).toMillis());
        row.set("labels", object(labels));
        row.set("notes", array(result.notes()));
        ArrayNode evidence = row.putArray("evidence");
        ArrayNode artifacts = row.putArray("artifacts");
        for (Evidence seen : result.evidence()) {
            ObjectNode one = evidence.addObject();
            one.put("name", seen.name()).put("media_type", seen.mediaType());
            String text = seen.text();
            if (text != null) {
                boolean cut = text.length() > EVIDENCE_CHARACTERS;
                one.put("text", cut ? text.substring(0, EVIDENCE_CHARACTERS) : text);
                if (cut) {
                    one.put("cut", true);
                }
            }
            Path file = seen.file();
            if (file != null) {
                String path = shown(run.folder(), file);
                one.put("path", path);
                artifacts.add(path);
            }
        }
        return row;
    }

    /** Within the run's folder, which may move, a path is relative to it. */
    private static String shown(Path folder, Path file) {
        Path whole = file.toAbsolutePath().normalize();
        Path base = folder.toAbsolutePath().normalize();
        return whole.startsWith(base) ? base.relativize(whole).toString() : whole.toString();
    }

    private static @org.jspecify.annotations.Nullable Integer number(@org.jspecify.annotations.Nullable String text) {
        return text != null && text.matches("\\d{1,9}") ? Integer.valueOf(text) : null;
    }

    private static ObjectNode object() {
        return JsonNodeFactory.instance.objectNode();
    }

    private static ObjectNode object(Map<String, String> map) {
        ObjectNode object = object();
        map.forEach(object::put);
        return object;
    }

    private static ArrayNode array(Collection<String> texts) {
        ArrayNode array = JsonNodeFactory.instance.arrayNode();
        List.copyOf(texts).forEach(array::add);
        return array;
    }
}
