package dev.assay.engine.descriptor;

import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Function;

/**
 * How leaves are called. Surefire shows a class and a leaf's name and nothing between, so that under Surefire a leaf is
 * called by its whole path; where the tree is shown, its own name is enough.
 */
public enum Naming {
    SHORT,
    PATH;

    /** The configuration parameter that chooses: {@code path} or {@code short}. */
    public static final String PARAMETER = "assay.naming";

    /**
     * The naming that was asked for, else the one that suits the runner.
     *
     * @param parameters configuration parameters by name
     */
    public static Naming of(Function<String, Optional<String>> parameters) {
        return parameters
                .apply(PARAMETER)
                .map(text -> switch (text.strip().toLowerCase(Locale.ROOT)) {
                    case "path" -> PATH;
                    case "short" -> SHORT;
                    default ->
                        throw new IllegalArgumentException(
                                "assay.naming is '" + text + "'; it must be 'path' or 'short'");
                })
                .orElseGet(() -> underSurefire() ? PATH : SHORT);
    }

    /** @param path ids of the containers around the leaf, outermost first */
    String leaf(List<String> path, String name) {
        return this == SHORT || path.isEmpty() ? name : String.join(" ", path) + " " + name;
    }

    private static boolean underSurefire() {
        return System.getProperty("surefire.test.class.path") != null
                || System.getProperty("surefire.real.class.path") != null;
    }
}
