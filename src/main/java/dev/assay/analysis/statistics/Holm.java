package dev.assay.analysis.statistics;

import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Keeps the chance of even one false alarm among several comparisons at 5 %. S. Holm, "A Simple Sequentially Rejective
 * Multiple Test Procedure", Scandinavian Journal of Statistics 6 (1979) 65.
 */
public final class Holm {
    private Holm() {}

    /** The adjusted p of each, in the order given. */
    public static List<Double> adjust(List<Double> ps) {
        List<Integer> order = IntStream.range(0, ps.size())
                .boxed()
                .sorted(Comparator.comparing(ps::get))
                .toList();
        Double[] adjusted = new Double[ps.size()];
        double greatest = 0;
        for (int rank = 0; rank < order.size(); rank++) {
            int at = order.get(rank);
            greatest = Math.max(greatest, Math.min(1, (order.size() - rank) * ps.get(at)));
            adjusted[at] = greatest;
        }
        return List.of(adjusted);
    }
}
