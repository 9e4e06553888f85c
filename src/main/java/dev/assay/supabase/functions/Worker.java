package dev.assay.supabase.functions;

import dev.assay.process.Exit;
import dev.assay.process.Output;
import dev.assay.process.Running;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * One process that serves a function, from its start to its end. It ends by itself, by a limit, or when it is retired:
 * then it gets no more requests, and is stopped after the last that it has.
 */
final class Worker {
    private static final int LOG_LINES = 20;

    private final Prepared prepared;
    private final Limits limits;
    private final Log log;
    private final String word;
    private final CompletableFuture<Integer> port = new CompletableFuture<>();
    private final CompletableFuture<Exit> end = new CompletableFuture<>();
    private final Set<Call> calls = new HashSet<>();
    private @Nullable Running process;
    private List<ProcessHandle> processes = List.of();
    private Duration usedBefore = Duration.ZERO;
    private int callsSinceThen;
    private boolean retired;
    private @Nullable String limitHit;

    /** A request that it works on; by its identity. */
    static final class Call {
        private final long began = System.nanoTime();
    }

    /**
     * @param log takes what the function prints
     * @param word what the line with its port begins with
     */
    Worker(Prepared prepared, Limits limits, Log log, String word) {
        this.prepared = prepared;
        this.limits = limits;
        this.log = log;
        this.word = word;
    }

    Output output() {
        byte[] announced = (word + " ").getBytes(StandardCharsets.UTF_8);
        return (stream, line) -> {
            boolean announces = line.length > announced.length
                    && java.util.Arrays.equals(line, 0, announced.length, announced, 0, announced.length);
            if (announces) {
                String number =
                        new String(line, announced.length, line.length - announced.length, StandardCharsets.UTF_8);
                if (number.matches("\\d{1,5}")) {
                    port.complete(Integer.parseInt(number));
                }
            } else {
                log.add(line);
            }
        };
    }

    /**
     * Waits until it serves.
     *
     * @throws NotBootable with what it printed, where it does not
     */
    void boot(Running running) throws InterruptedException {
        process = running;
        Thread keeper = new Thread(
                () -> {
                    try {
                        end.complete(running.await());
                    } catch (InterruptedException | RuntimeException e) {
                        end.completeExceptionally(e);
                    }
                    port.completeExceptionally(new IllegalStateException("it ended before it served"));
                },
                "assay-function-" + running.pid());
        keeper.setDaemon(true);
        keeper.start();
        try {
            port.get(limits.boot().toMillis(), TimeUnit.MILLISECONDS);
        } catch (ExecutionException e) {
            throw new NotBootable(String.join("\n", log.last(LOG_LINES)));
        } catch (TimeoutException e) {
            stop();
            throw new NotBootable("It did not serve within " + limits.boot().toSeconds() + " s.\n"
                    + String.join("\n", log.last(LOG_LINES)));
        }
        processes = ProcessHandle.of(running.pid())
                .map(handle -> java.util.stream.Stream.concat(java.util.stream.Stream.of(handle), handle.descendants())
                        .toList())
                .orElse(List.of());
    }

    URI url(String path) {
        return URI.create("http://127.0.0.1:" + port.join() + path);
    }

    boolean serves() {
        Running running = process;
        return running != null && running.alive() && !end.isDone();
    }

    boolean fresh() {
        return prepared.stillHolds();
    }

    /** Takes a request; empty where it has been retired meanwhile. */
    synchronized Optional<Call> begin() {
        if (retired) {
            return Optional.empty();
        }
        if (calls.isEmpty()) {
            usedBefore = used();
            callsSinceThen = 0;
        }
        callsSinceThen++;
        Call call = new Call();
        calls.add(call);
        return Optional.of(call);
    }

    void end(Call call) {
        boolean last;
        synchronized (this) {
            calls.remove(call);
            last = retired && calls.isEmpty();
        }
        if (last) {
            stop();
        }
    }

    /** No more requests; stopped at once where it has none. */
    void retire() {
        boolean idle;
        synchronized (this) {
            retired = true;
            idle = calls.isEmpty();
        }
        if (idle) {
            stop();
        }
    }

    void stop() {
        Running running = process;
        if (running != null) {
            running.stop();
        }
    }

    /** Stops it where its requests have used more than they may. */
    void watch() {
        Optional<String> hit = hit();
        if (hit.isPresent()) {
            limitHit = hit.get();
            log.add(hit.get().getBytes(StandardCharsets.UTF_8));
            retire();
            stop();
        }
    }

    private synchronized Optional<String> hit() {
        if (calls.isEmpty() || !serves()) {
            return Optional.empty();
        }
        if (used().minus(usedBefore).compareTo(limits.cpu().multipliedBy(callsSinceThen)) > 0) {
            return Optional.of(
                    "CPU time limit reached: more than " + limits.cpu().toMillis() + " ms a request");
        }
        long now = System.nanoTime();
        if (calls.stream().anyMatch(call -> now - call.began > limits.wall().toNanos())) {
            return Optional.of(
                    "wall clock limit reached: more than " + limits.wall().toSeconds() + " s");
        }
        return resident() > limits.megabytes() * 2L
                ? Optional.of("memory limit reached: more than " + limits.megabytes() + " MB")
                : Optional.empty();
    }

    private Duration used() {
        return processes.stream()
                .map(one -> one.info().totalCpuDuration().orElse(Duration.ZERO))
                .reduce(Duration.ZERO, Duration::plus);
    }

    /** Memory in MB: buffers of JavaScript lie outside of the heap that Deno itself bounds. */
    private long resident() {
        long pages = 0;
        for (ProcessHandle one : processes) {
            try {
                String[] fields = Files.readString(Path.of("/proc/" + one.pid() + "/statm"))
                        .split(" ", -1);
                pages += Long.parseLong(fields[1]);
            } catch (IOException e) {
                continue; // it has ended, or there is no /proc: the heap's own bound has to do
            }
        }
        return pages * 4096 / 1_000_000;
    }

    /** Why it did not answer, once it is clear whether it has ended. */
    Failure failure() throws InterruptedException {
        Exit exit = null;
        try {
            exit = end.get(2, TimeUnit.SECONDS);
        } catch (ExecutionException | TimeoutException e) {
            return limitHit == null ? Failure.WORKER_ERROR : Failure.WORKER_LIMIT; // alive, it broke off the answer
        }
        boolean outOfMemory = log.contains("JavaScript heap out of memory") || log.contains("out of memory:");
        boolean killed = exit.code() >= 128 || exit.fired() != Exit.Limit.NONE;
        return limitHit != null || outOfMemory || killed ? Failure.WORKER_LIMIT : Failure.WORKER_ERROR;
    }

    List<String> lastLines() {
        return log.last(LOG_LINES);
    }
}
