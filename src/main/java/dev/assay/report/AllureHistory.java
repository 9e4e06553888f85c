package dev.assay.report;

import dev.assay.run.RunInfo;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * What earlier commands left in the results folder. Allure takes two results of one test for a test and its retry, so a
 * run that is done again must not find its earlier results: they become history, as if a report had been made after each
 * command. Results of other runs stay, so that the folder holds the last of each experiment, variant and repetition.
 *
 * <p>Format: the {@code history} folder of a report of Allure 2, newest first.
 */
final class AllureHistory {
    /** As many as Allure itself keeps. */
    private static final int KEPT = 20;

    private static final JsonMapper JSON = new JsonMapper();

    private final Path results;
    private final AllureCategories categories;
    private final Map<String, List<Earlier>> earlier = new HashMap<>();
    private long order;

    /** A result of an earlier command, with the files that are attached to it. */
    private record Earlier(
            Path file,
            String run,
            String historyId,
            String status,
            String message,
            String trace,
            long start,
            long stop,
            List<String> attached) {}

    AllureHistory(Path results, AllureCategories categories) {
        this.results = results;
        this.categories = categories;
    }

    /**
     * Reads what there is, and counts it as one point of the trends.
     *
     * @return the number of the command that begins now, from 1
     */
    synchronized long begin() {
        read();
        long last = number(results.resolve("executor.json"));
        order = last + 1;
        List<Earlier> all = earlier.values().stream().flatMap(List::stream).toList();
        if (!all.isEmpty()) {
            List<Earlier> latest = List.copyOf(latest(all).values());
            Map<String, Long> statuses = latest.stream()
                    .collect(Collectors.groupingBy(Earlier::status, TreeMap::new, Collectors.counting()));
            trend("history-trend.json", last, statistic(statuses));
            trend("duration-trend.json", last, counts(Map.of("duration", duration(latest))));
            trend(
                    "retry-trend.json",
                    last,
                    counts(Map.of("run", (long) latest.size(), "retry", (long) all.size() - latest.size())));
            trend(
                    "categories-trend.json",
                    last,
                    counts(latest.stream()
                            .flatMap(one -> categories.of(one.status(), one.message(), one.trace()).stream())
                            .collect(Collectors.groupingBy(name -> name, TreeMap::new, Collectors.counting()))));
        }
        return order;
    }

    /**
     * Makes room for a run that begins: what it left the last time becomes history. What the very run left that goes on
     * now, or is checked again, is part of it and stays.
     */
    synchronized void replace(RunInfo run) {
        List<Earlier> replaced = earlier.getOrDefault(key(run.experiment().name(), run.label()), List.of()).stream()
                .filter(one -> !one.run().equals(run.id()))
                .toList();
        if (replaced.isEmpty()) {
            return;
        }
        earlier.remove(key(run.experiment().name(), run.label()));
        Path file = results.resolve("history").resolve("history.json");
        ObjectNode history = readObject(file);
        latest(replaced).forEach((id, last) -> {
            ObjectNode test = history.get(id) instanceof ObjectNode known ? known : history.putObject(id);
            ArrayNode items = JsonNodeFactory.instance.arrayNode().add(item(last));
            test.path("items").valueStream().limit(KEPT - 1L).forEach(items::add);
            test.set(
                    "statistic",
                    statistic(items.valueStream()
                            .collect(Collectors.groupingBy(
                                    item -> item.path("status").asString("unknown"),
                                    TreeMap::new,
                                    Collectors.counting()))));
            test.set("items", items);
        });
        write(file, history);
        replaced.forEach(this::delete);
    }

