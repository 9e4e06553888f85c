package dev.assay.report;

import dev.assay.agent.AgentEvent;
import dev.assay.run.Attempt;
import dev.assay.run.AttemptResult;
import dev.assay.run.Line;
import dev.assay.run.Outcome;
import dev.assay.run.Plan;
import dev.assay.run.RunInfo;
import dev.assay.run.RunListener.Node;
import dev.assay.run.RunResult;
import dev.assay.run.Stage;
import dev.assay.run.StageResult;
import io.qameta.allure.AllureLifecycle;
import io.qameta.allure.model.Status;
import io.qameta.allure.model.StatusDetails;
import io.qameta.allure.model.StepResult;
import io.qameta.allure.model.TestResult;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;

/** One run's way into Allure: which containers are around a leaf, and the calls of the leaf that runs now. */
final class AllureRun {
    private static final JsonMapper JSON = new JsonMapper();

    private final RunInfo run;
    private final AllureLifecycle lifecycle;
    private final AllureAttachments attachments;
    private final AllureTests tests;
    private final Map<String, Stage> containers = new HashMap<>();
    private final Map<String, String> parents = new HashMap<>();
    private final List<AllureCall> calls = new ArrayList<>();
    private final Map<String, List<String>> superseded = new HashMap<>();
    private @Nullable Node leaf;
    private @Nullable Plan plan;
    private long started;
    private int attempts;
    private int tools;

    AllureRun(RunInfo run, Path directory, AllureLifecycle lifecycle) {
        this.run = run;
        this.lifecycle = lifecycle;
        this.attachments = new AllureAttachments(directory);
        this.tests = new AllureTests(run);
    }

    void planned(Plan accepted) {
        tests.planned(accepted.steps().size());
        plan = accepted;
    }

    void started(Node node, long now) {
        if (node.leaf()) {
            leaf = node;
            started = now;
        } else {
            containers.put(node.uniqueId(), node.stage());
            parents.put(node.uniqueId(), node.parentId());
        }
    }

    void started(Attempt attempt) {
        calls.add(new AllureCall(attempt, run.workspace(), attachments));
        attempts++;
    }

    void line(Line line) {
        call(line).ifPresent(call -> call.line(line));
    }

    void event(Line line, AgentEvent event) {
        call(line).ifPresent(call -> call.event(line.at().toEpochMilli(), event));
        tools += event instanceof AgentEvent.ToolStarted ? 1 : 0;
    }

    void finished(Attempt attempt, AttemptResult result, long now) {
        calls.stream()
                .filter(call -> call.attempt().id().equals(attempt.id()))
                .findFirst()
                .ifPresent(call -> call.finished(result, now));
    }

    private Optional<AllureCall> call(Line line) {
        return line.attempt()
                .flatMap(attempt -> calls.stream()
                        .filter(call -> call.attempt().id().equals(attempt.id()))
                        .findFirst());
    }

    void finished(Node node, StageResult result, long now) {
        if (!node.leaf()) {
            containers.remove(node.uniqueId());
            parents.remove(node.uniqueId());
            return;
        }
        boolean ran = leaf != null && leaf.uniqueId().equals(node.uniqueId());
        List<Stage> path = path(node);
        TestResult written = tests.test(path, result, superseded.keySet());
        written.setStatus(status(result))
                .setStatusDetails(details(
                        message(written.getHistoryId(), attempt(path), result, ran ? facts() : ""),
                        result.cause().map(AllureCategories::trace)));
        if (ran) {
            contents(written);
            leaf = null;
        }
        result.evidence().forEach(evidence -> attachments.evidence(evidence).ifPresent(written.getAttachments()::add));
        result.notes().forEach(note -> written.getSteps().add(remark("note: " + note, now)));
        write(written, ran ? started : now, now);
    }

    private static StepResult remark(String text, long now) {
        return new StepResult()
                .setName(PlainText.line(text, 240))
                .setStatus(Status.PASSED)
                .setStart(now)
                .setStop(now);
    }

    private void write(TestResult written, long start, long stop) {
        lifecycle.scheduleTestCase(written);
        lifecycle.updateTestCase(
                written.getUuid(),
                test -> test.setStart(start).setStop(stop).setStage(io.qameta.allure.model.Stage.FINISHED));
        lifecycle.writeTestCase(written.getUuid());
    }

