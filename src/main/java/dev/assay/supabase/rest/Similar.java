package dev.assay.supabase.rest;

import java.util.Collection;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/**
 * Which known names are close to one that is not known, for hints.
 *
 * <p>As the fuzzy sets that PostgREST asks: a candidate shares a run of three letters, or else of two, and is scored by
 * its edit distance in relation to the longer of both.
 */
final class Similar {
    /** What a name of a table or function must reach: the hint must not reveal more than a slip of the keyboard. */
    static final double CLOSE = 0.75;
    /** What anything must reach. */
    static final double REMOTE = 0.33;

    private record Scored(String name, double score) {}

    private Similar() {}

    static Optional<String> to(String wanted, Collection<String> names, double least) {
        String key = wanted.toLowerCase(Locale.ROOT);
        for (int size = 3; size >= 2; size--) {
            Set<String> grams = grams(key, size);
            int runs = size;
            List<Scored> near = names.stream()
                    .distinct()
                    .filter(name ->
                            grams(name.toLowerCase(Locale.ROOT), runs).stream().anyMatch(grams::contains))
                    .map(name -> new Scored(name, score(key, name.toLowerCase(Locale.ROOT))))
                    .filter(scored -> scored.score() >= least)
                    .sorted(Comparator.comparingDouble(Scored::score).reversed())
                    .toList();
            if (!near.isEmpty()) {
                return Optional.of(near.get(0).name());
            }
        }
        return Optional.empty();
    }

    private static Set<String> grams(String text, int size) {
        StringBuilder plain = new StringBuilder("-");
        text.chars()
                .filter(c -> Character.isLetterOrDigit(c) || c == ',' || c == ' ')
                .forEach(c -> plain.append((char) c));
        plain.append('-');
        while (plain.length() < size) {
            plain.append('-');
        }
        Set<String> grams = new HashSet<>();
        for (int i = 0; i + size <= plain.length(); i++) {
            grams.add(plain.substring(i, i + size));
        }
        return grams;
    }

    private static double score(String a, String b) {
        return 1 - (double) distance(a, b) / Math.max(1, Math.max(a.length(), b.length()));
    }

    private static int distance(String a, String b) {
        int[] row = new int[b.length() + 1];
        for (int j = 0; j <= b.length(); j++) {
            row[j] = j;
        }
        for (int i = 1; i <= a.length(); i++) {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= b.length(); j++) {
                int above = row[j];
                int changed = diagonal + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
                row[j] = Math.min(changed, Math.min(above, row[j - 1]) + 1);
                diagonal = above;
            }
        }
        return row[b.length()];
    }
}
