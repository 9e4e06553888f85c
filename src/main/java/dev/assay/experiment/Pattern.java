package dev.assay.experiment;

import java.util.Locale;

/** Patterns of the contract: alternatives split at {@code |}, each with {@code *} for any run of characters. */
public final class Pattern {
    private Pattern() {}

    /** Whether one alternative matches the whole name; letter case does not count. */
    public static boolean matches(String pattern, String name) {
        for (String alternative : pattern.split("\\|", -1)) {
            String regex = java.util.regex.Pattern.quote(alternative.strip().toLowerCase(Locale.ROOT))
                    .replace("*", "\\E.*\\Q");
            if (name.toLowerCase(Locale.ROOT).matches(regex)) {
                return true;
            }
        }
        return false;
    }
}