    private void contents(TestResult written) {
        if (calls.size() == 1) {
            AllureCall only = calls.get(0);
            only.close();
            written.getSteps().addAll(only.steps());
            written.getAttachments().addAll(only.attachments());
            only.parameters().forEach(parameter -> written.getParameters().add(parameter.setExcluded(true)));
        } else {
            calls.forEach(call -> {
                call.close();
                written.getSteps().add(call.asStep());
            });
        }
        calls.clear();
        if (plan != null) {
            written.getAttachments()
                    .add(attachments.text(
                            "plan",
                            ".json.txt",
                            JSON.writerWithDefaultPrettyPrinter().writeValueAsString(plan.json())));
            plan = null;
        }
    }

    private String facts() {
        return calls.size() == 1 ? calls.get(0).facts() : "";
    }

    /** From the run's stage to the leaf. */
    private List<Stage> path(Node node) {
        List<Stage> path = new ArrayList<>(List.of(node.stage()));
        String id = node.parentId();
        while (containers.containsKey(id)) {
            path.add(0, containers.get(id));
            id = parents.getOrDefault(id, "");
        }
        return path;
    }

    private static String attempt(List<Stage> path) {
        return path.get(path.size() - 1).labels().getOrDefault("attempt", "1");
    }

    /** Only what decides a run is red. */
    private static Status status(StageResult result) {
        return switch (result.outcome()) {
            case PASSED -> Status.PASSED;
            case FAILED -> result.deciding() ? Status.FAILED : Status.SKIPPED;
            case ABORTED -> result.deciding() ? Status.BROKEN : Status.SKIPPED;
            case SUPERSEDED, SKIPPED -> Status.SKIPPED;
        };
    }

    private String message(String test, String attempt, StageResult result, String facts) {
        String message = PlainText.block(result.message());
        String assertions = result.assertions() == 0 ? "" : Amounts.counted(result.assertions(), "assertion");
        if (result.outcome() == Outcome.PASSED) {
            List<String> before = superseded.getOrDefault(test, List.of());
            String recovered =
                    before.isEmpty() ? "" : AllureCategories.RECOVERED + attempt + " · " + String.join(" · ", before);
            return joined(recovered, message, facts, assertions);
        }
        String lead = switch (result.outcome()) {
            case SUPERSEDED -> AllureCategories.SUPERSEDED;
            case FAILED -> result.deciding() ? "" : AllureCategories.NOT_VERIFIED;
            case ABORTED -> result.deciding() ? "" : AllureCategories.ABORTED;
            case PASSED, SKIPPED -> "";
        };
        if (result.outcome() == Outcome.SUPERSEDED) {
            List<String> lines = PlainText.lines(message);
            superseded
                    .computeIfAbsent(test, any -> new ArrayList<>())
                    .add("attempt " + attempt + ": "
                            + PlainText.line(lines.isEmpty() ? "did not succeed" : lines.get(0), 240)
                            + (lines.size() > 1
                                    ? " (and " + Amounts.counted(lines.size() - 1L, "more line") + ")"
                                    : ""));
        }
        return lead + message;
    }

    private static String joined(String... parts) {
        return Stream.of(parts).filter(part -> !part.isBlank()).collect(Collectors.joining(" · "));
    }

    private static StatusDetails details(String message, Optional<String> trace) {
        StatusDetails details = new StatusDetails().setMessage(message);
        return trace.map(details::setTrace).orElse(details);
    }

    /** Writes the run as a whole, as a test of its own, and ends what is still open when it was cut short. */
    void finished(RunResult result, long now) {
        close();
        TestResult written = tests.run();
        String sums = joined(
                Amounts.time(result.duration()),
                attempts == 0 ? "" : Amounts.counted(attempts, "agent call"),
                tools == 0 ? "" : Amounts.counted(tools, "tool call"),
                Amounts.usage(result.usage()));
        String partial =
                result.partial() ? " (PARTIAL, without " + String.join(" ", new TreeSet<>(run.partial())) + ")" : "";
        String message = PlainText.block(result.message());
        written.setStatus(
                        switch (result.outcome()) {
                            case PASSED -> Status.PASSED;
                            case FAILED -> Status.FAILED;
                            default -> Status.BROKEN;
                        })
                .setStatusDetails(details(
                        result.outcome().name() + partial + (message.isEmpty() ? "" : ": " + message) + "\n\n" + sums
                                + "\n" + tests.who() + "\nrun " + run.id() + " in " + run.folder(),
                        result.cause().map(AllureCategories::trace)));
        result.warnings().forEach(warning -> written.getSteps().add(remark("warning: " + warning, now)));
        write(written, run.started().toEpochMilli(), now);
    }

    /** Ends what is still open. */
    void close() {
        calls.forEach(AllureCall::close);
        calls.clear();
    }
}
