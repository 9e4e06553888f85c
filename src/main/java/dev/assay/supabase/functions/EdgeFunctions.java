package dev.assay.supabase.functions;

import dev.assay.process.Running;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The edge functions of one project, each in a process that starts with its first call and is replaced when its files,
 * settings or secrets change. Closing it leaves no process and no file behind. Safe for use by several threads.
 */
public final class EdgeFunctions implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(EdgeFunctions.class);
    private static final long TICK_MILLIS = 250;

    private final EdgeRuntime runtime;
    private final FunctionFolder folder;
    private final Supplier<Map<String, String>> supabase;
    private final Limits limits;
    private final Map<String, Slot> slots = new ConcurrentHashMap<>();
    private final Map<String, Map<Path, String>> deployed = new TreeMap<>();
    private final AtomicInteger count = new AtomicInteger();
    private volatile Map<String, String> secrets = Map.of();
    private @Nullable Path work;
    private @Nullable ScheduledExecutorService clock;
    private boolean closed;

    /**
     * @param project the folder that holds {@code supabase/}
     * @param supabase what every function finds in its environment: the project's address and keys
     */
    public EdgeFunctions(EdgeRuntime runtime, Path project, Supplier<Map<String, String>> supabase) {
        this(runtime, project, supabase, Limits.SUPABASE);
    }

    EdgeFunctions(EdgeRuntime runtime, Path project, Supplier<Map<String, String>> supabase, Limits limits) {
        this.runtime = runtime;
        this.folder = new FunctionFolder(project);
        this.supabase = supabase;
        this.limits = limits;
    }

    /**
     * What deploying gave.
     *
     * @param done functions that are new or changed since the last time
     * @param failure the first that cannot be deployed
     */
    public record Deployed(List<String> done, Optional<Undeployable> failure) {}

    /**
     * A function that cannot be deployed.
     *
     * @param message what is wrong with it, in Deno's words where they are Deno's
     * @param infrastructure whether it might be deployed elsewhere: it needs what cannot be reached from here
     */
    public record Undeployable(String name, String message, boolean infrastructure) {}

    /** The worker of one function, and what it printed. */
    private static final class Slot {
        private final Log log = new Log();
        private @Nullable Worker worker;
    }

    FunctionFolder folder() {
        return folder;
    }

    Limits limits() {
        return limits;
    }

    /**
     * Looks whether every function has all that it imports, and fetches what it has not; starts none. What changed is
     * served from the next call on, deployed or not.
     */
    public synchronized Deployed deploy() throws InterruptedException {
        List<String> done = new ArrayList<>();
        try {
            for (String name : folder.withoutEntrypoint()) {
                return new Deployed(
                        done,
                        Optional.of(new Undeployable(
                                name,
                                "supabase/functions/" + name + "/index.ts is missing: the function has no entrypoint",
                                false)));
            }
        } catch (IOException e) {
            throw new UncheckedIOException("The folder supabase/functions cannot be read", e);
        }
        List<String> names = folder.names();
        deployed.keySet().retainAll(names);
        for (String name : names) {
            Optional<FunctionFolder.Source> source = folder.find(name);
            if (source.isEmpty()) {
                continue;
            }
            try {
                Prepared prepared = prepare(source.get());
                if (!prepared.stamps().equals(deployed.put(name, prepared.stamps()))) {
                    done.add(name);
                }
            } catch (NotBootable e) {
                deployed.remove(name);
                return new Deployed(done, Optional.of(new Undeployable(name, e.reason(), e.infrastructure())));
            }
        }
        return new Deployed(done, Optional.empty());
    }

    /** Sets what all functions find in their environment besides, as {@code supabase secrets set}: it wins over .env. */
    public void secrets(Map<String, String> values) {
        Map<String, String> all = new LinkedHashMap<>(secrets);
        all.putAll(values);
        if (!all.equals(secrets)) {
            secrets = Map.copyOf(all);
            retireAll();
        }
    }

    /** The last lines that a function printed; none where it was never called. */
    public List<String> log(String name) {
        return Optional.ofNullable(slots.get(name))
                .map(slot -> slot.log.last(Integer.MAX_VALUE))
                .orElse(List.of());
    }

    /** Retires all workers: the next call of each starts it anew. */
    private void retireAll() {
        for (Slot slot : slots.values()) {
            synchronized (slot) {
                if (slot.worker != null) {
                    slot.worker.retire();
                    slot.worker = null;
                }
            }
        }
    }

    /**
     * The worker that serves a function now.
     *
     * @throws NotBootable where there is none
     */
    Worker worker(FunctionFolder.Source source) throws InterruptedException {
        Slot slot = slots.computeIfAbsent(source.name(), name -> new Slot());
        synchronized (slot) {
            Worker there = slot.worker;
            if (there != null && there.serves() && there.fresh()) {
                return there;
            }
            if (there != null) {
                slot.worker = null;
                there.retire();
            }
            Worker started = start(source, slot.log);
            slot.worker = started;
            return started;
        }
    }

    private Worker start(FunctionFolder.Source source, Log log) throws InterruptedException {
        Prepared prepared = prepare(source);
        Path place = work();
        int number = count.incrementAndGet();
        Path scratch = created(place.resolve("tmp-" + number));
        String word = "assay-serves-" + UUID.randomUUID();
        Worker worker = new Worker(prepared, limits, log, word);
        Running running = runtime.start(
                source,
                prepared,
                folder.folder(),
                place,
                scratch,
                environment(),
                word,
                limits.megabytes(),
                worker.output());
        worker.boot(running);
        return worker;
    }

    private Map<String, String> environment() {
        Map<String, String> environment = new LinkedHashMap<>(folder.environment());
        environment.putAll(secrets);
        environment.putAll(supabase.get());
        environment.put("SB_EXECUTION_ID", UUID.randomUUID().toString());
        return environment;
    }

    private Prepared prepare(FunctionFolder.Source source) throws InterruptedException {
        Path place = work();
        Equivalent equivalent =
                new Equivalent(place.resolve("std").toUri().toString().replaceFirst("/?$", "/"));
        Map<Path, String> stamps = new LinkedHashMap<>();
        source.candidates().forEach(file -> stamps.put(file, FunctionFolder.stamp(file)));
        stamps.put(folder.environmentFile(), FunctionFolder.stamp(folder.environmentFile()));
        stamps.put(source.entrypoint(), FunctionFolder.stamp(source.entrypoint()));
        ImportMap imports = ImportMap.read(source.importMap(), equivalent);
        Path file = place.resolve("imports-" + count.incrementAndGet() + ".json");
        write(file, imports.json());
        ModuleGraph graph = runtime.graph(source, file, folder.project(), place);
        if (!graph.errors().isEmpty()) {
            throw new NotBootable(String.join("\n", graph.errors()));
        }
        List<Path> own = new ArrayList<>();
        for (Path module : graph.files()) {
            if (!module.startsWith(place)) {
                requireWithin(module);
                own.add(module);
                stamps.put(module, FunctionFolder.stamp(module));
            }
        }
        requireNoWayOut();
        if (!graph.remote().isEmpty()) {
            write(file, imports.with(graph.remote(), equivalent).json());
            runtime.fetch(source, file, folder.project(), place);
        }
        Optional<Path> config = imports.compilerOptions() ? source.importMap() : Optional.empty();
        return new Prepared(file, config, own, stamps);
    }

    /** A function is made of the project's files alone, whatever paths it writes. */
    private void requireWithin(Path module) {
        try {
            if (!module.toRealPath().startsWith(folder.project().toRealPath())) {
                throw new NotBootable("The function imports " + module + ", which lies outside of the project.");
            }
        } catch (IOException e) {
            throw new NotBootable("The function imports " + module + ", which cannot be read: " + e);
        }
    }

    /** Deno follows links without asking, so none may lead out of the project. */
    private void requireNoWayOut() {
        if (!Files.isDirectory(folder.folder())) {
            return;
        }
        try {
            Path project = folder.project().toRealPath();
            Files.walkFileTree(folder.folder(), new SimpleFileVisitor<>() {
                @Override
                public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                    if (attributes.isSymbolicLink()
                            && Files.exists(file)
                            && !file.toRealPath().startsWith(project)) {
                        throw new NotBootable("The link " + folder.project().relativize(file)
                                + " leads out of the project; functions may not have such.");
                    }
                    return FileVisitResult.CONTINUE;
                }
            });
        } catch (IOException e) {
            throw new NotBootable("The folder supabase/functions cannot be read: " + e);
        }
    }

    private static void write(Path file, String text) {
        try {
            Files.writeString(file, text, StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException("The temporary folder cannot be written, which edge functions need", e);
        }
    }

    private static Path created(Path folder) {
        try {
            return Files.createDirectories(folder);
        } catch (IOException e) {
            throw new UncheckedIOException("The temporary folder cannot be written, which edge functions need", e);
        }
    }

    /** Made with the first function, and with it the clock that watches limits. */
    private synchronized Path work() throws InterruptedException {
        if (closed) {
            throw new IllegalStateException("These edge functions are closed.");
        }
        if (work == null) {
            work = runtime.workFolder();
            clock = Executors.newSingleThreadScheduledExecutor(task -> {
                Thread thread = new Thread(task, "assay-function-limits");
                thread.setDaemon(true);
                return thread;
            });
            var unused = clock.scheduleWithFixedDelay(this::watch, TICK_MILLIS, TICK_MILLIS, TimeUnit.MILLISECONDS);
        }
        return work;
    }

    private void watch() {
        for (Slot slot : slots.values()) {
            Worker worker = slot.worker;
            try {
                if (worker != null) {
                    worker.watch();
                }
            } catch (RuntimeException e) {
                LOG.warn("The limits of an edge function could not be watched: {}", e.toString());
            }
        }
    }

    @Override
    public void close() {
        Path left;
        synchronized (this) {
            if (closed) {
                return;
            }
            closed = true;
            left = work;
            if (clock != null) {
                clock.shutdownNow();
            }
        }
        slots.values().parallelStream().forEach(slot -> {
            synchronized (slot) {
                if (slot.worker != null) {
                    slot.worker.stop();
                }
            }
        });
        if (left != null) {
            remove(left);
        }
    }

    private void remove(Path left) {
        try {
            Files.walkFileTree(left, new SimpleFileVisitor<>() {
                @Override
                public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                    Files.deleteIfExists(file);
                    return FileVisitResult.CONTINUE;
                }

                @Override
                public FileVisitResult postVisitDirectory(Path directory, @Nullable IOException failure)
                        throws IOException {
                    Files.deleteIfExists(directory);
                    return FileVisitResult.CONTINUE;
                }
            });
            runtime.removed(left);
        } catch (IOException e) {
            LOG.warn("{} could not be removed: {}", left, e.toString());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
