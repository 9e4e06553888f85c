package dev.assay.experiment;

/** Names with {@code *} for any characters and {@code ?} for one. */
final class Glob {
    private Glob() {}

    /** Whether the text is more than a name. */
    static boolean is(String text) {
        return text.contains("*") || text.contains("?");
    }

    static boolean matches(String glob, String name) {
        String regex =
                java.util.regex.Pattern.quote(glob).replace("*", "\\E.*\\Q").replace("?", "\\E.\\Q");
        return name.matches(regex);
    }
}
