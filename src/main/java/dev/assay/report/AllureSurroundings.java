package dev.assay.report;

import dev.assay.run.Cause;
import dev.assay.run.RunInfo;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * The two files beside Allure's results: the categories, one for each {@link Cause}, and what the runs have been run
 * with. Format: Allure 2's documentation, "Defects categories" and "Environment information".
 */
final class AllureSurroundings {
    private static final JsonMapper JSON = new JsonMapper();

    private final Path directory;
    private final Map<String, Set<String>> environment = new TreeMap<>();

    AllureSurroundings(Path directory) {
        this.directory = directory;
        write("categories.json", JSON.writerWithDefaultPrettyPrinter().writeValueAsString(categories()));
        say("Assay", version());
        say("Java", System.getProperty("java.version", ""));
        say("OS", System.getProperty("os.name", "") + " " + System.getProperty("os.arch", ""));
    }

    private static String version() {
        String version = AllureSurroundings.class.getPackage().getImplementationVersion();
        return version == null ? "development" : version;
    }

    synchronized void add(RunInfo run) {
        say("Experiments", run.experiment().name());
        say("Variants", run.variant().id());
        say("Target", run.targetKind());
        say("Source", run.source().equals("real") ? "real" : run.source().toUpperCase(Locale.ROOT));
        if (!run.partial().isEmpty()) {
            say("Partial.without", String.join(" ", new TreeSet<>(run.partial())));
        }
        String text = environment.entrySet().stream()
                .map(entry -> entry.getKey() + "="
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

    /** How a result's message ends, which its category is found by. */
    static String ending(Cause cause) {
        return "cause: " + cause.id() + " (" + cause.meaning() + ")";
    }

    private static ArrayNode categories() {
        ArrayNode categories = JSON.createArrayNode();
        for (Cause cause : Cause.values()) {
            if (cause == Cause.SKIPPED || cause == Cause.UNREACHED) {
                category(
                        categories,
                        first(cause.meaning()),
                        List.of("skipped"),
                        "(?s)(?!superseded: |not verified: ).*" + java.util.regex.Pattern.quote(ending(cause))
                                + "\\s*");
            } else {
                category(
                        categories,
                        (cause.infrastructure() ? "World: " : "Agent: ") + cause.meaning(),
                        List.of("failed", "broken"),
                        "(?s).*" + java.util.regex.Pattern.quote(ending(cause)) + "\\s*");
            }
        }
        category(categories, "Superseded: tried again", List.of("skipped"), "(?s)superseded: .*");
        category(categories, "Not verified: given up", List.of("skipped"), "(?s)not verified: .*");
        category(categories, "Aborted before the evaluation", List.of("skipped"), "(?s)aborted: .*");
        return categories;
    }

    private static String first(String meaning) {
        return meaning.substring(0, 1).toUpperCase(Locale.ROOT) + meaning.substring(1);
    }

    private static void category(ArrayNode categories, String name, List<String> statuses, String regex) {
        ObjectNode category = categories.addObject();
        category.put("name", name);
        ArrayNode matched = category.putArray("matchedStatuses");
        statuses.forEach(matched::add);
        category.put("messageRegex", regex);
    }
}
