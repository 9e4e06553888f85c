package dev.assay.run;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * What a run has got done, thing by thing, in {@code progress.jsonl} in its folder: answers of agents, commits, what was
 * applied, what layers found. A run that is gone on with goes the same way again, and is given each thing from there
 * instead of doing it, until it comes to the first that was not done: from then on it is live.
 *
 * <p>So nothing of what lies between has to be kept: it follows from what was given. For the run's own thread.
 */
final class Progress implements AutoCloseable {
    private static final String FILE = "progress.jsonl";
    /** An amount of money stays as it was written. */
    private static final JsonMapper JSON = JsonMapper.builder()
            .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
            .build();

    private final Optional<Path> file;
    private final List<Thing> before;
    private final List<Runnable> waiting = new ArrayList<>();
    private final Map<String, String> storedAs;
    private UnaryOperator<byte[]> clean = bytes -> bytes;
    private Starting starting = first -> {};
    private Optional<RandomAccessFile> out = Optional.empty();
    private int next;
    private boolean live;

    /** Something that was done, and what it gave. */
    private record Thing(String what, JsonNode gave) {}

    /** Does a thing. */
    @FunctionalInterface
    interface Doing<T> {
        T get() throws InterruptedException;
    }

    /** Makes ready what is needed to do things, once the run is live. */
    @FunctionalInterface
    interface Starting {
        /** @param first what will be done first */
        void live(String first) throws InterruptedException;
    }

    private Progress(Optional<Path> file, List<Thing> before, Map<String, String> storedAs) {
        this.file = file;
        this.before = before;
        this.storedAs = storedAs;
        this.live = before.isEmpty();
    }

    /** Of a run that cannot be gone on with: nothing is kept. */
    static Progress unkept() {
        return new Progress(Optional.empty(), List.of(), Map.of());
    }

    /** Of a run that begins. */
    static Progress begin(Path folder) {
        return new Progress(Optional.of(folder.resolve(FILE)), List.of(), Map.of());
    }

    /**
     * Of a run that is gone on with.
     *
     * @param until the thing after which all is to be done again although it was done; empty where nothing is
     * @param storedAs the ids that its stages' nodes are stored under from now on, by their own ids
     */
    static Progress again(Path folder, Optional<String> until, Map<String, String> storedAs) {
        List<Thing> before = read(folder.resolve(FILE)).things();
        int end = before.size();
        if (until.isPresent()) {
            List<String> names = before.stream().map(Thing::what).toList();
            end = names.indexOf(until.get()) + 1;
            if (end == 0) {
                throw new IllegalArgumentException(until.get() + " was not done");
            }
        }
        Progress progress =
                new Progress(Optional.of(folder.resolve(FILE)), List.copyOf(before.subList(0, end)), storedAs);
        progress.live = false;
        return progress;
    }

    /** What a run has done, by name. */
    static List<String> done(Path folder) {
        return read(folder.resolve(FILE)).things().stream().map(Thing::what).toList();
    }

    /** What things of a run gave, in order: those whose names begin so. */
    static <T> List<T> given(Path folder, String what, Class<T> type) {
        return read(folder.resolve(FILE)).things().stream()
                .filter(thing -> thing.what().startsWith(what))
                .map(thing -> JSON.treeToValue(thing.gave(), type))
                .toList();
    }

    /** The ids that its stages' nodes were stored under last, by their own ids. */
    static Map<String, String> storedAs(Path folder) {
        return read(folder.resolve(FILE)).storedAs();
    }

    /** What stands in the file. */
    private record Content(List<Thing> things, Map<String, String> storedAs) {}

