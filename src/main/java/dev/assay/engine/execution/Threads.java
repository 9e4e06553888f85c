package dev.assay.engine.execution;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.platform.engine.support.hierarchical.HierarchicalTestExecutorService;
import org.junit.platform.engine.support.hierarchical.Node.ExecutionMode;

/**
 * Executes nodes that may go on together on threads of their own, and all others where they are. How many runs are under
 * way is not its business but {@link Turns}'s: the platform's own pool starts more than it was told to as soon as a test
 * waits for something.
 */
public final class Threads implements HierarchicalTestExecutorService {
    private final int most;

    /** @param most how many nodes of one container may go on together; with 1 all is done in the caller's thread */
    public Threads(int most) {
        this.most = most;
    }

    @Override
    public Future<Void> submit(TestTask task) {
        task.execute();
        return CompletableFuture.completedFuture(null);
    }

    @Override
    public void invokeAll(List<? extends TestTask> tasks) {
        List<TestTask> together = new ArrayList<>();
        for (TestTask task : tasks) {
            if (most > 1 && task.getExecutionMode() == ExecutionMode.CONCURRENT) {
                together.add(task);
            } else {
                task.execute();
            }
        }
        if (together.size() == 1) {
            together.get(0).execute();
        } else if (!together.isEmpty()) {
            executeTogether(together);
        }
    }

    private void executeTogether(List<TestTask> tasks) {
        AtomicInteger next = new AtomicInteger();
        AtomicReference<Throwable> problem = new AtomicReference<>();
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < Math.min(most, tasks.size()); i++) {
            Thread thread = new Thread(
                    () -> {
                        for (int at = next.getAndIncrement(); at < tasks.size(); at = next.getAndIncrement()) {
                            tasks.get(at).execute();
                        }
                    },
                    Thread.currentThread().getName() + "-" + (i + 1));
            thread.setUncaughtExceptionHandler((where, thrown) -> problem.compareAndSet(null, thrown));
            threads.add(thread);
        }
        threads.forEach(Thread::start);
        threads.forEach(thread -> join(thread, threads));
        // what a node throws is caught by the platform; what comes out here is the platform's own trouble
        if (problem.get() instanceof Error error) {
            throw error;
        } else if (problem.get() instanceof RuntimeException exception) {
            throw exception;
        }
    }

    /** Whoever interrupts the waiting means the runs; they have to be closed before this returns. */
    private static void join(Thread thread, List<Thread> all) {
        while (true) {
            try {
                thread.join();
                return;
            } catch (InterruptedException e) {
                all.forEach(Thread::interrupt);
            }
        }
    }

    @Override
    public void close() {}
}
