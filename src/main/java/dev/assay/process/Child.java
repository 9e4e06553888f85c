package dev.assay.process;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;

/**
 * One process from start to end. A thread keeps it ({@link #keep()}): waits for its end or for a timer, stops it, kills
 * what it left behind and closes its streams. The others only tell that thread.
 */
final class Child implements Running {
    /** Between TERM and KILL. */
    private static final long GRACE = TimeUnit.SECONDS.toNanos(3);
    /** For descendants, once the process itself has ended. */
    private static final long GRACE_OF_ORPHANS = TimeUnit.MILLISECONDS.toNanos(500);
    /** For the end of its streams, once the process and its survivors are gone. */
    private static final long DRAIN = TimeUnit.SECONDS.toNanos(1);
    /** A pipe takes this much without a reader, so no thread is needed. */
    private static final int PIPE = 4096;

    private final Process process;
    private final ProcessHandle handle;
    private final Cookie cookie;
    private final Command command;
    private final Output output;
    private final Consumer<Child> ended;
    private final long started = System.nanoTime();
    private final Clocks clocks;
    /** What standard output and error are, as the system names them; empty where it does not. */
    private final Set<Path> pipes;

    private final List<Thread> readers = new ArrayList<>();
    private final AtomicReference<Throwable> outputFailure = new AtomicReference<>();
    private volatile boolean deaf;

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private boolean stopAsked;

    private final CountDownLatch done = new CountDownLatch(1);
    private volatile Optional<Exit> exit = Optional.empty();

    /** @param ended told once it is over, with all that it left behind */
    Child(Process process, Cookie cookie, Command command, Output output, Consumer<Child> ended) {
        this.process = process;
        this.handle = process.toHandle();
        this.cookie = cookie;
        this.command = command;
        this.output = output;
        this.ended = ended;
        this.clocks = new Clocks(command.timers(), started);
        this.pipes = Set.copyOf(Proc.outputPipes(process.pid()));
    }

    /** Starts the threads that read and write its streams. */
    void begin() {
        var unused = process.onExit().thenRun(this::tell);
        reader("out", process.getInputStream(), Output.Stream.STDOUT);
        reader("err", process.getErrorStream(), Output.Stream.STDERR);
        if (command.input().length <= PIPE) {
            writeInput();
        } else {
            thread("in", this::writeInput).start();
        }
    }

    /**
     * Keeps it until it is over. An interrupt stops it first.
     *
     * @throws IllegalStateException where the receiver of its output failed; the process is stopped then
     */
    Exit keep() throws InterruptedException {
        boolean interrupted = false;
        Exit.Limit fired;
        try {
            fired = untilEndOrLimit();
        } catch (InterruptedException e) {
            interrupted = true;
            fired = Exit.Limit.STOPPED;
        }
        try {
            exit = Optional.of(end(fired));
        } finally {
            ended.accept(this);
            done.countDown();
        }
        if (interrupted) {
            throw new InterruptedException("Interrupted; '" + command.line().get(0) + "' was stopped.");
        }
        return result();
    }

    @Override
    public long pid() {
        return process.pid();
    }

    @Override
    public boolean alive() {
        return process.isAlive();
    }

    @Override
    public Exit await() throws InterruptedException {
        done.await();
        return result();
    }

    @Override
    public Exit stop() {
        askToStop();
        Patience patience = new Patience();
        patience.forever(done);
        patience.restore();
        return result();
    }

