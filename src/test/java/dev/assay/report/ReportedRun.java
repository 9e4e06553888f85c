package dev.assay.report;

import dev.assay.agent.AgentEvent;
import dev.assay.agent.AgentResult;
import dev.assay.agent.CanonicalTool;
import dev.assay.agent.Ending;
import dev.assay.agent.Phase;
import dev.assay.agent.Usage;
import dev.assay.check.Evidence;
import dev.assay.experiment.BuildPhase;
import dev.assay.experiment.Experiment;
import dev.assay.experiment.ExperimentFiles;
import dev.assay.experiment.InvalidExperiment;
import dev.assay.experiment.Role;
import dev.assay.experiment.SkillsMode;
import dev.assay.experiment.Variant;
import dev.assay.process.Exit;
import dev.assay.process.Output;
import dev.assay.run.Attempt;
import dev.assay.run.AttemptResult;
import dev.assay.run.Cause;
import dev.assay.run.Line;
import dev.assay.run.Outcome;
import dev.assay.run.Plan;
import dev.assay.run.RunInfo;
import dev.assay.run.RunListener;
import dev.assay.run.RunListener.Node;
import dev.assay.run.RunResult;
import dev.assay.run.Stage;
import dev.assay.run.StageResult;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.UUID;
import tools.jackson.databind.node.JsonNodeFactory;

/** Tells a listener of a run, as the loop would. Time stands still but for {@link #wait}. */
final class ReportedRun extends Clock {
    Clock clock() {
        return this;
    }

    static final String NASTY = "\u001b[2J\u001b]0;title\u0007<script>alert(1)</script>\n::error::injected\r\nlast";

    final RunInfo info;
    RunListener listener = new RunListener() {};
    private Instant now = Instant.parse("2026-01-02T03:04:05Z");
    private long seq;

    ReportedRun(Path folder, int repetition) {
        this(folder, repetition, "0198-run-" + repetition);
    }

    ReportedRun(Path folder, int repetition, String id) {
        Role recorded = new Role("recorded", Optional.empty());
        info = new RunInfo(
                id,
                experiment(),
                new Variant("recorded", recorded, recorded, recorded, SkillsMode.NONE, 1),
                repetition,
                "recorded",
                "embedded",
                folder.resolve("run-" + repetition),
                "[engine:assay]/[run:" + repetition + "]",
                Map.of(),
                Set.of(),
                now);
    }

    private static Experiment experiment() {
        ExperimentFiles files = ExperimentFiles.in(Path.of("experiments"));
        try {
            return files.read(files.select("todo-auth").get(0));
        } catch (InvalidExperiment e) {
            throw new AssertionError(e);
        }
    }

    /** Plan, a step whose first attempt leaks, its second, and an evaluation that passes or does not. */
    void tellAll(boolean passes) {
        start();
        Node plan = leaf("stage", "plan", "plan", "", 0, Map.of("phase", "plan"));
        listener.stageStarted(info, plan);
        call(Phase.PLAN, "", "make a plan", 1);
        listener.planAccepted(info, new Plan(List.of(step()), JsonNodeFactory.instance.objectNode()));
        finish(plan, StageResult.PASSED);
        Node build = container("stage", "build", "build", "", 0, Map.of());
        Node step = container("step", "schema", "Tables <b>and</b> policies", build.uniqueId(), 1, labels("1"));
        attempt(step, 1, false);
        attempt(step, 2, true);
        finish(step, StageResult.PASSED);
        finish(build, StageResult.PASSED);
        Node browser = container("stage", "browser", "browser", "", 0, Map.of("layer", "browser"));
        skipped(leaf("check", "not-run", "not run", browser.uniqueId(), 1, Map.of()), "not contracted");
        finish(browser, StageResult.PASSED);
        evaluation(passes);
        RunResult result = passes
                ? new RunResult(
                        Outcome.PASSED,
                        Optional.empty(),
                        "",
                        false,
                        List.of(),
                        usage().plus(usage()),
                        Duration.ofSeconds(31))
                : new RunResult(
                        Outcome.FAILED,
                        Optional.of(Cause.CHECK_FAILED),
                        "rls: user B can read a row of todos that belongs to user A",
                        false,
                        List.of("recording-diverged: something"),
                        usage(),
                        Duration.ofSeconds(31));
        listener.runFinished(info, result);
    }

    void start() {
        listener.runStarted(info);
    }

    private void attempt(Node step, int number, boolean clean) {
        Map<String, String> labels = labels(String.valueOf(number));
        Node attempt = container("attempt", "" + number, "attempt " + number, step.uniqueId(), 2, labels);
        Node implement = leaf("call", "implement", "implement", attempt.uniqueId(), 3, labels);
        listener.stageStarted(info, implement);
        call(Phase.IMPLEMENT, "schema", "implement it", number);
        finish(implement, StageResult.PASSED);
        Node rls = container("layer", "rls", "rls", attempt.uniqueId(), 3, labels);
        Node check = leaf("check", "todos.user-b", "todos · user B", rls.uniqueId(), 4, labels);
        check(
                check,
                clean
                        ? passed(3)
                        : new StageResult(
                                Outcome.SUPERSEDED,
                                Optional.of(Cause.CHECK_FAILED),
                                "user B can read a row of todos that belongs to user A\nexpected: 0 rows\nfound: 1 row",
                                3,
                                false,
                                List.of(),
                                List.of(new Evidence("response", "text/html", "<script>1</script>", null))));
        finish(rls, StageResult.PASSED);
        finish(attempt, StageResult.PASSED);
    }

