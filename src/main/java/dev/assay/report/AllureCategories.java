package dev.assay.report;

import dev.assay.run.Cause;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * The groups that Allure sorts results into: one for each {@link Cause}, and those for attempts. A result's cause stands
 * in its trace, where its group is found by; how an attempt went begins its message. Format: Allure 2's documentation,
 * "Defect categories".
 */
final class AllureCategories {
    static final String RECOVERED = "recovered at attempt ";
    static final String SUPERSEDED = "superseded: ";
    static final String NOT_VERIFIED = "not verified: ";
    static final String ABORTED = "aborted: ";

    private static final JsonMapper JSON = new JsonMapper();
    private static final Pattern ANY = Pattern.compile("(?s).*");

    private final List<Category> all = new ArrayList<>();

    private record Category(String name, List<String> statuses, Pattern message, Pattern trace) {}

    AllureCategories() {
        for (Cause cause : Cause.values()) {
            boolean neither = cause == Cause.SKIPPED || cause == Cause.UNREACHED;
            String name = neither
                    ? first(cause.meaning())
                    : (cause.infrastructure() ? "World: " : "Agent: ") + cause.meaning();
            Pattern message = neither
                    ? Pattern.compile("(?s)(?!" + SUPERSEDED + "|" + NOT_VERIFIED + "|" + ABORTED + ").*")
                    : ANY;
            all.add(new Category(
                    name,
                    neither ? List.of("skipped") : List.of("failed", "broken"),
                    message,
                    Pattern.compile(Pattern.quote(trace(cause)))));
        }
        attempts("Recovered at a later attempt", "passed", RECOVERED);
        attempts("Superseded: tried again", "skipped", SUPERSEDED);
        attempts("Not verified: given up", "skipped", NOT_VERIFIED);
        attempts("Aborted before the evaluation", "skipped", ABORTED);
    }

    private void attempts(String name, String status, String lead) {
        all.add(new Category(name, List.of(status), Pattern.compile("(?s)" + lead + ".*"), ANY));
    }

    private static String first(String meaning) {
        return meaning.substring(0, 1).toUpperCase(Locale.ROOT) + meaning.substring(1);
    }

    /** What a result of this cause has as its trace. */
    static String trace(Cause cause) {
        return "cause: " + cause.id() + " (" + cause.meaning() + ")";
    }

    /** The names of the groups that a result falls into. */
    List<String> of(String status, String message, String trace) {
        return all.stream()
                .filter(category -> category.statuses().contains(status)
                        && category.message().matcher(message).matches()
                        && category.trace().matcher(trace).matches())
                .map(Category::name)
                .toList();
    }

    /** {@code categories.json}. */
    String toJson() {
        ArrayNode categories = JSON.createArrayNode();
        for (Category category : all) {
            ObjectNode node = categories.addObject();
            node.put("name", category.name());
            ArrayNode statuses = node.putArray("matchedStatuses");
            category.statuses().forEach(statuses::add);
            regex(node, "messageRegex", category.message());
            regex(node, "traceRegex", category.trace());
        }
        return JSON.writerWithDefaultPrettyPrinter().writeValueAsString(categories);
    }

    private static void regex(ObjectNode category, String key, Pattern pattern) {
        if (pattern != ANY) {
            category.put(key, pattern.pattern());
        }
    }
}
