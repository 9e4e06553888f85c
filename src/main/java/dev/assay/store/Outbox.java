package dev.assay.store;

import dev.assay.store.Overflow.Chunk;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * What waits for the database: in memory up to a limit, then in the runs' folders. In order within a run. Taken by one
 * writer, filled by many.
 */
final class Outbox {
    private static final int BATCH_ROWS = 1000;
    private static final long BATCH_BYTES = 8L << 20;

    private final long limit;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final Map<String, Queue> queues = new LinkedHashMap<>();
    private final Deque<Waiting> memory = new ArrayDeque<>();
    private long bytes;
    private @Nullable Taken taken;
    private boolean closed;

    /** @param limit what may wait in memory, in bytes */
    Outbox(long limit) {
        this.limit = limit;
    }

    /** A run's part. */
    private static final class Queue {
        private final Path folder;
        private @Nullable Overflow overflow;
        private long waiting;

        Queue(Path folder) {
            this.folder = folder;
        }

        Overflow overflow() throws IOException {
            Overflow open = overflow;
            if (open == null) {
                open = new Overflow(folder);
                overflow = open;
            }
            return open;
        }

        boolean overflows() {
            return overflow != null && !overflow.isEmpty();
        }
    }

    private record Waiting(Queue queue, Entry entry) {}

    /** What the writer has in hand; with the part of a file where it is from one. */
    private record Taken(
            List<Waiting> waiting,
            @Nullable Queue queue,
            @Nullable Chunk chunk) {}

    /** Begins a run, also with what an earlier process left in its folder. */
    void open(String runId, Path folder) throws IOException {
        lock.lock();
        try {
            Queue queue = queues.computeIfAbsent(runId, id -> new Queue(folder));
            if (Files.exists(folder.resolve(Overflow.FILE))) {
                queue.overflow();
                changed.signalAll();
            }
        } finally {
            lock.unlock();
        }
    }

    void add(String runId, Entry entry) throws IOException {
        lock.lock();
        try {
            Queue queue = queues.get(runId);
            if (queue == null) {
                throw new IllegalStateException("run " + runId + " is not open");
            }
            // once a run is in its file, what follows goes there too: the order within a run is kept
            boolean full = bytes > 0 && bytes + entry.size() > limit;
            if (queue.overflow != null || full || closed) {
                queue.overflow().add(entry);
            } else {
                memory.add(new Waiting(queue, entry));
                bytes += entry.size();
            }
            queue.waiting++;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** What to write next, the same again until {@link #written()} is called; empty where nothing came in time. */
    Optional<List<Entry>> take(Duration patience) throws InterruptedException, IOException {
        lock.lockInterruptibly();
        try {
            long nanos = patience.toNanos();
            while (isEmpty() && nanos > 0 && !closed) {
                nanos = changed.awaitNanos(nanos);
            }
            if (taken == null) {
                taken = memory.isEmpty() ? fromFile() : fromMemory();
            }
            return Optional.ofNullable(taken)
                    .map(some -> some.waiting().stream().map(Waiting::entry).toList());
        } finally {
            lock.unlock();
        }
    }

    private Taken fromMemory() {
        List<Waiting> batch = new ArrayList<>();
        long size = 0;
        while (!memory.isEmpty() && batch.size() < BATCH_ROWS && size < BATCH_BYTES) {
            Waiting next = memory.remove();
            batch.add(next);
            size += next.entry().size();
        }
        return new Taken(batch, null, null);
    }

    private @Nullable Taken fromFile() throws IOException {
        for (Queue queue : queues.values()) {
            if (queue.overflows()) {
                Chunk chunk = queue.overflow().next(BATCH_BYTES);
                List<Waiting> batch = chunk.entries().stream()
                        .map(entry -> new Waiting(queue, entry))
                        .toList();
                return new Taken(batch, queue, chunk);
            }
        }
        return null;
    }

    /** What was taken is in the database. */
    void written() throws IOException {
        lock.lock();
        try {
            Taken done = taken;
            if (done == null) {
                return;
            }
            taken = null;
            for (Waiting waiting : done.waiting()) {
                // of what an earlier process left, nothing was counted
                waiting.queue().waiting = Math.max(0, waiting.queue().waiting - 1);
                bytes -= done.chunk() == null ? waiting.entry().size() : 0;
            }
            if (done.queue() != null && done.chunk() != null) {
                Overflow overflow = done.queue().overflow();
                overflow.done(done.chunk());
                if (overflow.isEmpty()) {
                    done.queue().overflow = null;
                    done.queue().waiting = 0;
                }
            }
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** Waits until all of a run is in the database. */
    boolean awaitWritten(String runId, Duration patience) throws InterruptedException {
        lock.lockInterruptibly();
        try {
            long nanos = patience.toNanos();
            while (waiting(runId) > 0 && nanos > 0) {
                nanos = changed.awaitNanos(nanos);
            }
            return waiting(runId) == 0;
        } finally {
            lock.unlock();
        }
    }

    /** How many entries of a run are not in the database. */
    long waiting(String runId) {
        lock.lock();
        try {
            Queue queue = queues.get(runId);
            return queue == null ? 0 : queue.waiting;
        } finally {
            lock.unlock();
        }
    }

    /** Forgets a run of which nothing waits. */
    void forget(String runId) {
        lock.lock();
        try {
            Queue queue = queues.get(runId);
            if (queue != null && queue.waiting == 0 && !queue.overflows()) {
                queues.remove(runId);
            }
        } finally {
            lock.unlock();
        }
    }

    boolean isEmpty() {
        lock.lock();
        try {
            return taken == null && memory.isEmpty() && queues.values().stream().noneMatch(Queue::overflows);
        } finally {
            lock.unlock();
        }
    }

    /** Waits until nothing waits. */
    boolean awaitEmpty(Duration patience) throws InterruptedException {
        lock.lockInterruptibly();
        try {
            long nanos = patience.toNanos();
            while (!isEmpty() && nanos > 0) {
                nanos = changed.awaitNanos(nanos);
            }
            return isEmpty();
        } finally {
            lock.unlock();
        }
    }

    /** From now on nothing more is taken into memory. */
    void close() {
        lock.lock();
        try {
            closed = true;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    boolean isClosed() {
        lock.lock();
        try {
            return closed;
        } finally {
            lock.unlock();
        }
    }

    /**
     * Puts what is still in memory into the runs' folders. For when nobody writes any more.
     *
     * @return the folders in which something waits
     */
    List<Path> keep() throws IOException {
        lock.lock();
        try {
            Map<Queue, List<Entry>> kept = new LinkedHashMap<>();
            if (taken != null && taken.chunk() == null) {
                taken.waiting()
                        .forEach(waiting -> kept.computeIfAbsent(waiting.queue(), q -> new ArrayList<>())
                                .add(waiting.entry()));
            }
            memory.forEach(waiting -> kept.computeIfAbsent(waiting.queue(), q -> new ArrayList<>())
                    .add(waiting.entry()));
            taken = null;
            memory.clear();
            bytes = 0;
            for (Map.Entry<Queue, List<Entry>> run : kept.entrySet()) {
                run.getKey().overflow().addFirst(run.getValue());
            }
            List<Path> folders = new ArrayList<>();
            for (Queue queue : queues.values()) {
                if (queue.overflow != null) {
                    queue.overflow.close();
                    folders.add(queue.folder);
                }
            }
            return folders;
        } finally {
            lock.unlock();
        }
    }
}
