package dev.assay.analysis.statistics;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Variants by their rate, best first; those that differ by no more than chance may bring share a rank.
 *
 * @param places in order
 */
public record Ranking(List<Place> places) {
    public Ranking {
        places = List.copyOf(places);
    }

    /**
     * One variant's place.
     *
     * @param rank 1 for the best; the same as the one above where the two are tied
     * @param tied whether another has the same rank
     * @param behind against the first of the rank above, with p adjusted; empty for the first rank
     */
    public record Place(String name, Rate rate, int rank, boolean tied, Optional<Difference> behind) {}

    /**
     * A variant is tied with the best one of a rank, unless it differs from that by Fisher's test, adjusted by Holm for
     * all comparisons between two of the variants. Those with nothing scored are left out.
     */
    public static Ranking of(Map<String, Rate> rates) {
        List<Map.Entry<String, Rate>> order = rates.entrySet().stream()
                .filter(each -> each.getValue().scored() > 0)
                .sorted(Comparator.comparingDouble((Map.Entry<String, Rate> each) ->
                                -each.getValue().value().orElseThrow())
                        .thenComparing(each -> -each.getValue().scored())
                        .thenComparing(Map.Entry::getKey))
                .toList();
        int count = order.size();
        List<Difference> differences = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            for (int j = i + 1; j < count; j++) {
                differences.add(Difference.unpaired(
                                order.get(i).getValue(), order.get(j).getValue())
                        .orElseThrow());
            }
        }
        List<Double> adjusted =
                Holm.adjust(differences.stream().map(Difference::p).toList());
        int[] ranks = new int[count];
        List<Optional<Difference>> behind = new ArrayList<>();
        int leader = 0;
        int above = -1;
        for (int i = 0; i < count; i++) {
            if (i > 0 && adjusted.get(index(leader, i, count)) < Difference.LEVEL) {
                above = leader;
                leader = i;
            }
            ranks[i] = leader + 1;
            behind.add(
                    above < 0
                            ? Optional.empty()
                            : Optional.of(with(
                                    differences.get(index(above, i, count)), adjusted.get(index(above, i, count)))));
        }
        List<Place> places = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            boolean tied = i > 0 && ranks[i] == ranks[i - 1] || i + 1 < count && ranks[i] == ranks[i + 1];
            places.add(new Place(order.get(i).getKey(), order.get(i).getValue(), ranks[i], tied, behind.get(i)));
        }
        return new Ranking(places);
    }

    /** Where the pair (i, j), i &lt; j, stands among all pairs. */
    private static int index(int i, int j, int count) {
        return i * count - i * (i + 1) / 2 + j - i - 1;
    }

    private static Difference with(Difference found, double p) {
        return new Difference(found.value(), found.interval(), p, found.test(), found.leastP(), found.effect());
    }
}
