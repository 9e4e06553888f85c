package dev.assay.run;

import dev.assay.agent.AgentEvent;
import dev.assay.agent.AgentRequest;
import dev.assay.agent.AgentResult;
import dev.assay.agent.AgentSink;
import dev.assay.agent.Ending;
import dev.assay.agent.Phase;
import dev.assay.experiment.BuildPhase;
import dev.assay.experiment.Limits;
import dev.assay.process.Command.Timers;
import dev.assay.run.Plan.PlanStep;
import dev.assay.run.RunContext.Performer;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import tools.jackson.databind.JsonNode;

/**
 * The run's agent calls. Each is one attempt, in a session of its own: told to the listeners, its output through the
 * journal, its work kept as a commit; what a reading call changed is put back and stored as tampered.
 */
final class Calls {
    private static final Duration STARTUP = Duration.ofMinutes(2);
    private static final Duration IDLE = Duration.ofMinutes(5);
    private static final Duration LINGER = Duration.ofSeconds(5);

    private final RunContext context;
    private final RunState state;
    private final Workspace workspace;
    private final Journal journal;
    private final Skills skills;
    private final Clock clock;

    Calls(RunContext context, RunState state, Workspace workspace, Journal journal, Clock clock) {
        this.context = context;
        this.state = state;
        this.workspace = workspace;
        this.journal = journal;
        this.skills =
                new Skills(context.info().variant().skills(), context.guidance(), workspace.folder(), context.home());
        this.clock = clock;
    }

    /** Reads an answer; what it throws is the complaint that the agent is told. */
    @FunctionalInterface
    interface Reader<T> {
        T read(JsonNode json) throws MalformedAnswer;
    }

    /**
     * What a call for an answer gave.
     *
     * @param value the answer; empty where none could be used
     * @param result how the last call ended
     * @param cause why there is no answer; empty where there is one
     * @param complaint what was wrong with the last answer; empty where nothing was
     */
    record Answer<T>(Optional<T> value, AgentResult result, Optional<Cause> cause, String complaint) {}

    /**
     * What a call for work gave.
     *
     * @param cause why it did not end well; empty where it did
     * @param changed whether the workspace is another one than before
     */
    record Work(AgentResult result, Optional<Cause> cause, boolean changed) {}

    /** Asks for JSON, and once more with the complaint where there is no answer, or none that can be used. */
    <T> Answer<T> ask(
            Performer who, Phase phase, Optional<PlanStep> step, String prompt, JsonNode schema, Reader<T> reader)
            throws InterruptedException {
        Answer<T> first = askOnce(who, phase, step, prompt, schema, reader);
        if (first.value().isPresent() || first.cause().filter(Cause::endsRun).isPresent()) {
            return first;
        }
        return askOnce(who, phase, step, Prompts.again(prompt, first.complaint()), schema, reader);
    }

    private <T> Answer<T> askOnce(
            Performer who, Phase phase, Optional<PlanStep> step, String prompt, JsonNode schema, Reader<T> reader)
            throws InterruptedException {
        Attempt attempt = attempt(who, phase, step, prompt);
        AgentSink sink = journal.sinkFor(attempt);
        AgentResult result = perform(who, attempt, "", Optional.of(schema), sink);
        String diff = putBack(attempt, sink);
        Optional<Cause> cause = cause(result);
        if (cause.isPresent()) {
            over(attempt, result, cause, Optional.empty(), diff);
            return new Answer<>(Optional.empty(), result, cause, "there was no answer: " + said(cause.get(), result));
        }
        Optional<JsonNode> json = Optional.empty();
        try {
            json = Optional.of(Answers.json(result));
            T value = reader.read(json.get());
            over(attempt, result, cause, json, diff);
            return new Answer<>(Optional.of(value), result, cause, "");
        } catch (MalformedAnswer e) {
            sink.notice(new AgentEvent.Warning("malformed-answer", e.complaint()));
            cause = Optional.of(Cause.SCHEMA_FAILED);
            over(attempt, result, cause, json, diff);
            return new Answer<>(Optional.empty(), result, cause, e.complaint());
        }
    }

    /** Has work done in the workspace, with the skills that belong to its build phase. */
    Work work(Performer who, Phase phase, Optional<PlanStep> step, String prompt) throws InterruptedException {
        String before = state.commit();
        BuildPhase kind = step.map(PlanStep::buildPhase).orElse(BuildPhase.FIX);
        AgentResult result;
        Attempt attempt;
        try (Skills.Handed skills = this.skills.handTo(who, kind)) {
            attempt = attempt(who, phase, step, prompt + skills.hint());
            AgentSink sink = journal.sinkFor(attempt);
            Overheard overheard = new Overheard(sink, skills::hear);
            result = perform(who, attempt, skills.systemPrompt(), Optional.empty(), overheard);
            if (!skills.isEmpty()) {
                sink.notice(skills.told());
            }
        }
        String after =
                workspace.commit(phase.id() + " " + step.map(PlanStep::id).orElse("") + " " + attempt.number());
        state.committed(after);
        over(attempt, result, cause(result), Optional.empty(), changesSince(before));
        return new Work(result, cause(result), !after.equals(before));
    }

