package dev.assay.report;

import dev.assay.run.RunInfo;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * The files beside Allure's results: the categories, what the runs have been run with, and which command it was. Format:
 * Allure 2's documentation, "Environment information" and "Executor information".
 */
final class AllureSurroundings {
    private static final JsonMapper JSON = new JsonMapper();

    private final Path directory;
    private final Map<String, Set<String>> environment = new TreeMap<>();

    AllureSurroundings(Path directory, AllureCategories categories) {
        this.directory = directory;
        write("categories.json", categories.toJson());
        say("Assay", version());
        say("Java", System.getProperty("java.version", ""));
    }

    static String version() {
        String version = AllureSurroundings.class.getPackage().getImplementationVersion();
        return version == null ? "development" : version;
    }

    /** @param order counts the commands whose results the history knows, this one included */
    void command(long order, String name) {
        ObjectNode executor = JSON.createObjectNode();
        executor.put("name", "Assay");
        executor.put("type", "assay");
        executor.put("buildName", "#" + order + " · " + name);
        executor.put("buildOrder", order);
        executor.put("reportName", "Assay");
        write("executor.json", JSON.writeValueAsString(executor));
    }

    synchronized void add(RunInfo run) {
        say(
                "Agents",
                switch (run.source()) {
                    case "recorded" -> "RECORDED: replayed or built in, no model was asked";
                    case "demo" -> "DEMO: made up";
                    default -> run.source();
                });
        say("Target", run.targetKind());
        run.unisolated().ifPresent(why -> say("UNISOLATED, as", why));
        if (!run.partial().isEmpty()) {
            say("PARTIAL, without", String.join(" ", new TreeSet<>(run.partial())));
        }
        String text = environment.entrySet().stream()
                .map(entry -> entry.getKey().replace(" ", "\\ ") + "="
                        + PlainText.line(String.join(", ", entry.getValue())).replace("\\", "\\\\") + "\n")
                .collect(Collectors.joining());
        write("environment.properties", text);
    }

    private void say(String key, String value) {
        environment.computeIfAbsent(key, any -> new TreeSet<>()).add(value);
    }

    private void write(String name, String text) {
        try {
            Files.writeString(directory.resolve(name), text);
        } catch (IOException e) {
            throw new UncheckedIOException(directory.resolve(name) + " cannot be written", e);
        }
    }
}