    private void evaluation(boolean passes) {
        Node evaluation = container("stage", "evaluation", "evaluation", "", 0, Map.of());
        Node rls = container("layer", "rls", "rls", evaluation.uniqueId(), 1, Map.of("layer", "rls"));
        Node check = leaf("check", "todos.user-b", "todos · user B", rls.uniqueId(), 2, Map.of("layer", "rls"));
        check(
                check,
                passes
                        ? passed(12)
                        : StageResult.of(
                                Outcome.FAILED,
                                Cause.CHECK_FAILED,
                                "user B can read a row of todos that belongs to user A\nfound: " + NASTY,
                                true));
        finish(rls, StageResult.PASSED);
        finish(evaluation, StageResult.PASSED);
    }

    StageResult passed(int assertions) {
        return new StageResult(
                Outcome.PASSED, Optional.empty(), "", assertions, false, List.of("a \u001b[31mnote"), List.of());
    }

    void check(Node node, StageResult result) {
        listener.stageStarted(info, node);
        pass(Duration.ofMillis(200));
        finish(node, result);
    }

    /** One agent call within the leaf that is open: two tool calls, one of which fails, and a line that is no JSON. */
    void call(Phase phase, String step, String prompt, int number) {
        Attempt attempt = new Attempt(
                UUID.randomUUID(),
                phase,
                step.isEmpty() ? Optional.empty() : Optional.of(step),
                Optional.empty(),
                Optional.empty(),
                number,
                "recorded",
                Optional.empty(),
                prompt,
                now);
        listener.attemptStarted(info, attempt);
        event(attempt, tool("1", "npm run build"));
        pass(Duration.ofSeconds(1));
        event(attempt, done("1", true, ""));
        event(attempt, tool("2", "cat " + NASTY));
        event(attempt, done("2", false, NASTY));
        listener.line(info, line(attempt, NASTY));
        pass(Duration.ofSeconds(1));
        listener.attemptFinished(
                info,
                attempt,
                new AttemptResult(
                        new AgentResult(
                                Ending.COMPLETED,
                                "",
                                "done",
                                Optional.empty(),
                                usage(),
                                Optional.empty(),
                                Optional.of("sonnet"),
                                Optional.empty(),
                                OptionalInt.of(0),
                                Exit.Limit.NONE,
                                Optional.empty(),
                                Optional.empty(),
                                Duration.ofSeconds(2),
                                List.of()),
                        Outcome.PASSED,
                        Optional.empty(),
                        Optional.empty(),
                        Optional.empty(),
                        phase == Phase.IMPLEMENT ? "+ a line" : ""));
    }

    static AgentEvent tool(String id, String command) {
        return new AgentEvent.ToolStarted(
                id,
                "Bash",
                CanonicalTool.SHELL,
                JsonNodeFactory.instance.objectNode(),
                null,
                command,
                null,
                null,
                null);
    }

    private static AgentEvent done(String id, boolean ok, String output) {
        return new AgentEvent.ToolFinished(id, ok, ok ? 0 : 1, output, output.length(), "", 5L, false);
    }

    void event(Attempt attempt, AgentEvent event) {
        Line line = line(attempt, "{\"id\":" + (seq + 1) + "}");
        listener.line(info, line);
        listener.event(info, line, 0, event);
    }

    private Line line(Attempt attempt, String text) {
        return new Line(++seq, now, Optional.of(attempt), Output.Stream.STDOUT, text.getBytes(StandardCharsets.UTF_8));
    }

    static Usage usage() {
        return new Usage(1000, 0, 0, 200, 0, Optional.of(new BigDecimal("0.05")), "cli");
    }

    private static Plan.PlanStep step() {
        return new Plan.PlanStep("schema", "Tables", "d", BuildPhase.SCHEMA, List.of(), List.of());
    }

    private static Map<String, String> labels(String attempt) {
        return Map.of(
                "step",
                "schema",
                "stepTitle",
                "Tables <b>and</b> policies",
                "buildPhase",
                "schema",
                "attempt",
                attempt);
    }

    Node container(String type, String id, String name, String parent, int depth, Map<String, String> labels) {
        Node node = node(type, id, name, parent, depth, labels, false);
        listener.stageStarted(info, node);
        return node;
    }

    Node leaf(String type, String id, String name, String parent, int depth, Map<String, String> labels) {
        return node(type, id, name, parent, depth, labels, true);
    }

    private Node node(
            String type, String id, String name, String parent, int depth, Map<String, String> labels, boolean leaf) {
        String parentId = parent.isEmpty() ? info.uniqueId() : parent;
        return new Node(
                parentId + "/[" + type + ":" + id + "]", parentId, new Stage(type, id, name, labels), leaf, depth);
    }

    void finish(Node node, StageResult result) {
        listener.stageFinished(info, node, result);
    }

    void skipped(Node node, String why) {
        finish(node, StageResult.of(Outcome.SKIPPED, Cause.SKIPPED, why, false));
    }

    void pass(Duration time) {
        now = now.plus(time);
    }

    @Override
    public Instant instant() {
        return now;
    }

    @Override
    public ZoneId getZone() {
        return ZoneOffset.UTC;
    }

    @Override
    public Clock withZone(ZoneId zone) {
        return this;
    }
}
