package dev.assay.budget;

import dev.assay.agent.Usage;
import java.math.BigDecimal;
import java.util.Optional;

/**
 * What may be spent on calls, and what was. A call reserves before it begins, as much as the dearest one so far took, so
 * that calls at the same time do not spend the same money. Safe for use by several threads.
 */
public final class Ledger {
    private final BigDecimal limit;
    private BigDecimal spent = BigDecimal.ZERO;
    private BigDecimal dearest = BigDecimal.ZERO;
    private int open;

    /** @param limit in US dollars */
    public Ledger(BigDecimal limit) {
        this.limit = limit;
    }

    /** Lets a call begin, or says why it may not. */
    synchronized Optional<String> reserve() {
        BigDecimal reserved = dearest.multiply(BigDecimal.valueOf(open));
        if (spent.add(reserved).compareTo(limit) >= 0) {
            return Optional.of("the budget of " + limit.toPlainString() + " USD is used up: " + spent.toPlainString()
                    + " USD are spent" + (open == 0 ? "" : ", and calls under way need the rest")
                    + ". Give more with --budget-usd, and go on with the run by resume.");
        }
        open++;
        return Optional.empty();
    }

    /** A call is over. What it cost counts as far as it is known. */
    synchronized void settle(Usage usage) {
        open--;
        BigDecimal cost = usage.costUsd().orElse(BigDecimal.ZERO);
        spent = spent.add(cost);
        dearest = dearest.max(cost);
    }
}
