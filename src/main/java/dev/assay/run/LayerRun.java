package dev.assay.run;

import dev.assay.check.CheckBody;
import dev.assay.check.CheckResult;
import dev.assay.check.Checks;
import dev.assay.check.Evidence;
import dev.assay.check.Finding;
import dev.assay.check.Layer;
import dev.assay.check.Subject;
import dev.assay.run.RunState.LayerPass.Taken;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/** Runs one layer of checks as a container whose leaves are its checks. */
final class LayerRun implements Checks {
    /** What a failed check stands for: it decides the run, it is tried again, or nobody tries again. */
    enum Weight {
        DECIDES,
        SUPERSEDED,
        NOT_VERIFIED
    }

    private final Stages inside;
    private final Subject subject;
    private final Weight weight;
    private final Map<String, String> labels;
    private final List<String> findings = new ArrayList<>();
    private final List<Taken> passed = new ArrayList<>();
    private final List<Taken> shown = new ArrayList<>();
    private final List<String> warnings = new ArrayList<>();
    private Optional<StageResult> broken = Optional.empty();
    private int ran;

    private LayerRun(Stages inside, Subject subject, Weight weight, Map<String, String> labels) {
        this.inside = inside;
        this.subject = subject;
        this.weight = weight;
        this.labels = labels;
    }

    /**
     * What a layer gave.
     *
     * @param findings what is wrong with the app; empty where all that could be asked passed
     * @param broken the first check that could not be measured
     * @param passed the checks that passed
     * @param ran how many checks were asked
     * @param warnings what checks noted that fails nothing
     */
    record Report(
            List<String> findings, Optional<StageResult> broken, List<Taken> passed, int ran, List<String> warnings) {
        boolean clean() {
            return findings.isEmpty() && broken.isEmpty();
        }
    }

    /** @param labels what reports group by; the layer's own is added */
    static Report run(
            Layer layer, Subject subject, Weight weight, Map<String, String> labels, Stages stages, Progress progress)
            throws InterruptedException {
        Map<String, String> all = new LinkedHashMap<>(labels);
        all.put("layer", layer.kind().id());
        Report[] report = new Report[1];
        Stage stage = new Stage("layer", layer.kind().id(), layer.kind().id(), all);
        stages.container(stage, inside -> report[0] = inside(layer, subject, weight, all, inside, progress));
        return report[0];
    }

    /** As {@link #run}, in a container that is there already. */
    static Report inside(
            Layer layer, Subject subject, Weight weight, Map<String, String> labels, Stages inside, Progress progress)
            throws InterruptedException {
        if (weight == Weight.DECIDES) {
            return now(layer, subject, weight, labels, inside).report(); // the evaluation is always a whole one
        }
        boolean[] done = new boolean[1];
        Shown shown = progress.once(
                "layer " + layer.kind().id(),
                Shown.class,
                () -> {
                    done[0] = true;
                    return now(layer, subject, weight, labels, inside);
                },
                // where the run ended here, the layer is run again
                gave -> gave.report().broken().filter(StageResult::deciding).isEmpty());
        if (!done[0]) {
            shown.show(inside);
        }
        return shown.report();
    }

    /** What a layer gave, with all that it showed. */
    private record Shown(Report report, List<Taken> nodes) {
        /** Shows again what an earlier process saw. */
        void show(Stages inside) throws InterruptedException {
            for (Taken node : nodes) {
                if (node.result().outcome() == Outcome.SKIPPED) {
                    inside.skipped(node.stage(), node.result());
                } else {
                    inside.test(node.stage(), node::result);
                }
            }
        }
    }

    private static Shown now(Layer layer, Subject subject, Weight weight, Map<String, String> labels, Stages inside)
            throws InterruptedException {
        LayerRun run = new LayerRun(inside, subject, weight, labels);
        try {
            layer.run(subject, run);
        } catch (RuntimeException e) {
            StageResult broken = Failures.result(e);
            run.broken = Optional.of(broken);
            inside.test(new Stage("check", "layer", "the layer itself", labels), () -> broken);
        }
        Report report = new Report(
                List.copyOf(run.findings), run.broken, List.copyOf(run.passed), run.ran, List.copyOf(run.warnings));
        return new Shown(report, List.copyOf(run.shown));
    }

    @Override
    public CheckResult check(String id, String name, CheckBody body) throws InterruptedException {
        CheckResult[] result = new CheckResult[1];
        Stage stage = new Stage("check", id, name, labels);
        inside.test(stage, () -> {
            result[0] = CheckResult.of(body);
            StageResult judged = judge(stage, result[0]);
            shown.add(new Taken(stage, judged));
            return judged;
        });
        return result[0];
    }

    @Override
    public void skipped(String id, String name, String reason) {
        Stage stage = new Stage("check", id, name, labels);
        StageResult skipped =
                new StageResult(Outcome.SKIPPED, Optional.of(Cause.SKIPPED), reason, 0, false, List.of(), List.of());
        shown.add(new Taken(stage, skipped));
        inside.skipped(stage, skipped);
    }

    private StageResult judge(Stage stage, CheckResult result) {
        ran++;
        warnings.addAll(result.notes());
        // A target that went away makes any answer look wrong: then nothing was measured.
        Optional<String> trouble =
                result.passed() ? Optional.empty() : subject.target().trouble();
        if (trouble.isPresent()) {
            StageResult gone = result(Outcome.ABORTED, Cause.TARGET_UNAVAILABLE, trouble.get(), true, result);
            broken = broken.or(() -> Optional.of(gone));
            return gone;
        }
        switch (result.status()) {
            case PASSED -> {
                StageResult holds = new StageResult(
                        Outcome.PASSED,
                        Optional.empty(),
                        "",
                        result.assertions(),
                        weight == Weight.DECIDES,
                        result.notes(),
                        result.evidence());
                passed.add(new Taken(stage, holds));
                return holds;
            }
            case ERROR -> {
                StageResult error =
                        result(Outcome.ABORTED, Cause.CHECK_ERROR, result.error(), weight == Weight.DECIDES, result);
                broken = broken.or(() -> Optional.of(error));
                return error;
            }
            case FAILED -> {
                result.findings().forEach(finding -> findings.add(finding.message()));
                String message =
                        result.findings().stream().map(Finding::message).collect(Collectors.joining("\n"));
                Outcome outcome = weight == Weight.SUPERSEDED ? Outcome.SUPERSEDED : Outcome.FAILED;
                return result(outcome, Cause.CHECK_FAILED, message, weight == Weight.DECIDES, result);
            }
        }
        throw new IllegalStateException("no such status: " + result.status());
    }

    private static StageResult result(
            Outcome outcome, Cause cause, String message, boolean deciding, CheckResult result) {
        List<Evidence> evidence = new ArrayList<>();
        if (!result.findings().isEmpty()) {
            evidence.add(new Evidence("findings", "text/plain", describe(result.findings()), null));
        }
        evidence.addAll(result.evidence());
        return new StageResult(
                outcome, Optional.of(cause), message, result.assertions(), deciding, result.notes(), evidence);
    }

    private static String describe(List<Finding> findings) {
        StringBuilder text = new StringBuilder();
        for (Finding finding : findings) {
            text.append(finding.message())
                    .append("\n  expected: ")
                    .append(finding.expected())
                    .append("\n  found:    ")
                    .append(finding.found())
                    .append('\n');
            finding.about()
                    .forEach((name, value) -> text.append("  ")
                            .append(name)
                            .append(": ")
                            .append(value)
                            .append('\n'));
        }
        return text.toString();
    }
}
