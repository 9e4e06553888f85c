package dev.assay.process;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.Consumer;

/**
 * Starts processes, each in a clean environment, and leaves none of them behind: not when one ends but its daemons stay,
 * not when a timer stops it, not at Ctrl-C, and not when this JVM is killed.
 *
 * <p>Every process carries a cookie in its environment, {@code ASSAY_COOKIE}. A process and what it started are stopped
 * by TERM, three seconds of grace, KILL, and a search of {@code /proc} for the cookie. The first process brings a
 * watchdog outside the JVM that does the same when the JVM is gone. Safe for use by several threads.
 */
public final class Supervisor implements AutoCloseable {
    private static final int CAPTURED = 1 << 20;
    /** Less than the five seconds in which a Ctrl-C has to be over, and more than the grace of a process. */
    private static final long CLOSING = TimeUnit.MILLISECONDS.toNanos(4200);

    private final String jvm = UUID.randomUUID().toString();
    private final AtomicLong count = new AtomicLong();
    private final Set<Child> children = ConcurrentHashMap.newKeySet();
    private final Watchdog watchdog = new Watchdog(new Cookie(jvm + "."));
    private final boolean tellPids = !Proc.present();
    private final ReadWriteLock gate = new ReentrantReadWriteLock();
    private final Thread hook = new Thread(this::shutDown, "assay-stop");
    private boolean closed;

    private Supervisor() {}

    public static Supervisor open() {
        Supervisor supervisor = new Supervisor();
        Runtime.getRuntime().addShutdownHook(supervisor.hook);
        return supervisor;
    }

    /**
     * Runs a process to its end. An interrupt stops it, with all its descendants, before it is thrown on.
     *
     * @throws ProgramNotFound where it cannot be started
     * @throws IllegalStateException where the output's receiver threw; the process is stopped then
     */
    public Exit run(Command command, Output output) throws InterruptedException {
        return run(command, output, running -> {});
    }

    /**
     * As {@link #run(Command, Output)}; the process is handed to {@code told} before its first line is delivered.
     *
     * @param told keeps it for later, and returns at once: the process is looked after only from then on, so that waiting
     *     for its end in here would be for ever
     */
    public Exit run(Command command, Output output, Consumer<Running> told) throws InterruptedException {
        Child child = launch(command, output);
        try {
            told.accept(child);
        } catch (RuntimeException | Error e) {
            child.askToStop();
            child.begin();
            child.keep();
            throw e;
        }
        child.begin();
        return child.keep();
    }

    /** Starts a process that goes on, such as a server. It is stopped at the latest when this is closed. */
    public Running start(Command command, Output output) {
        Child child = launch(command, output);
        child.begin();
        Thread keeper = new Thread(
                () -> {
                    try {
                        child.keep();
                    } catch (InterruptedException | IllegalStateException e) {
                        return; // await and stop say it to those who ask
                    }
                },
                "assay-keeper-" + child.pid());
        keeper.setDaemon(true);
        keeper.start();
        return child;
    }

    /** Runs a process to its end and keeps the last MiB of each stream; each line ends with a line feed. */
    public Captured capture(Command command) throws InterruptedException {
        Tail out = new Tail(CAPTURED);
        Tail err = new Tail(CAPTURED);
        Exit exit = run(command, (stream, line) -> (stream == Output.Stream.STDOUT ? out : err).add(line));
        return new Captured(exit, out.text(), err.text(), out.cut() || err.cut());
    }

    /** Takes in hand processes that a library starts by itself, such as a browser's. */
    public Marked mark() {
        watchdog.watch();
        return new Marked(new Cookie(jvm + "." + count.incrementAndGet()));
    }

    /**
     * Has a folder removed when this supervisor is over, also when the JVM is killed: for folders in memory, which no
     * one else would ever remove.
     *
     * @param folder one named {@code assay-…}, or within such a one
     */
    public void removeOnDeath(Path folder) {
        Path path = folder.toAbsolutePath().normalize();
        boolean ours = false;
        for (Path part : path) {
            ours |= part.toString().startsWith("assay-");
        }
        if (!ours || path.toString().indexOf('\n') >= 0) {
            throw new IllegalArgumentException(
                    "Only a folder named assay-… or within one may be removed by the watchdog, not " + path + ".");
        }
        watchdog.remove(path);
    }

    /** Takes back {@link #removeOnDeath(Path)}, as the folder is gone or is to stay. */
    public void keep(Path folder) {
        watchdog.keep(folder.toAbsolutePath().normalize());
    }

    /** Stops all that is running, within five seconds, and ends the watchdog. */
    @Override
    public void close() {
        stopAll();
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException e) {
            return; // the JVM is going down, and the hook with it
        }
    }

    /** What the cookies of all its processes begin with. */
    String jvmCookie() {
        return jvm + ".";
    }

    private void shutDown() {
        stopAll();
    }

    private void stopAll() {
        gate.writeLock().lock();
        try {
            closed = true;
        } finally {
            gate.writeLock().unlock();
        }
        List<Child> left = new ArrayList<>(children);
        left.forEach(Child::askToStop);
        long deadline = System.nanoTime() + CLOSING;
        boolean interrupted = false;
        for (Child child : left) {
            try {
                child.awaitUntil(deadline);
            } catch (InterruptedException e) {
                interrupted = true;
                deadline = System.nanoTime(); // no more patience: the rest is killed
            }
        }
        new Cookie(jvmCookie()).bearers().forEach(ProcessHandle::destroyForcibly);
        watchdog.close();
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private Child launch(Command command, Output output) {
        gate.readLock().lock();
        try {
            if (closed) {
                throw new ClosingDown(command.line().get(0));
            }
            watchdog.watch();
            Cookie cookie = new Cookie(jvm + "." + count.incrementAndGet());
            Process process = Launch.start(command, cookie);
            if (tellPids) {
                watchdog.watch(process.pid());
            }
            Child child = new Child(process, cookie, command, output, children::remove);
            children.add(child);
            return child;
        } finally {
            gate.readLock().unlock();
        }
    }
}
