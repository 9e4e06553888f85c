package dev.assay.analysis.statistics;

import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.OptionalDouble;

/**
 * How far two judges agree beyond chance: Cohen's kappa. J. Cohen, "A Coefficient of Agreement for Nominal Scales",
 * Educational and Psychological Measurement 20 (1960) 37.
 */
public final class Agreement {
    private Agreement() {}

    /** What two judges said of one thing. */
    public record Pair(String first, String second) {}

    /** (p_o − p_e)/(1 − p_e); empty of nothing, or where both always say the same one word, so that chance explains all. */
    public static OptionalDouble kappa(Collection<Pair> pairs) {
        if (pairs.isEmpty()) {
            return OptionalDouble.empty();
        }
        Map<String, Integer> first = new HashMap<>();
        Map<String, Integer> second = new HashMap<>();
        int same = 0;
        for (Pair pair : pairs) {
            first.merge(pair.first(), 1, Integer::sum);
            second.merge(pair.second(), 1, Integer::sum);
            same += pair.first().equals(pair.second()) ? 1 : 0;
        }
        double n = pairs.size();
        double chance = 0;
        for (Map.Entry<String, Integer> each : first.entrySet()) {
            chance += each.getValue() / n * (second.getOrDefault(each.getKey(), 0) / n);
        }
        return chance >= 1 ? OptionalDouble.empty() : OptionalDouble.of((same / n - chance) / (1 - chance));
    }
}
