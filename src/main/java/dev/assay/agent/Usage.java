package dev.assay.agent;

import java.math.BigDecimal;
import java.util.Optional;

/**
 * Tokens and cost.
 *
 * @param input tokens read, without those from the cache
 * @param cacheRead tokens read from the cache
 * @param cacheWrite tokens written to the cache
 * @param output tokens written
 * @param reasoning tokens of reasoning, part of {@code output}
 * @param costUsd US dollars, where known
 * @param costSource {@code cli}, {@code none}, or the price table and its version: {@code price-table:NAME@VERSION}
 */
public record Usage(
        long input,
        long cacheRead,
        long cacheWrite,
        long output,
        long reasoning,
        Optional<BigDecimal> costUsd,
        String costSource) {
    public static final Usage NONE = new Usage(0, 0, 0, 0, 0, Optional.empty(), "none");

    /** The sum of two calls; the cost is known only as far as each part is, and the source is that of the known part. */
    public Usage plus(Usage other) {
        Optional<BigDecimal> cost = costUsd.isPresent() && other.costUsd.isPresent()
                ? Optional.of(costUsd.get().add(other.costUsd.get()))
                : costUsd.or(other::costUsd);
        return new Usage(
                input + other.input,
                cacheRead + other.cacheRead,
                cacheWrite + other.cacheWrite,
                output + other.output,
                reasoning + other.reasoning,
                cost,
                costUsd.isPresent() ? costSource : other.costSource);
    }

    public long total() {
        return input + cacheRead + cacheWrite + output;
    }
}
