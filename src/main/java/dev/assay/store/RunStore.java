package dev.assay.store;

import dev.assay.agent.AgentEvent;
import dev.assay.run.Attempt;
import dev.assay.run.AttemptResult;
import dev.assay.run.Line;
import dev.assay.run.Plan;
import dev.assay.run.RunInfo;
import dev.assay.run.RunListener;
import dev.assay.run.RunResult;
import dev.assay.run.StageResult;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import tools.jackson.databind.node.ObjectNode;

/**
 * Stores what runs tell. Each line goes to {@code events.jsonl} in the run's folder before anything else, then all goes
 * to the database in batches, by a thread of its own. A database that is away holds nothing up: what it misses waits in
 * memory and in the run's folder, and is written once when it is back.
 */
public final class RunStore implements RunListener, AutoCloseable {
    private static final long MEMORY = 32L << 20;
    private static final Duration PATIENCE = Duration.ofSeconds(10);
    /** For the end of a run that somebody cancels. */
    private static final Duration HURRY = Duration.ofSeconds(2);

    private final String host;
    private final Outbox outbox;
    private final Writer writer;
    private final Thread thread;
    private final PrintStream console;
    private final Clock clock;
    private final Duration patience;
    private final Map<String, RunLog> logs = new ConcurrentHashMap<>();
    private final Set<String> diskFailed = ConcurrentHashMap.newKeySet();

    /**
     * @param database not closed with the store
     * @param console where it is said that the database is away or the disk is full
     */
    public RunStore(LogDatabase database, PrintStream console, Clock clock) {
        this(database, console, clock, MEMORY, PATIENCE);
    }

    /**
     * @param memory what may wait in memory, in bytes
     * @param patience how long the end of a run, and of the store, waits for the database
     */
    RunStore(LogDatabase database, PrintStream console, Clock clock, long memory, Duration patience) {
        this.outbox = new Outbox(memory);
        this.host = host();
        this.writer = new Writer(database, outbox, host, console);
        this.console = console;
        this.clock = clock;
        this.patience = patience;
        this.thread = new Thread(writer, "assay-store");
        thread.setDaemon(true);
        thread.start();
    }

    /** Something that touches the run's folder. */
    @FunctionalInterface
    private interface Step {
        void in(RunLog log) throws IOException;
    }

    @Override
    public void runStarted(RunInfo run) {
        open(
                run,
                spool -> RunLog.begun(
                        run,
                        spool,
                        outbox,
                        clock,
                        RunRows.started(run, host, ProcessHandle.current().pid())));
    }

    @Override
    public void runResumed(RunInfo run) {
        StoredResults before = StoredResults.of(run.folder());
        Optional<ObjectNode> row = before.run();
        if (row.isEmpty()) {
            runStarted(run); // it died before anything of it was written
            return;
        }
        open(
                run,
                spool -> RunLog.resumed(
                        run,
                        spool,
                        outbox,
                        clock,
                        before,
                        RunRows.resumed(
                                row.get(),
                                run,
                                host,
                                ProcessHandle.current().pid(),
                                before.lastHeard(run.folder()),
                                clock.instant())));
    }

    /** Only a stored run's results are added to what is there; of another app nothing is stored. */
    @Override
    public void recheckStarted(RunInfo run, String subject) {
        StoredResults before = StoredResults.of(run.folder());
        if (before.run().isPresent()) {
            open(run, spool -> RunLog.rechecked(run, spool, outbox, clock, before));
        }
    }

    /** Makes a run's log of its open folder. */
    @FunctionalInterface
    private interface Opening {
        RunLog of(Spool spool) throws IOException;
    }

    private void open(RunInfo run, Opening opening) {
        writer.runs(run.id()); // first: its row may be in the database before the next line
        try {
            outbox.open(run.id(), run.folder());
            logs.put(run.id(), opening.of(new Spool(run.folder())));
        } catch (IOException e) {
            writer.ended(run.id());
            sayDisk(run, e);
        }
    }

    /** Empty where the system does not say it: then nobody takes a process of another machine for one of this. */
    private static String host() {
        try {
            return Files.readString(Path.of("/proc/sys/kernel/hostname")).strip();
        } catch (IOException e) {
            return "";
        }
    }