    private static Content read(Path file) {
        List<Thing> things = new ArrayList<>();
        Map<String, String> storedAs = new TreeMap<>();
        if (!Files.exists(file)) {
            return new Content(things, storedAs);
        }
        try {
            for (String line : Files.readAllLines(file, StandardCharsets.UTF_8)) {
                Optional<JsonNode> json = parse(line);
                if (json.isEmpty()) {
                    continue; // half a line, as a killed process leaves it: the thing was not done
                }
                JsonNode back = json.get().path("back_to");
                if (back.isInt()) {
                    storedAs.clear();
                    json.get()
                            .path("stored_as")
                            .properties()
                            .forEach(one ->
                                    storedAs.put(one.getKey(), one.getValue().asString()));
                    things.subList(Math.min(back.intValue(), things.size()), things.size())
                            .clear();
                } else {
                    things.add(new Thing(
                            json.get().path("what").asString(), json.get().path("gave")));
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(file + " cannot be read", e);
        }
        return new Content(things, storedAs);
    }

    private static Optional<JsonNode> parse(String line) {
        try {
            return Optional.of(JSON.readTree(line)).filter(JsonNode::isObject);
        } catch (JacksonException e) {
            return Optional.empty();
        }
    }

    /** Has what is written cleaned by that: nothing secret is kept. */
    void cleanedBy(UnaryOperator<byte[]> redactor) {
        clean = redactor;
    }

    /** Has that called before the first thing that is really done. */
    void onStart(Starting body) {
        starting = body;
    }

    /** Whether things are done now, and not given from before. */
    boolean live() {
        return live;
    }

    /** Has something done when the run is live: now, or when it comes to that. Returns what takes it back. */
    Runnable whenLive(Runnable body) {
        if (live) {
            body.run();
            return () -> {};
        }
        waiting.add(body);
        return () -> waiting.remove(body);
    }

    /** Does a thing, or gives what it gave before. */
    <T> T once(String what, Class<T> type, Doing<T> doing) throws InterruptedException {
        return once(what, type, doing, gave -> true);
    }

    /**
     * Does a thing, or gives what it gave before.
     *
     * @param keeps whether it counts as done: what the world made fail is tried again
     */
    <T> T once(String what, Class<T> type, Doing<T> doing, Predicate<T> keeps) throws InterruptedException {
        if (!live && next < before.size() && before.get(next).what().equals(what)) {
            return JSON.treeToValue(before.get(next++).gave(), type);
        }
        start(what);
        T gave = doing.get();
        if (keeps.test(gave)) {
            ObjectNode line = JsonNodeFactory.instance.objectNode();
            line.put("what", what).set("gave", JSON.valueToTree(gave));
            write(line);
        }
        return gave;
    }

    /**
     * Comes to the first thing that is really done, unless the next one was done before.
     *
     * @param what how its name begins
     */
    void startUnlessNext(String what) throws InterruptedException {
        if (live || next >= before.size() || !before.get(next).what().startsWith(what)) {
            start(what);
        }
    }

    /**
     * Comes to the first thing that is really done.
     *
     * @throws IllegalStateException where calls were made after it that would have to be made again
     */
    void start(String first) throws InterruptedException {
        if (live) {
            return;
        }
        Optional<String> unused = before.subList(next, before.size()).stream()
                .map(Thing::what)
                .filter(what -> what.startsWith(Calls.CALL))
                .findFirst();
        if (unused.isPresent()) {
            throw new IllegalStateException("the run did \"" + before.get(next).what()
                    + "\" where this version of Assay"
                    + " comes to \"" + first + "\", so that \"" + unused.get() + "\" and what follows would be paid for"
                    + " twice. Go on with the version that began it, or from a step, or start a new run");
        }
        live = true;
        ObjectNode back = JsonNodeFactory.instance.objectNode().put("back_to", next);
        ObjectNode ids = back.putObject("stored_as");
        storedAs.forEach(ids::put);
        write(back);
        starting.live(first);
        List.copyOf(waiting).forEach(Runnable::run);
        waiting.clear();
    }

    private void write(ObjectNode line) {
        if (file.isEmpty()) {
            return;
        }
        try {
            RandomAccessFile open = out.isPresent() ? out.get() : open(file.get());
            out = Optional.of(open);
            open.write(clean.apply((line + "\n").getBytes(StandardCharsets.UTF_8)));
        } catch (IOException e) {
            throw new UncheckedIOException(file.get() + " cannot be written", e);
        }
    }

    /** No FileChannel: an interrupt, as of a run that is cancelled, would close it. */
    private static RandomAccessFile open(Path path) throws IOException {
        Files.createDirectories(path.getParent());
        RandomAccessFile file = new RandomAccessFile(path.toFile(), "rw");
        if (file.length() > 0) {
            file.seek(file.length() - 1);
            if (file.read() != '\n') {
                file.write('\n');
            }
        }
        return file;
    }

    @Override
    public void close() {
        try {
            if (out.isPresent()) {
                out.get().close();
                out = Optional.empty();
            }
        } catch (IOException e) {
            throw new UncheckedIOException("the run's progress could not be closed", e);
        }
    }
}
