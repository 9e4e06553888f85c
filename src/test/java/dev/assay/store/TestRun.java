package dev.assay.store;

import dev.assay.agent.AgentEvent;
import dev.assay.agent.AgentResult;
import dev.assay.agent.CanonicalTool;
import dev.assay.agent.Ending;
import dev.assay.agent.Phase;
import dev.assay.agent.Usage;
import dev.assay.experiment.AppInterface;
import dev.assay.experiment.BuildPhase;
import dev.assay.experiment.Contract;
import dev.assay.experiment.Experiment;
import dev.assay.experiment.Limits;
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
import dev.assay.run.RunInfo;
import dev.assay.run.RunListener;
import dev.assay.run.RunResult;
import dev.assay.run.Stage;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.UUID;
import tools.jackson.databind.JsonNode;

/** A run that is told to a listener by hand. */
final class TestRun {
    static final Usage USAGE = new Usage(100, 20, 3, 40, 5, Optional.of(new BigDecimal("0.0125")), "cli");

    final RunInfo info;
    private final RunListener listener;
    private long seq;

    TestRun(RunListener listener, Path parent) {
        this(listener, parent, UUID.randomUUID().toString());
    }

    TestRun(RunListener listener, Path parent, String id) {
        this.listener = listener;
        this.info = info(id, parent.resolve(id));
    }

    /** Long ago: a run may last for hours before a test looks at it, and is not dead for that. */
    private static final Instant BEGAN = Instant.parse("2025-11-21T10:00:00Z");

    private static RunInfo info(String id, Path folder) {
        Variant variant = new Variant(
                "claude+codex",
                new Role("claude", Optional.of("opus")),
                new Role("codex", Optional.empty()),
                new Role("claude", Optional.empty()),
                SkillsMode.PASSIVE,
                1);
        Experiment experiment = new Experiment(
                "todo-auth",
                Path.of("/experiments/todo-auth.yaml"),
                "todo-auth",
                "Todos with sign-in",
                "Build a todo app",
                List.of("auth"),
                List.of(),
                Limits.DEFAULT,
                List.of(),
                new AppInterface("", "", "", List.of(), "", ""),
                new Contract("own", Map.of(), List.of(), List.of(), List.of(), Optional.empty()),
                List.of(variant),
                1,
                false);
        return new RunInfo(
                id,
                experiment,
                variant,
                1,
                "real",
                "embedded",
                folder,
                "[engine:assay]/[run:1]",
                Map.of("prompt", "abc"),
                Set.of(),
                BEGAN);
    }

    TestRun start() {
        listener.runStarted(info);
        return this;
    }

    Attempt attempt(Phase phase, int number) {
        Attempt attempt = new Attempt(
                UUID.randomUUID(),
                phase,
                Optional.of("schema"),
                Optional.of("The schema"),
                Optional.of(BuildPhase.SCHEMA),
                number,
                "claude",
                Optional.of("opus"),
                "Do it",
                Instant.now());
        listener.attemptStarted(info, attempt);
        return attempt;
    }

    Line line(Attempt attempt, String text) {
        return line(Optional.of(attempt), Output.Stream.STDOUT, text.getBytes(StandardCharsets.UTF_8));
    }

    Line line(Optional<Attempt> attempt, Output.Stream stream, byte[] bytes) {
        Line line = new Line(++seq, Instant.now(), attempt, stream, bytes);
        listener.line(info, line);
        return line;
    }

    void event(Line line, int part, AgentEvent event) {
        listener.event(info, line, part, event);
    }

    /** A line that gives a text. */
    void text(Attempt attempt, String text) {
        Line line = line(attempt, "{\"type\":\"text\"}");
        event(line, 0, new AgentEvent.Text(text, "m1", null));
    }

    /** A command with its answer. */
    void bash(Attempt attempt, String callId, String command, boolean ok, JsonNode input) {
        event(
                line(attempt, "{\"type\":\"tool_use\"}"),
                0,
                new AgentEvent.ToolStarted(
                        callId, "Bash", CanonicalTool.SHELL, input, null, command, null, null, null));
        event(
                line(attempt, "{\"type\":\"tool_result\"}"),
                0,
                new AgentEvent.ToolFinished(callId, ok, ok ? 0 : 2, "said " + command, 9, "00", 250L, false));
    }

    void finish(Attempt attempt, Outcome outcome, Optional<JsonNode> parsed, int exitCode) {
        Ending ending = exitCode == 0 ? Ending.COMPLETED : Ending.CLI_CRASHED;
        AgentResult agent = new AgentResult(
                ending,
                exitCode == 0 ? "" : "it crashed",
                "done",
                Optional.empty(),
                USAGE,
                Optional.of("session-1"),
                Optional.of("claude-opus"),
                Optional.of("2.0.1"),
                OptionalInt.of(exitCode),
                Exit.Limit.NONE,
                Optional.of(Duration.ofMillis(700)),
                Optional.of(Duration.ofMillis(90)),
                Duration.ofMillis(1500),
                List.of("recording-diverged: a file"));
        listener.attemptFinished(
                info,
                attempt,
                new AttemptResult(
                        agent,
                        outcome,
                        outcome == Outcome.PASSED ? Optional.empty() : Optional.of(Cause.CLI_CRASHED),
                        parsed,
                        Optional.of("c0ffee"),
                        "+ a line"));
    }

    RunListener.Node node(String type, String id, Map<String, String> labels) {
        return new RunListener.Node(
                info.uniqueId() + "/[" + type + ":" + id + "]",
                info.uniqueId(),
                new Stage(type, id, "name of " + id, labels),
                type.equals("check"),
                0);
    }

    void finish() {
        listener.runFinished(
                info,
                new RunResult(
                        Outcome.PASSED,
                        Optional.empty(),
                        "",
                        false,
                        List.of("a warning"),
                        USAGE.plus(USAGE),
                        Duration.ofSeconds(3)));
    }
}
