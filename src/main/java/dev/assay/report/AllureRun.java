package dev.assay.report;

import dev.assay.agent.AgentEvent;
import dev.assay.run.Attempt;
import dev.assay.run.AttemptResult;
import dev.assay.run.Line;
import dev.assay.run.RunInfo;
import dev.assay.run.RunListener.Node;
import dev.assay.run.Stage;
import dev.assay.run.StageResult;
import io.qameta.allure.AllureLifecycle;
import io.qameta.allure.model.Label;
import io.qameta.allure.model.Parameter;
import io.qameta.allure.model.Status;
import io.qameta.allure.model.StatusDetails;
import io.qameta.allure.model.StepResult;
import io.qameta.allure.model.TestResult;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** One run's way into Allure: which containers are around a leaf, and the calls of the leaf that runs now. */
final class AllureRun {
    private final RunInfo run;
    private final AllureLifecycle lifecycle;
    private final AllureAttachments attachments;
    private final Map<String, Stage> containers = new HashMap<>();
    private final Map<String, String> parents = new HashMap<>();
    private final List<AllureCall> calls = new ArrayList<>();
    private @Nullable Node leaf;
    private long started;

    AllureRun(RunInfo run, Path directory, AllureLifecycle lifecycle) {
        this.run = run;
        this.lifecycle = lifecycle;
        this.attachments = new AllureAttachments(directory);
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
        calls.add(new AllureCall(attempt, attachments));
    }

    void line(Line line) {
        call(line).ifPresent(call -> call.line(line));
    }

    void event(Line line, AgentEvent event) {
        call(line).ifPresent(call -> call.event(line.at().toEpochMilli(), event));
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
        TestResult written = result(node, result);
        if (ran) {
            contents(written);
            leaf = null;
        }
        result.evidence().forEach(evidence -> attachments.evidence(evidence).ifPresent(written.getAttachments()::add));
        result.notes()
                .forEach(note -> written.getSteps()
                        .add(new StepResult()
                                .setName(PlainText.line("note: " + note, 240))
                                .setStatus(Status.PASSED)
                                .setStart(now)
                                .setStop(now)));
        long start = ran ? started : now;
        lifecycle.scheduleTestCase(written);
        lifecycle.updateTestCase(
                written.getUuid(),
                test -> test.setStart(start).setStop(now).setStage(io.qameta.allure.model.Stage.FINISHED));
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
    }

    private TestResult result(Node node, StageResult result) {
        List<Stage> path = path(node);
        Map<String, String> labels = node.stage().labels();
        String place = path.stream()
                .filter(stage -> !stage.type().equals("attempt"))
                .map(Stage::id)
                .collect(Collectors.joining("/"));
        String fullName = run.experiment().name() + "/" + place;
        String group = path.size() > 1 && path.get(1).type().equals("step")
                ? path.get(1).name()
                : labels.getOrDefault("stepTitle", path.get(0).name());
        String name = path.stream()
                .skip(path.size() > 1 && path.get(1).type().equals("step") ? 2 : 1)
                .filter(stage -> !stage.type().equals("attempt"))
                .map(Stage::name)
                .collect(Collectors.joining(" · "));
        TestResult written = new TestResult()
                .setUuid(UUID.randomUUID().toString())
                .setName(PlainText.line(name.isEmpty() ? node.stage().name() : name, 200))
                .setFullName(fullName)
                .setTestCaseName(fullName)
                .setTestCaseId(md5(fullName))
                .setHistoryId(md5(fullName + "|" + run.variant().id() + "|" + run.repetition()))
                .setStatus(status(result))
                .setStatusDetails(details(result));
        written.setTitlePath(titles(path));
        written.setLabels(labels(group, written.getName(), labels, path.get(0)));
        written.setParameters(parameters(labels));
        return written;
    }

    private List<String> titles(List<Stage> path) {
        List<String> titles = new ArrayList<>(List.of(run.experiment().name(), run.label()));
        path.subList(0, path.size() - 1).forEach(stage -> titles.add(PlainText.line(stage.name(), 120)));
        return titles;
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

    private List<Label> labels(String group, String name, Map<String, String> labels, Stage stage) {
        List<Label> all = new ArrayList<>();
        label(all, "parentSuite", run.experiment().name());
        label(all, "suite", run.label());
        label(all, "subSuite", group);
        label(all, "epic", run.experiment().title());
        label(all, "feature", labels.containsKey("step") ? group : stage.name());
        label(all, "story", name);
        label(all, "package", "experiments." + run.experiment().name());
        label(all, "framework", "assay");
        label(all, "layer", labels.getOrDefault("layer", ""));
        run.experiment().tags().forEach(tag -> label(all, "tag", tag));
        if (labels.containsKey("buildPhase")) {
            label(all, "tag", "phase-" + labels.get("buildPhase"));
        }
        if (run.source().equals("recorded")) {
            label(all, "tag", "RECORDED");
        }
        return all;
    }

    private static void label(List<Label> labels, String name, String value) {
        if (!value.isBlank()) {
            labels.add(new Label().setName(name).setValue(PlainText.line(value, 160)));
        }
    }

    private List<Parameter> parameters(Map<String, String> labels) {
        List<Parameter> parameters = new ArrayList<>();
        parameter(parameters, "planner", run.variant().planner().toString());
        parameter(parameters, "implementer", run.variant().implementer().toString());
        parameter(parameters, "verifier", run.variant().verifier().toString());
        parameter(parameters, "skills", run.variant().skills().id());
        parameter(parameters, "target", run.targetKind());
        parameter(parameters, "repetition", String.valueOf(run.repetition()));
        // attempts are retries of one test, so what tells them apart must not enter its identity
        if (labels.containsKey("attempt")) {
            parameters.add(new Parameter()
                    .setName("attempt")
                    .setValue(labels.get("attempt"))
                    .setExcluded(true));
        }
        parameters.add(new Parameter()
                .setName("run")
                .setValue(run.id())
                .setExcluded(true)
                .setMode(Parameter.Mode.HIDDEN));
        return parameters;
    }

    private static void parameter(List<Parameter> parameters, String name, String value) {
        parameters.add(new Parameter().setName(name).setValue(PlainText.line(value, 120)));
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

    private static StatusDetails details(StageResult result) {
        String lead = switch (result.outcome()) {
            case SUPERSEDED -> "superseded: ";
            case FAILED -> result.deciding() ? "" : "not verified: ";
            case ABORTED -> result.deciding() ? "" : "aborted: ";
            case PASSED, SKIPPED -> "";
        };
        String message = lead + PlainText.block(result.message());
        String cause = result.cause().map(AllureSurroundings::ending).orElse("");
        String assertions = result.assertions() == 0 ? "" : Amounts.counted(result.assertions(), "assertion");
        String text =
                List.of(message, cause).stream().filter(part -> !part.isBlank()).collect(Collectors.joining("\n\n"));
        return new StatusDetails().setMessage(text.isEmpty() ? assertions : text);
    }

    private static String md5(String text) {
        try {
            return HexFormat.of()
                    .formatHex(MessageDigest.getInstance("MD5").digest(text.getBytes(StandardCharsets.UTF_8)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has MD5", e);
        }
    }

    /** Ends what is still open when a run was cut short. */
    void close() {
        calls.forEach(AllureCall::close);
        calls.clear();
    }
}
