package dev.assay.store;

import dev.assay.agent.AgentEvent;
import dev.assay.agent.Usage;
import dev.assay.run.Attempt;
import dev.assay.run.AttemptResult;
import dev.assay.run.Line;
import dev.assay.run.Plan;
import dev.assay.run.RunInfo;
import dev.assay.run.RunListener.Node;
import dev.assay.run.RunResult;
import dev.assay.run.StageResult;
import java.io.IOException;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * One run on its way into the store: what comes goes into the run's folder and then into the outbox. For one thread at a
 * time.
 */
final class RunLog implements AutoCloseable {
    /** A process that dies leaves far less behind: it writes every few milliseconds. */
    private static final int LAST_LINES = 2000;

    private final RunInfo run;
    private final Spool spool;
    private final Outbox outbox;
    private final Clock clock;
    private final ObjectNode runRow;
    private final Map<UUID, ObjectNode> attemptRows = new HashMap<>();
    private final Map<UUID, AttemptLog> attempts = new HashMap<>();
    private final AttemptLog noAttempt;
    private final Map<String, Begun> begun = new HashMap<>();
    private Usage usage = Usage.NONE;
    private int position;

    private RunLog(RunInfo run, Spool spool, Outbox outbox, Clock clock, ObjectNode runRow, int position) {
        this.run = run;
        this.spool = spool;
        this.outbox = outbox;
        this.clock = clock;
        this.runRow = runRow;
        this.noAttempt = new AttemptLog(run.id());
        this.position = position;
    }

    /** Of a run that begins. */
    static RunLog begun(RunInfo run, Spool spool, Outbox outbox, Clock clock, ObjectNode runRow) throws IOException {
        RunLog log = new RunLog(run, spool, outbox, clock, runRow, 0);
        log.row(Entry.Table.RUNS, runRow);
        return log;
    }

    /** Of a run that is gone on with. Calls that were under way when its process died are over. */
    static RunLog resumed(RunInfo run, Spool spool, Outbox outbox, Clock clock, StoredResults before, ObjectNode runRow)
            throws IOException {
        RunLog log = new RunLog(run, spool, outbox, clock, runRow, before.lastPosition());
        log.row(Entry.Table.RUNS, runRow);
        runRow.remove(RunRows.LIVING_SINCE); // or each further row would put the heartbeat back
        for (Entry.Row row : before.rows()) {
            if (row.table() == Entry.Table.STEPS) {
                log.usage = log.usage.plus(RunRows.usage(row.values()));
                if (RunRows.isOpen(row.values())) {
                    RunRows.interrupted(row.values());
                }
            }
            if (row.table() != Entry.Table.RUNS) {
                log.row(row.table(), row.values());
            }
        }
        // what the process had not brought to the database when it died; what is there stays as it is
        for (Entry.Event event : Spool.last(run.folder(), run.id(), LAST_LINES)) {
            outbox.add(run.id(), event);
        }
        return log;
    }

    /** Of a run that is checked again: its row stays as it is. */
    static RunLog rechecked(RunInfo run, Spool spool, Outbox outbox, Clock clock, StoredResults before)
            throws IOException {
        // the database may have missed some; those that it has change nothing there
        for (Entry.Row row : before.rows()) {
            outbox.add(run.id(), row);
        }
        ObjectNode runRow = before.run().orElseGet(JsonNodeFactory.instance::objectNode);
        return new RunLog(run, spool, outbox, clock, runRow, before.lastPosition());
    }

    private record Begun(int position, Instant at) {}

    void planAccepted(Plan plan) throws IOException {
        runRow.set("plan", plan.json());
        row(Entry.Table.RUNS, runRow);
    }

    void stageStarted(Node node) {
        begun.put(node.uniqueId(), begin());
    }

    private Begun begin() {
        return new Begun(++position, clock.instant());
    }

    void stageFinished(Node node, StageResult result) throws IOException {
        Begun start = begun.remove(node.uniqueId());
        if (start == null) {
            start = begin(); // it is skipped
        }
        row(Entry.Table.RESULTS, RunRows.result(run, node, result, start.position(), start.at(), clock.instant()));
    }

    void attemptStarted(Attempt attempt) throws IOException {
        ObjectNode row = RunRows.started(run, attempt, begin().position());
        attemptRows.put(attempt.id(), row);
        row(Entry.Table.STEPS, row);
    }

    void attemptFinished(Attempt attempt, AttemptResult result) throws IOException {
        AttemptLog log = log(attempt.id());
        events(log.settle());
        ObjectNode row = attemptRows.remove(attempt.id());
        if (row == null) {
            row = RunRows.started(run, attempt, begin().position());
        }
        RunRows.finished(row, result, log, clock.instant());
        row(Entry.Table.STEPS, row);
        usage = usage.plus(result.agent().usage());
        RunRows.usage(runRow, usage);
        row(Entry.Table.RUNS, runRow);
    }

    void line(Line line) throws IOException {
        @Nullable IOException failure = null;
        try {
            spool.line(line);
        } catch (IOException e) {
            failure = e; // the database may still take it
        }
        events(log(line).line(line));
        if (failure != null) {
            throw failure;
        }
    }

    void event(Line line, int part, AgentEvent event) throws IOException {
        outbox.add(run.id(), log(line).event(line, part, event));
    }

    /** What is left of lines that gave no event. */
    void settled() throws IOException {
        List<AttemptLog> logs = new ArrayList<>(attempts.values());
        logs.add(noAttempt);
        for (AttemptLog log : logs) {
            events(log.settle());
        }
    }

    void finished(RunResult result) throws IOException {
        settled();
        RunRows.finished(runRow, result, clock.instant());
        row(Entry.Table.RUNS, runRow);
    }

    void curtailed(String decision) throws IOException {
        runRow.put("curtailed", decision);
        row(Entry.Table.RUNS, runRow);
    }

    private AttemptLog log(Line line) {
        return line.attempt().map(attempt -> log(attempt.id())).orElse(noAttempt);
    }

    private AttemptLog log(UUID attempt) {
        return attempts.computeIfAbsent(attempt, id -> new AttemptLog(run.id()));
    }

    private void events(List<Entry.Event> events) throws IOException {
        for (Entry.Event event : events) {
            outbox.add(run.id(), event);
        }
    }

    private void row(Entry.Table table, ObjectNode values) throws IOException {
        Entry.Row row = new Entry.Row(
                table, (ObjectNode) (JsonbText.accepts(values) ? values.deepCopy() : JsonbText.cleaned(values)));
        spool.row(row);
        outbox.add(run.id(), row);
    }

    @Override
    public void close() throws IOException {
        spool.close();
    }
}
