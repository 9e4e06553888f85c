package dev.assay.settings;

import java.util.Collection;
import java.util.Comparator;
import java.util.Locale;
import java.util.Optional;

/** Finds what somebody probably meant. */
public final class NearestName {
    private NearestName() {}

    /** The name that a wrong one begins, or that is closest by edit distance; empty when no guess is worth it. */
    public static Optional<String> to(String wrong, Collection<String> names) {
        String typed = wrong.toLowerCase(Locale.ROOT);
        int limit = Math.max(1, Math.min(4, (typed.length() + 1) / 2));
        return names.stream()
                .filter(name -> cost(typed, name) <= limit)
                .min(Comparator.comparingInt((String name) -> cost(typed, name))
                        .thenComparing(Comparator.naturalOrder()));
    }

    private static int cost(String typed, String name) {
        String known = name.toLowerCase(Locale.ROOT);
        return typed.length() >= 3 && known.startsWith(typed) ? 1 : distance(typed, known);
    }

    /** A sentence to put at the end of a message: {@code  Did you mean 'x'?} with a leading space, or nothing. */
    public static String hint(String wrong, Collection<String> names) {
        return to(wrong, names).map(name -> " Did you mean '" + name + "'?").orElse("");
    }

    /** Levenshtein's distance, in two rows. */
    private static int distance(String a, String b) {
        int[] previous = new int[b.length() + 1];
        int[] current = new int[b.length() + 1];
        for (int j = 0; j <= b.length(); j++) {
            previous[j] = j;
        }
        for (int i = 1; i <= a.length(); i++) {
            current[0] = i;
            for (int j = 1; j <= b.length(); j++) {
                int change = a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1;
                current[j] = Math.min(Math.min(current[j - 1], previous[j]) + 1, previous[j - 1] + change);
            }
            int[] swap = previous;
            previous = current;
            current = swap;
        }
        return previous[b.length()];
    }
}
