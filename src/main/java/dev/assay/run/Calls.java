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
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import tools.jackson.databind.JsonNode;

/**
 * The run's agent calls. Each is one attempt, in a session of its own: told to the listeners, its output through the
 * journal, its work kept as a commit; what a reading call changed is put back and stored as tampered.
 */
final class Calls {
    /** What a commit of the work of a call is called among the things that a run does. */
    static final String COMMIT = "commit ";

    /** The same for a call itself. */
    static final String CALL = "call ";

    /** Variables with what no two runs have in common, which is not secret: a recording of the run leaves it open. */
    private static final Set<String> TOLD = Set.of("SUPABASE_URL", "SUPABASE_ANON_KEY", "PORT");

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
        Performed performed = perform(who, attempt, "", Optional.of(schema), sink);
        AgentResult result = performed.result();
        String diff = putBack(attempt, sink);
        Optional<Cause> cause = cause(result);
        if (cause.isPresent()) {
            over(attempt, performed, cause, Optional.empty(), diff);
            return new Answer<>(Optional.empty(), result, cause, "there was no answer: " + said(cause.get(), result));
        }
        Optional<JsonNode> json = Optional.empty();
        try {
            json = Optional.of(Answers.json(result));
            T value = reader.read(json.get());
            over(attempt, performed, cause, json, diff);
            return new Answer<>(Optional.of(value), result, cause, "");
        } catch (MalformedAnswer e) {
            if (state.progress().live()) {
                sink.notice(new AgentEvent.Warning("malformed-answer", e.complaint()));
            }
            cause = Optional.of(Cause.SCHEMA_FAILED);
            over(attempt, performed, cause, json, diff);
            return new Answer<>(Optional.empty(), result, cause, e.complaint());
        }
    }

    /** Has work done in the workspace, with the skills that belong to its build phase. */
    Work work(Performer who, Phase phase, Optional<PlanStep> step, String prompt) throws InterruptedException {
        String before = state.commit();
        BuildPhase kind = step.map(PlanStep::buildPhase).orElse(BuildPhase.FIX);
        state.progress().startUnlessNext(CALL + name(phase, step.map(PlanStep::id)));
        Performed performed;
        Attempt attempt;
        try (Skills.Handed skills = this.skills.handTo(who, kind)) {
            attempt = attempt(who, phase, step, prompt + skills.hint());
            AgentSink sink = journal.sinkFor(attempt);
            Overheard overheard = new Overheard(sink, skills::hear);
            performed = perform(who, attempt, skills.systemPrompt(), Optional.empty(), overheard);
            if (!skills.isEmpty() && state.progress().live()) {
                sink.notice(skills.told());
            }
        }
        AgentResult result = performed.result();
        String message = name(attempt);
        String after = state.progress().once(COMMIT + message, String.class, () -> workspace.commit(message));
        state.committed(after);
        over(attempt, performed, cause(result), Optional.empty(), changesSince(before));
        return new Work(result, cause(result), !after.equals(before));
    }

    /** Has something looked up; what was searched for and read is kept as the attempt's result. */
    AgentResult research(Performer who, PlanStep step, String query, String prompt) throws InterruptedException {
        Attempt attempt = attempt(who, Phase.RESEARCH, Optional.of(step), prompt);
        AgentSink sink = journal.sinkFor(attempt);
        Lookups lookups = new Lookups();
        Performed performed = perform(who, attempt, "", Optional.empty(), new Overheard(sink, lookups::hear));
        String diff = putBack(attempt, sink);
        over(attempt, performed, cause(performed.result()), Optional.of(lookups.json(query)), diff);
        return performed.result();
    }

    /** Runs a command of the experiment's list, as an attempt of Assay's own; what it changes is put back. */
    AgentResult diagnose(PlanStep step, String command) throws InterruptedException {
        Performer assay =
                new Performer("assay", Optional.empty(), new Diagnostic(context.supervisor()), Optional.empty());
        Attempt attempt = attempt(assay, Phase.DIAGNOSE, Optional.of(step), command);
        Performed performed = perform(assay, attempt, "", Optional.empty(), journal.sinkFor(attempt));
        if (state.progress().live()) {
            workspace.reset();
        }
        over(attempt, performed, cause(performed.result()), Optional.empty(), "");
        return performed.result();
    }

    /** Marks the workspace's last commit as what a step of the plan left; where there are more, by number. */
    void mark(int step) throws InterruptedException {
        workspace.mark("step-" + step, state.commit());
    }

    /** What the workspace is now against an earlier commit of it, as a unified diff; empty where it is the same. */
    String changesSince(String commit) throws InterruptedException {
        return commit.equals(state.commit()) ? "" : journal.clean(workspace.diff(commit, state.commit()));
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
                state.attemptedBefore(stepId) + state.nextCall(phase.id(), stepId),
                who.tool(),
                who.model(),
                prompt,
                clock.instant());
    }

    /**
     * A call that was made, in this process or in one before it.
     *
     * @param id the attempt's own, under which it is stored
     * @param told what differs from call to call and from run to run of what its processes were told: see {@link #TOLD}
     */
    record Performed(UUID id, Instant started, Map<String, String> told, AgentResult result) {
        @SuppressWarnings({"ConstantValue", "NullAway"}) // one that an earlier version kept says nothing of it
        Performed {
            told = told == null ? Map.of() : Map.copyOf(told);
            if (result.structured().filter(JsonNode::isNull).isPresent()) {
                result = result.withoutStructure(); // what was nothing comes back from JSON as its null
            }
        }
    }

    private Performed perform(
            Performer who, Attempt attempt, String systemPrompt, Optional<JsonNode> schema, AgentSink sink)
            throws InterruptedException {
        Performed performed = state.progress()
                .once(
                        CALL + name(attempt),
                        Performed.class,
                        () -> call(who, attempt, systemPrompt, schema, sink),
                        done -> cause(done.result())
                                .filter(Cause::infrastructure)
                                .isEmpty());
        state.used(performed.result().usage());
        performed.result().warnings().forEach(warning -> state.warn(where(attempt) + ": " + warning));
        return performed;
    }

    private Performed call(
            Performer who, Attempt attempt, String systemPrompt, Optional<JsonNode> schema, AgentSink sink)
            throws InterruptedException {
        journal.tell(listener -> listener.attemptStarted(context.info(), attempt));
        Limits limits = context.info().experiment().limits();
        Optional<String> spent = attempt.phase() == Phase.DIAGNOSE ? Optional.empty() : spent(limits);
        if (spent.isPresent()) {
            sink.notice(new AgentEvent.RunFinished(Ending.LIMIT_BUDGET, null, "budget", 0, ""));
            AgentResult none = AgentResult.notMade(Ending.LIMIT_BUDGET, spent.get());
            return new Performed(attempt.id(), attempt.started(), Map.of(), none);
        }
        Map<String, String> environment = state.environment()
                .variables(
                        context.home(),
                        state.target(),
                        context.info().experiment().app().env(),
                        FreePort.next());
        Exposure exposure = new Exposure(sink, workspace.folder(), context.home(), state.environment());
        boolean watched = context.info().unisolated().isPresent();
        AgentResult result = who.agent()
                .perform(
                        new AgentRequest(
                                context.info().id(),
                                attempt.phase(),
                                attempt.stepId(),
                                attempt.number()
                                        - state.attemptedBefore(attempt.stepId().orElse("")),
                                systemPrompt,
                                attempt.prompt(),
                                schema,
                                workspace.folder(),
                                context.home(),
                                environment,
                                who.model(),
                                timers(attempt.phase(), limits),
                                state.environment().around(context.home(), workspace.folder()),
                                workspace::reset),
                        watched ? exposure : sink);
        Map<String, String> told = new TreeMap<>(environment);
        told.keySet().retainAll(TOLD);
        return new Performed(attempt.id(), attempt.started(), told, result.withWarnings(exposure.seen()));
    }

    /** Why the run may spend nothing more; empty where it may. */
    private Optional<String> spent(Limits limits) {
        return limits.costUsd()
                .filter(limit -> state.usage()
                        .costUsd()
                        .filter(cost -> cost.compareTo(limit) >= 0)
                        .isPresent())
                .map(limit -> "the run has cost "
                        + state.usage().costUsd().orElseThrow().toPlainString() + " USD, and its limit is "
                        + limit.toPlainString() + " USD (limits.cost of the experiment)");
    }

    /** Puts back what a reading call changed; returns what that was, as a unified diff. */
    private String putBack(Attempt attempt, AgentSink sink) throws InterruptedException {
        // of a call from before there is nothing left to put back
        List<String> touched = state.progress().live() ? workspace.changes() : List.of();
        if (touched.isEmpty()) {
            return "";
        }
        String diff = journal.clean(workspace.diff());
        workspace.reset();
        String files = String.join(", ", touched.subList(0, Math.min(touched.size(), 20)));
        sink.notice(new AgentEvent.Warning("tampered", "the call may only read, but changed " + files));
        state.warn("tampered: " + where(attempt) + " may only read, but changed " + files);
        return diff;
    }

    private void over(
            Attempt attempt, Performed performed, Optional<Cause> cause, Optional<JsonNode> parsed, String diff)
            throws InterruptedException {
        Outcome outcome =
                cause.isEmpty() ? Outcome.PASSED : cause.get().infrastructure() ? Outcome.ABORTED : Outcome.FAILED;
        AttemptResult told =
                new AttemptResult(performed.result(), outcome, cause, parsed, Optional.of(state.commit()), diff);
        Attempt made = attempt.as(performed.id(), performed.started());
        state.progress().once("over " + name(attempt), Boolean.class, () -> {
            journal.tell(listener -> listener.attemptFinished(context.info(), made, told));
            return true;
        });
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

    private static String name(Phase phase, Optional<String> stepId) {
        return phase.id() + " " + stepId.orElse("") + " ";
    }

    private static String name(Attempt attempt) {
        return name(attempt.phase(), attempt.stepId()) + attempt.number();
    }

    private static String where(Attempt attempt) {
        return attempt.stepId().map(id -> id + " ").orElse("") + attempt.phase().id() + " " + attempt.number();
    }
}