    void askToStop() {
        lock.lock();
        try {
            stopAsked = true;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** Waits until it is over, or until the deadline, in {@link System#nanoTime()}. */
    void awaitUntil(long deadline) throws InterruptedException {
        if (!done.await(deadline - System.nanoTime(), TimeUnit.NANOSECONDS)) {
            handle.destroyForcibly();
        }
    }

    @Override
    public void toolOpened(String callId) {
        clocks.toolOpened(callId, System.nanoTime());
        tell();
    }

    @Override
    public void toolClosed(String callId) {
        clocks.toolClosed(callId, System.nanoTime());
        tell();
    }

    @Override
    public void finalEventSeen() {
        clocks.finalEvent(System.nanoTime());
        tell();
    }

    @Override
    public void goesOn() {
        clocks.goesOn();
        tell();
    }

    private Exit result() {
        Throwable failure = outputFailure.get();
        if (failure != null) {
            throw new IllegalStateException(
                    "'" + command.line().get(0) + "' was stopped, as the receiver of its output failed: " + failure,
                    failure);
        }
        return exit.orElseThrow(() -> new IllegalStateException("The end of the process could not be seen to."));
    }

    private void tell() {
        lock.lock();
        try {
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    private Exit.Limit untilEndOrLimit() throws InterruptedException {
        lock.lock();
        try {
            while (true) {
                if (!process.isAlive()) {
                    return Exit.Limit.NONE;
                }
                if (stopAsked || outputFailure.get() != null) {
                    return Exit.Limit.STOPPED;
                }
                long now = System.nanoTime();
                Clocks.Due due = clocks.next(now);
                long left = due.at() - now;
                if (left <= 0) {
                    return due.limit();
                }
                // At least each second, should the JDK be late to say that it has ended.
                changed.awaitNanos(Math.min(left, TimeUnit.SECONDS.toNanos(1)));
            }
        } finally {
            lock.unlock();
        }
    }

    private Exit end(Exit.Limit fired) {
        Patience patience = new Patience();
        Set<ProcessHandle> killed = new LinkedHashSet<>();
        if (fired != Exit.Limit.NONE) {
            terminate(patience, killed);
        }
        patience.exit(process, TimeUnit.SECONDS.toNanos(2));
        Duration duration = Duration.ofNanos(System.nanoTime() - started);
        sweep(patience, killed);
        drain(patience, killed);
        patience.restore();
        // A process that not even KILL ends (it waits for a disk) has no exit code yet.
        int code = process.isAlive() ? 137 : process.exitValue();
        return new Exit(code, fired, killed.size(), duration);
    }

    private void terminate(Patience patience, Set<ProcessHandle> killed) {
        Set<ProcessHandle> family = new LinkedHashSet<>();
        handle.descendants().forEach(family::add);
        // By its handle: Process.destroy() would also close its streams, and lose its last words. A fence ends with the
        // process inside, whose exit code it passes on; its first process does not hear TERM.
        if (!command.fence().stands() || family.stream().allMatch(Proc::firstOfItsNamespace)) {
            handle.destroy();
        }
        family.forEach(ProcessHandle::destroy);
        long deadline = System.nanoTime() + GRACE;
        if (patience.exit(process, GRACE)) {
            deadline = Math.min(deadline, System.nanoTime() + GRACE_OF_ORPHANS);
        } else {
            handle.descendants().forEach(family::add);
            handle.destroyForcibly();
        }
        long until = deadline;
        patience.until(() -> family.stream().noneMatch(Proc::living), until);
        for (ProcessHandle member : List.copyOf(family)) {
            member.descendants().forEach(family::add);
        }
        kill(family, killed);
    }

    /** Kills all that carries the cookie, again and again, as one may just have forked. */
    private void sweep(Patience patience, Set<ProcessHandle> killed) {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(2);
        List<ProcessHandle> left = bearers();
        while (!left.isEmpty() && System.nanoTime() - deadline < 0) {
            kill(left, killed);
            patience.sleep(TimeUnit.MILLISECONDS.toNanos(5));
            left = bearers();
        }
    }

    private List<ProcessHandle> bearers() {
        List<ProcessHandle> bearers = cookie.bearers();
        bearers.remove(handle);
        return bearers;
    }

    /** Kills them, and counts them but for the first process of a fence, which takes all others with it. */
    private void kill(Iterable<ProcessHandle> victims, Set<ProcessHandle> killed) {
        List<ProcessHandle> fences = new ArrayList<>();
        for (ProcessHandle victim : victims) {
            if (command.fence().stands() && Proc.firstOfItsNamespace(victim)) {
                fences.add(victim);
            } else if (Proc.living(victim) && victim.destroyForcibly()) {
                killed.add(victim);
            }
        }
        fences.forEach(ProcessHandle::destroyForcibly);
    }

    /** Waits for the end of its output, which a process that has dropped the cookie may still hold open. */
    private void drain(Patience patience, Set<ProcessHandle> killed) {
        long deadline = System.nanoTime() + DRAIN;
        if (patience.join(readers, System.nanoTime() + DRAIN / 4)) {
            return;
        }
        kill(holders(), killed);
        if (patience.join(readers, deadline)) {
            return;
        }
        deaf = true;
        try {
            process.getInputStream().close();
            process.getErrorStream().close();
        } catch (IOException e) {
            // Nothing is lost: the process has ended, and its streams are given up.
            note("Its output could not be closed: " + e.getMessage());
        }
    }

    /** Processes whose standard output or error is the pipe that ours was given: only a descendant can have it. */
    private Set<ProcessHandle> holders() {
        if (pipes.isEmpty()) {
            return Set.of();
        }
        Set<ProcessHandle> holders = new HashSet<>();
        long self = ProcessHandle.current().pid();
        ProcessHandle.allProcesses()
                .filter(other -> other.pid() != self && !other.equals(handle))
                .filter(other -> Proc.outputPipes(other.pid()).stream().anyMatch(pipes::contains))
                .forEach(holders::add);
        return holders;
    }

    private void reader(String name, InputStream in, Output.Stream stream) {
        LineReader lines = new LineReader(in, stream, this::deliver, count -> clocks.output(System.nanoTime()));
        Thread reader = thread(name, () -> {
            try {
                lines.readAll();
            } catch (IOException e) {
                if (!deaf) {
                    note("Reading " + stream + " ended early: " + e.getMessage());
                }
            }
        });
        readers.add(reader);
        reader.start();
    }

    // Goes on reading after a failure, as a process whose output nobody reads does not end.
    private void deliver(Output.Stream stream, byte[] line) {
        if (deaf || outputFailure.get() != null) {
            return;
        }
        try {
            output.line(stream, line);
        } catch (RuntimeException | Error e) {
            outputFailure.compareAndSet(null, e);
            tell();
        }
    }

    private void note(String message) {
        deliver(Output.Stream.ASSAY, message.getBytes(StandardCharsets.UTF_8));
    }

    private void writeInput() {
        try (OutputStream in = process.getOutputStream()) {
            in.write(command.input());
        } catch (IOException e) {
            return; // it does not read its input, or has ended: its own business
        }
    }

    private Thread thread(String stream, Runnable work) {
        Thread thread = new Thread(work, "assay-" + stream + "-" + process.pid());
        thread.setDaemon(true);
        return thread;
    }
}
