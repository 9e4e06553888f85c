package dev.assay.report.stored;

import dev.assay.store.ArchivedRun;
import java.io.IOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Common Test Report Format (ctrf.io), version 0.1.0 of its specification: the leaves of the tree as tests. Attempts of a
 * test are its {@code retryAttempts}; an abort is {@code other}, for it is nobody's failure.
 */
final class CtrfExport implements RunDocument {
    private static final JsonMapper JSON = new JsonMapper();

    @Override
    public void write(ArchivedRun run, Events events, Writer out) throws IOException {
        RunTree tree = new RunTree(run);
        Map<String, List<ObjectNode>> tests = new LinkedHashMap<>();
        run.results().stream()
                .filter(row -> row.path("leaf").asBoolean())
                .forEach(row -> tests.computeIfAbsent(tree.identity(row), any -> new ArrayList<>())
                        .add(row));

        ObjectNode report = JSON.createObjectNode();
        report.put("reportFormat", "CTRF");
        report.put("specVersion", "0.1.0");
        report.put("generatedBy", "Assay");
        report.put("timestamp", ArchivedRun.text(run.run(), "started_at"));
        ObjectNode results = report.putObject("results");
        ObjectNode tool = results.putObject("tool").put("name", "Assay");
        tool.putObject("extra").put("run", run.id());
        ObjectNode summary = results.putObject("summary");
        ArrayNode array = results.putArray("tests");
        tests.forEach((identity, attempts) -> array.add(test(run, tree, identity, attempts)));
        summary(summary, run, array);
        ObjectNode environment = results.putObject("environment");
        environment.put("reportName", run.title());
        environment.put("appName", ArchivedRun.text(run.run(), "experiment"));
        ObjectNode extra = environment.putObject("extra");
        for (String column : List.of(
                "variant",
                "repetition",
                "source",
                "target_kind",
                "outcome",
                "cause",
                "message",
                "cost_usd",
                "partial")) {
            extra.set(column, run.run().path(column));
        }
        out.write(JSON.writerWithDefaultPrettyPrinter().writeValueAsString(report));
        out.write('\n');
    }

    private static ObjectNode test(ArchivedRun run, RunTree tree, String identity, List<ObjectNode> attempts) {
        ObjectNode last = attempts.get(attempts.size() - 1);
        String experiment = ArchivedRun.text(run.run(), "experiment");
        ObjectNode test = JSON.createObjectNode();
        test.put(
                "id",
                UUID.nameUUIDFromBytes((experiment + "/" + identity).getBytes(StandardCharsets.UTF_8))
                        .toString());
        test.put("name", ArchivedRun.text(last, "name"));
        test.put("status", status(last));
        test.put("rawStatus", ArchivedRun.text(last, "outcome"));
        times(test, last);
        ArrayNode suite = test.putArray("suite").add(experiment);
        tree.above(last).stream()
                .filter(part -> !ArchivedRun.text(part, "type").equals("attempt"))
                .forEach(part -> suite.add(ArchivedRun.text(part, "name")));
        message(test, last);
        ObjectNode labels = test.putObject("labels");
        for (String column : List.of("layer", "phase", "build_phase", "cause")) {
            if (!ArchivedRun.text(last, column).isEmpty()) {
                labels.put(column, ArchivedRun.text(last, column));
            }
        }
        labels.put("deciding", last.path("deciding").asBoolean());
        test.put("retries", attempts.size() - 1);
        boolean recovered = status(last).equals("passed")
                && attempts.stream()
                        .anyMatch(one -> !ArchivedRun.text(one, "outcome").equals("passed"));
        test.put("flaky", recovered);
        if (attempts.size() > 1) {
            ArrayNode retried = test.putArray("retryAttempts");
            for (ObjectNode attempt : attempts.subList(0, attempts.size() - 1)) {
                ObjectNode one = retried.addObject();
                one.put("attempt", retried.size());
                one.put(
                        "status",
                        ArchivedRun.text(attempt, "outcome").equals("superseded") ? "failed" : status(attempt));
                times(one, attempt);
                message(one, attempt);
            }
        }
        return test;
    }

    private static void times(ObjectNode test, ObjectNode row) {
        test.put("duration", row.path("duration_ms").asLong());
        test.put("start", RunTree.time(row, "started_at").toEpochMilli());
        test.put("stop", RunTree.time(row, "finished_at").toEpochMilli());
    }

    private static void message(ObjectNode test, ObjectNode row) {
        if (!ArchivedRun.text(row, "message").isEmpty()) {
            test.put("message", ArchivedRun.text(row, "message"));
        }
    }

    /** Only what decides a run is failed, as in every report of it. */
    private static String status(ObjectNode row) {
        return switch (ArchivedRun.text(row, "outcome")) {
            case "passed" -> "passed";
            case "failed" -> row.path("deciding").asBoolean() ? "failed" : "other";
            case "skipped" -> "skipped";
            default -> "other";
        };
    }

    private static void summary(ObjectNode summary, ArchivedRun run, ArrayNode tests) {
        summary.put("tests", tests.size());
        for (String status : List.of("passed", "failed", "skipped", "pending", "other")) {
            summary.put(
                    status,
                    tests.valueStream()
                            .filter(test -> test.path("status").asString().equals(status))
                            .count());
        }
        summary.put(
                "flaky",
                tests.valueStream()
                        .filter(test -> test.path("flaky").asBoolean())
                        .count());
        long start = RunTree.time(run.run(), "started_at").toEpochMilli();
        summary.put("start", start);
        summary.put("stop", start + run.run().path("duration_ms").asLong(0));
    }
}