    /** Has something looked up; what was searched for and read is kept as the attempt's result. */
    AgentResult research(Performer who, PlanStep step, String query, String prompt) throws InterruptedException {
        Attempt attempt = attempt(who, Phase.RESEARCH, Optional.of(step), prompt);
        AgentSink sink = journal.sinkFor(attempt);
        Lookups lookups = new Lookups();
        AgentResult result = perform(who, attempt, "", Optional.empty(), new Overheard(sink, lookups::hear));
        String diff = putBack(attempt, sink);
        over(attempt, result, cause(result), Optional.of(lookups.json(query)), diff);
        return result;
    }

    /** Runs a command of the experiment's list, as an attempt of Assay's own; what it changes is put back. */
    AgentResult diagnose(PlanStep step, String command) throws InterruptedException {
        Performer assay =
                new Performer("assay", Optional.empty(), new Diagnostic(context.supervisor()), Optional.empty());
        Attempt attempt = attempt(assay, Phase.DIAGNOSE, Optional.of(step), command);
        AgentResult result = perform(assay, attempt, "", Optional.empty(), journal.sinkFor(attempt));
        workspace.reset();
        over(attempt, result, cause(result), Optional.empty(), "");
        return result;
    }

    /** Marks the workspace's last commit as what a step of the plan left; where there are more, by number. */
    void mark(int step) throws InterruptedException {
        workspace.mark("step-" + step);
    }

    /** What the workspace is now against an earlier commit of it, as a unified diff; empty where it is the same. */
    String changesSince(String commit) throws InterruptedException {
        return commit.equals(state.commit()) ? "" : workspace.diff(commit, state.commit());
    }

    /** Why a call did not end well; empty where it did. */
    static Optional<Cause> cause(AgentResult result) {
        return result.ending() == Ending.COMPLETED ? Optional.empty() : Optional.of(Cause.of(result.ending()));
    }

    /** Why a call did not end well, for people. */
    static String said(Cause cause, AgentResult result) {
        return result.message().isBlank() ? cause.meaning() : cause.meaning() + ": " + result.message();
    }

    private Attempt attempt(Performer who, Phase phase, Optional<PlanStep> step, String prompt) {
        String stepId = step.map(PlanStep::id).orElse("");
        return new Attempt(
                UUID.randomUUID(),
                phase,
                step.map(PlanStep::id),
                step.map(PlanStep::title),
                phase == Phase.FIX ? Optional.of(BuildPhase.FIX) : step.map(PlanStep::buildPhase),
                state.nextCall(phase.id(), stepId),
                who.tool(),
                who.model(),
                prompt,
                clock.instant());
    }

    private AgentResult perform(
            Performer who, Attempt attempt, String systemPrompt, Optional<JsonNode> schema, AgentSink sink)
            throws InterruptedException {
        journal.tell(listener -> listener.attemptStarted(context.info(), attempt));
        Limits limits = context.info().experiment().limits();
        Map<String, String> environment = state.environment()
                .variables(
                        context.home(),
                        state.target(),
                        context.info().experiment().app().env(),
                        FreePort.next());
        AgentResult result = who.agent()
                .perform(
                        new AgentRequest(
                                context.info().id(),
                                attempt.phase(),
                                attempt.stepId(),
                                attempt.number(),
                                systemPrompt,
                                attempt.prompt(),
                                schema,
                                workspace.folder(),
                                context.home(),
                                environment,
                                who.model(),
                                timers(attempt.phase(), limits),
                                state.environment().around(context.home(), workspace.folder())),
                        sink);
        state.used(result.usage());
        result.warnings().forEach(warning -> state.warn(where(attempt) + ": " + warning));
        return result;
    }

    /** Puts back what a reading call changed; returns what that was, as a unified diff. */
    private String putBack(Attempt attempt, AgentSink sink) throws InterruptedException {
        List<String> touched = workspace.changes();
        if (touched.isEmpty()) {
            return "";
        }
        String diff = workspace.diff();
        workspace.reset();
        String files = String.join(", ", touched.subList(0, Math.min(touched.size(), 20)));
        sink.notice(new AgentEvent.Warning("tampered", "the call may only read, but changed " + files));
        state.warn("tampered: " + where(attempt) + " may only read, but changed " + files);
        return diff;
    }

    private void over(
            Attempt attempt, AgentResult result, Optional<Cause> cause, Optional<JsonNode> parsed, String diff) {
        Outcome outcome =
                cause.isEmpty() ? Outcome.PASSED : cause.get().infrastructure() ? Outcome.ABORTED : Outcome.FAILED;
        AttemptResult told = new AttemptResult(result, outcome, cause, parsed, Optional.of(state.commit()), diff);
        journal.tell(listener -> listener.attemptFinished(context.info(), attempt, told));
    }

    private static Timers timers(Phase phase, Limits limits) {
        boolean planning = phase == Phase.PLAN || phase == Phase.REPLAN;
        return new Timers(
                Optional.of(STARTUP),
                Optional.of(IDLE),
                Optional.of(limits.tool()),
                Optional.of(planning ? limits.plan() : limits.agent()),
                Optional.of(LINGER));
    }

    private static String where(Attempt attempt) {
        return attempt.stepId().map(id -> id + " ").orElse("") + attempt.phase().id() + " " + attempt.number();
    }
}
