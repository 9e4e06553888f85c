package dev.assay.report;

import dev.assay.run.Outcome;
import dev.assay.run.RunInfo;
import dev.assay.run.RunStages;
import dev.assay.run.Stage;
import dev.assay.run.StageResult;
import io.qameta.allure.model.Label;
import io.qameta.allure.model.Parameter;
import io.qameta.allure.model.TestResult;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;

/**
 * What a test of a run is called in Allure, where it stands in its trees, and what makes it the same test in another run:
 * experiment, place, variant and repetition. Attempts share their identity, so that Allure folds them into retries.
 */
final class AllureTests {
    private final RunInfo run;
    private final Map<String, Integer> steps = new LinkedHashMap<>();
    private int digits = 1;

    AllureTests(RunInfo run) {
        this.run = run;
    }

    /** Allure sorts by name, so that numbers of steps need as many digits as the last has. */
    void planned(int count) {
        digits = Math.max(digits, String.valueOf(count).length());
    }

    /**
     * A leaf.
     *
     * @param path from the run's stage to the leaf
     * @param result what came of it
     * @param troubled the history ids of tests of which an attempt was superseded
     */
    TestResult test(List<Stage> path, StageResult result, Set<String> troubled) {
        Stage leaf = path.get(path.size() - 1);
        String place = path.stream()
                .filter(stage -> !stage.type().equals("attempt"))
                .map(Stage::id)
                .collect(Collectors.joining("/"));
        boolean inStep = path.size() > 1 && path.get(1).type().equals("step");
        String name = path.stream()
                .skip(inStep ? 2 : 1)
                .filter(stage -> !stage.type().equals("attempt"))
                .map(stage -> stage.type().equals("layer") ? stage.id() : stage.name())
                .collect(Collectors.joining(" · "));
        String attempt = leaf.labels().getOrDefault("attempt", "1");
        TestResult written = identified(place);
        boolean recovered = troubled.contains(written.getHistoryId()) && result.outcome() == Outcome.PASSED;
        String which = switch (result.outcome()) {
            case SUPERSEDED -> "attempt " + attempt + ", superseded";
            case FAILED -> result.deciding() ? "" : "attempt " + attempt + ", given up";
            default ->
                (recovered ? "recovered at " : "") + (recovered || !attempt.equals("1") ? "attempt " + attempt : "");
        };
        written.setName(
                PlainText.line(name.isEmpty() ? leaf.name() : name, 180) + (which.isEmpty() ? "" : " · " + which));
        written.setTitlePath(titles(path));
        written.setLabels(labels(group(path, inStep), feature(path), leaf.labels()));
        written.setParameters(parameters());
        // attempts are retries of one test, so what tells them apart must not enter its identity
        written.getParameters().add(parameter("attempt", attempt).setExcluded(true));
        return written;
    }

    /** The run as a whole. */
    TestResult run() {
        TestResult written = identified("run").setName("run");
        written.setTitlePath(List.of(run.experiment().name(), run.label()));
        written.setLabels(labels("0 run", "run", Map.of()));
        written.setParameters(parameters());
        return written;
    }

    /** Who did it, in a line. */
    String who() {
        return "planner " + run.variant().planner() + " · implementer "
                + run.variant().implementer() + " · verifier "
                + run.variant().verifier() + " · skills "
                + run.variant().skills().id() + " · target "
                + run.targetKind();
    }

    private TestResult identified(String place) {
        String fullName = run.experiment().name() + "/" + place;
        return new TestResult()
                .setUuid(UUID.randomUUID().toString())
                .setFullName(fullName)
                .setTestCaseName(fullName)
                .setTestCaseId(md5(fullName))
                .setHistoryId(md5(fullName + "|" + run.variant().id() + "|" + run.repetition()));
    }

    /** The run's stage, or the step, numbered in their order. */
    private String group(List<Stage> path, boolean inStep) {
        Stage stage = path.get(0);
        int known = RunStages.ALL.stream().map(Stage::id).toList().indexOf(stage.id());
        // one that is not of every run is a later check of the same app
        int place = (known < 0 ? RunStages.ALL.size() : known) + 1;
        if (!inStep) {
            return place + " " + stage.name();
        }
        Stage step = path.get(1);
        int number = steps.computeIfAbsent(step.id(), any -> steps.size() + 1);
        return String.format(Locale.ROOT, "%d.%0" + digits + "d %s", place, number, step.name());
    }

    private static String feature(List<Stage> path) {
        Stage leaf = path.get(path.size() - 1);
        String layer = leaf.labels().getOrDefault("layer", "");
        if (leaf.type().equals("call") || leaf.labels().containsKey("phase")) {
            return "agent · " + leaf.labels().getOrDefault("phase", leaf.name());
        }
        if (path.get(0).id().equals("evaluation") || path.get(0).id().startsWith("recheck-")) {
            return "evaluation · "
                    + (layer.isEmpty() ? path.get(Math.min(1, path.size() - 1)).id() : layer);
        }
        return "early checks · " + (layer.isEmpty() ? leaf.id() : layer);
    }

    private List<String> titles(List<Stage> path) {
        List<String> titles = new ArrayList<>(List.of(run.experiment().name(), run.label()));
        path.subList(0, path.size() - 1).forEach(stage -> titles.add(PlainText.line(stage.name(), 120)));
        return titles;
    }

    private List<Label> labels(String group, String feature, Map<String, String> labels) {
        List<Label> all = new ArrayList<>();
        label(all, "parentSuite", run.experiment().name());
        label(all, "suite", run.label());
        label(all, "subSuite", group);
        label(all, "epic", run.experiment().title());
        label(all, "feature", feature);
        label(all, "story", run.label());
        label(all, "package", "experiments." + run.experiment().name());
        label(all, "framework", "assay");
        // the lanes of the timeline
        label(all, "host", run.experiment().name());
        label(all, "thread", run.label());
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

    /** Part of a test's identity, and hidden: Allure would show them on its every line. */
    private List<Parameter> parameters() {
        List<Parameter> parameters = new ArrayList<>();
        parameters.add(parameter("planner", run.variant().planner().toString()));
        parameters.add(parameter("implementer", run.variant().implementer().toString()));
        parameters.add(parameter("verifier", run.variant().verifier().toString()));
        parameters.add(parameter("skills", run.variant().skills().id()));
        parameters.add(parameter("target", run.targetKind()));
        parameters.add(parameter("repetition", String.valueOf(run.repetition())));
        parameters.add(parameter("run", run.id()).setExcluded(true));
        return parameters;
    }

    private static Parameter parameter(String name, String value) {
        return new Parameter()
                .setName(name)
                .setValue(PlainText.line(value, 200))
                .setMode(Parameter.Mode.HIDDEN);
    }

    private static String md5(String text) {
        try {
            return HexFormat.of()
                    .formatHex(MessageDigest.getInstance("MD5").digest(text.getBytes(StandardCharsets.UTF_8)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has MD5", e);
        }
    }
}