    @Override
    public void planAccepted(RunInfo run, Plan plan) {
        with(run, log -> log.planAccepted(plan));
    }

    @Override
    public void stageStarted(RunInfo run, Node node) {
        with(run, log -> log.stageStarted(node));
    }

    @Override
    public void stageFinished(RunInfo run, Node node, StageResult result) {
        with(run, log -> log.stageFinished(node, result));
    }

    @Override
    public void attemptStarted(RunInfo run, Attempt attempt) {
        with(run, log -> log.attemptStarted(attempt));
    }

    @Override
    public void attemptFinished(RunInfo run, Attempt attempt, AttemptResult result) {
        with(run, log -> log.attemptFinished(attempt, result));
    }

    @Override
    public void line(RunInfo run, Line line) {
        with(run, log -> log.line(line));
    }

    @Override
    public void event(RunInfo run, Line line, int part, AgentEvent event) {
        with(run, log -> log.event(line, part, event));
    }

    @Override
    public void runFinished(RunInfo run, RunResult result) {
        with(run, log -> log.finished(result));
        over(run);
    }

    /** The row of a run that is over is written once more. */
    @Override
    public void runCurtailed(RunInfo run, String decision) {
        if (logs.containsKey(run.id())) {
            with(run, log -> log.curtailed(decision));
            return;
        }
        StoredResults stored = StoredResults.of(run.folder());
        if (stored.run().isPresent()) {
            open(run, spool -> RunLog.rechecked(run, spool, outbox, clock, stored));
            with(run, log -> log.curtailed(decision));
            over(run);
        }
    }

    @Override
    public void recheckFinished(RunInfo run, RunResult result) {
        with(run, RunLog::settled);
        over(run);
    }

    /** Waits for the database to have all of a run, and gives up its log. */
    private void over(RunInfo run) {
        RunLog log = logs.remove(run.id());
        if (log == null) {
            return;
        }
        boolean interrupted = Thread.interrupted();
        try (log) {
            if (outbox.awaitWritten(run.id(), interrupted ? HURRY : patience)) {
                outbox.forget(run.id());
            } else {
                console.println("warning: the log database is away: " + outbox.waiting(run.id()) + " rows of run "
                        + run.id() + " wait. They are written when it is back, or kept in " + run.folder()
                        + ", from where `assay ingest " + run.folder() + "` reads them in.");
            }
        } catch (InterruptedException e) {
            interrupted = true; // what waits is written or kept when the store is closed
        } catch (IOException e) {
            sayDisk(run, e);
        } finally {
            writer.ended(run.id()); // not before its end is in the database: until then its row says that it runs
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private void with(RunInfo run, Step step) {
        RunLog log = logs.get(run.id());
        if (log == null) {
            return; // its folder could not be made, which was said
        }
        try {
            step.in(log);
        } catch (IOException e) {
            sayDisk(run, e);
        }
    }

    private void sayDisk(RunInfo run, IOException e) {
        if (diskFailed.add(run.id())) {
            console.println("warning: the folder of run " + run.id() + " cannot be written: " + e
                    + ". Its log has gaps from here on. Check " + run.folder() + " and the disk's free space.");
        }
    }

    /** Writes what waits, for a bounded time, and keeps the rest in the runs' folders. */
    @Override
    public void close() {
        boolean interrupted = Thread.interrupted();
        try {
            outbox.awaitEmpty(interrupted ? HURRY : patience);
            outbox.close();
            thread.interrupt();
            thread.join(HURRY.toMillis());
        } catch (InterruptedException e) {
            interrupted = true;
            outbox.close();
            thread.interrupt();
        }
        try {
            List<Path> folders = outbox.keep();
            for (Path folder : folders) {
                console.println("warning: the log database does not have all of a run; " + folder
                        + " keeps the rest, and `assay ingest " + folder + "` reads it in.");
            }
            for (RunLog log : logs.values()) {
                log.close();
            }
        } catch (IOException e) {
            console.println("warning: rows that the log database is missing could not be kept: " + e
                    + ". The runs' events.jsonl has their lines.");
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