    private void read() {
        try (Stream<Path> files = Files.list(results)) {
            for (Path file : (Iterable<Path>)
                    files.filter(file -> file.getFileName().toString().endsWith("-result.json"))::iterator) {
                JsonNode result = readObject(file);
                // what other tests wrote into the folder is not ours to move
                if (label(result, "framework").equals("assay")) {
                    earlier.computeIfAbsent(
                                    key(label(result, "parentSuite"), label(result, "suite")), any -> new ArrayList<>())
                            .add(earlier(file, result));
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException("Allure's results in " + results + " cannot be read", e);
        }
    }

    private static Earlier earlier(Path file, JsonNode result) {
        return new Earlier(
                file,
                parameter(result, "run"),
                result.path("historyId").asString(""),
                result.path("status").asString("unknown"),
                result.path("statusDetails").path("message").asString(""),
                result.path("statusDetails").path("trace").asString(""),
                result.path("start").asLong(0),
                result.path("stop").asLong(0),
                result.findValues("source").stream().map(JsonNode::asString).toList());
    }

    private static String parameter(JsonNode result, String name) {
        return named(result, "parameters", name);
    }

    private static String key(String experiment, String label) {
        return experiment + "\n" + label;
    }

    private static String label(JsonNode result, String name) {
        return named(result, "labels", name);
    }

    private static String named(JsonNode result, String list, String name) {
        return result.path(list)
                .valueStream()
                .filter(one -> one.path("name").asString("").equals(name))
                .map(one -> one.path("value").asString(""))
                .findFirst()
                .orElse("");
    }

    /** The last attempt of each test. */
    private static Map<String, Earlier> latest(List<Earlier> all) {
        return all.stream()
                .sorted(Comparator.comparingLong(Earlier::start))
                .collect(Collectors.toMap(Earlier::historyId, one -> one, (first, second) -> second, TreeMap::new));
    }

    private static long duration(List<Earlier> all) {
        long start = all.stream().mapToLong(Earlier::start).min().orElse(0);
        return all.stream().mapToLong(Earlier::stop).max().orElse(0) - start;
    }

    private static ObjectNode item(Earlier last) {
        ObjectNode item = JSON.createObjectNode();
        String name = last.file().getFileName().toString();
        item.put("uid", name.substring(0, name.length() - "-result.json".length()));
        item.put("status", last.status());
        item.put("statusDetails", last.message());
        item.putObject("time")
                .put("start", last.start())
                .put("stop", last.stop())
                .put("duration", last.stop() - last.start());
        return item;
    }

    private static ObjectNode statistic(Map<String, Long> statuses) {
        ObjectNode statistic = JSON.createObjectNode();
        long total = 0;
        for (String status : List.of("failed", "broken", "skipped", "passed", "unknown")) {
            long count = statuses.getOrDefault(status, 0L);
            statistic.put(status, count);
            total += count;
        }
        return statistic.put("total", total);
    }

    private static ObjectNode counts(Map<String, Long> counts) {
        ObjectNode node = JSON.createObjectNode();
        counts.forEach(node::put);
        return node;
    }

    private void trend(String name, long command, ObjectNode data) {
        Path file = results.resolve("history").resolve(name);
        ObjectNode point = JSON.createObjectNode();
        point.put("buildOrder", command);
        point.put("reportName", "Assay");
        point.set("data", data);
        ArrayNode points = JSON.createArrayNode().add(point);
        readTree(file).valueStream().limit(KEPT - 1L).forEach(points::add);
        write(file, points);
    }

    private static long number(Path executor) {
        return readObject(executor).path("buildOrder").asLong(0);
    }

    private static ObjectNode readObject(Path file) {
        return readTree(file) instanceof ObjectNode object ? object : JSON.createObjectNode();
    }

    /** Nothing where a file is not there or was cut short by a kill: the history is not worth failing a run. */
    private static JsonNode readTree(Path file) {
        try {
            return Files.isRegularFile(file) ? JSON.readTree(file) : JSON.nullNode();
        } catch (JacksonException e) {
            return JSON.nullNode();
        }
    }

    /** As a whole or not at all. */
    private static void write(Path file, JsonNode content) {
        try {
            Files.createDirectories(file.getParent());
            Path whole = file.resolveSibling(file.getFileName() + "." + UUID.randomUUID() + ".tmp");
            Files.writeString(whole, JSON.writeValueAsString(content));
            Files.move(whole, file, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            throw new UncheckedIOException("The history of Allure's results, " + file + ", cannot be written", e);
        }
    }

    private void delete(Earlier replaced) {
        Set<Path> files = new TreeSet<>(Set.of(replaced.file()));
        replaced.attached().forEach(name -> files.add(results.resolve(name)));
        for (Path file : files) {
            // a name that leads elsewhere is none that Assay wrote
            if (results.equals(file.normalize().getParent())) {
                try {
                    Files.deleteIfExists(file);
                } catch (IOException e) {
                    throw new UncheckedIOException("The earlier result " + file + " cannot be deleted", e);
                }
            }
        }
    }
}
