package dev.assay.experiment;

import java.math.BigDecimal;
import java.math.MathContext;
import java.util.Map;
import java.util.Optional;

/**
 * What a matrix is run to learn. Once no result of the remaining repetitions can change the answer, they need not be
 * run. Runs that the world aborted are no part of a rate; those to come may be aborted too.
 */
public sealed interface Question {
    /** What the option says where nothing is asked: every repetition runs. */
    String NONE = "off";

    /** As it is written in the option. */
    String text();

    /**
     * The answer for a variant, in words, if the remaining repetitions of all variants cannot change it.
     *
     * @param variant the variant whose remaining repetitions are in question
     * @param tallies what came of the repetitions of each variant of the experiment so far
     */
    Optional<String> settled(String variant, Map<String, Tally> tallies);

    /**
     * What came of a variant's repetitions so far.
     *
     * @param planned how many there are
     * @param passed those that passed, {@code failed} and {@code aborted} likewise; the others are to come
     */
    record Tally(int planned, int passed, int failed, int aborted) {
        public static Tally of(int planned) {
            return new Tally(planned, 0, 0, 0);
        }

        /** Those that have not ended. */
        public int remaining() {
            return planned - passed - failed - aborted;
        }

        /** The least and the most of passed / scored that is still possible; scored is never 0 where it is asked. */
        private BigDecimal least() {
            return rate(passed);
        }

        private BigDecimal most() {
            return rate(passed + remaining());
        }

        private boolean scored() {
            return passed + failed > 0;
        }

        private BigDecimal rate(int passing) {
            return new BigDecimal(passing).divide(new BigDecimal(planned - aborted), MathContext.DECIMAL64);
        }

        private String words() {
            int ended = planned - remaining();
            return passed + " of " + (passed + failed) + " passed" + (aborted == 0 ? "" : ", " + aborted + " aborted")
                    + ", n = " + ended + " of " + planned;
        }
    }

    /**
     * Whether a variant passes at least so often.
     *
     * @param least more than 0 and at most 1
     */
    record Rate(BigDecimal least) implements Question {
        public Rate {
            least = least.stripTrailingZeros();
        }

        @Override
        public String text() {
            return percent() + "%";
        }

        private String percent() {
            return least.movePointRight(2).stripTrailingZeros().toPlainString();
        }

        @Override
        public Optional<String> settled(String variant, Map<String, Tally> tallies) {
            Tally tally = tallies.get(variant);
            if (tally == null || !tally.scored()) {
                return Optional.empty();
            }
            if (tally.least().compareTo(least) >= 0) {
                return Optional.of("it passes at least " + percent()
                        + " % of its runs, whatever the remaining ones do (" + tally.words() + ")");
            }
            if (tally.most().compareTo(least) < 0) {
                return Optional.of("it cannot pass " + percent() + " % of its runs any more (" + tally.words() + ")");
            }
            return Optional.empty();
        }
    }

    /** Which of the variants passes most often: A or B, or one of several. */
    record Best() implements Question {
        @Override
        public String text() {
            return "best";
        }

        @Override
        public Optional<String> settled(String variant, Map<String, Tally> tallies) {
            Tally own = tallies.get(variant);
            if (own == null || !own.scored() || tallies.size() < 2) {
                return Optional.empty();
            }
            boolean leads = true;
            for (Map.Entry<String, Tally> other : tallies.entrySet()) {
                Tally theirs = other.getValue();
                if (other.getKey().equals(variant)) {
                    continue;
                }
                if (theirs.scored() && own.most().compareTo(theirs.least()) < 0) {
                    return Optional.of("it cannot pass as often as " + other.getKey() + " any more (" + own.words()
                            + "; " + other.getKey() + ": " + theirs.words() + ")");
                }
                leads &= theirs.scored() && own.least().compareTo(theirs.most()) > 0;
            }
            return leads
                    ? Optional.of("no other variant can pass as often any more (" + own.words() + ")")
                    : Optional.empty();
        }
    }

    /**
     * The question that a text asks: a rate such as {@code 80%} or {@code 0.8}, or {@code best}.
     *
     * @return empty for {@value #NONE}
     * @throws IllegalArgumentException where it is none of these
     */
    static Optional<Question> parse(String text) {
        String wanted = text.strip();
        if (wanted.equals(NONE)) {
            return Optional.empty();
        }
        if (wanted.equals("best")) {
            return Optional.of(new Best());
        }
        BigDecimal rate;
        try {
            rate = wanted.endsWith("%")
                    ? new BigDecimal(wanted.substring(0, wanted.length() - 1).strip()).movePointLeft(2)
                    : new BigDecimal(wanted);
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("'" + text + "' is no rate, not 'best' and not '" + NONE + "'", e);
        }
        if (rate.signum() <= 0 || rate.compareTo(BigDecimal.ONE) > 0) {
            throw new IllegalArgumentException("'" + text + "' is no rate from 0 to 1, or to 100%");
        }
        return Optional.of(new Rate(rate));
    }
}
