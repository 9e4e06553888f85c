package dev.assay.check.catalog;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;

/**
 * A text that a regular expression of a check constraint may match. Knows what such constraints use: literals, classes,
 * groups, alternatives and quantifiers; what it does not know gives no sample. PostgreSQL decides whether it matches.
 */
final class RegexSample {
    private static final String ALPHANUMERIC = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ";
    private static final int MOST_REPEATS = 64;
    /** Of an expression and of a sample, in characters: an app's constraint must not exhaust us. */
    private static final int LONGEST = 1_000;

    private final String regex;
    private final int more;
    private final Random random;
    private int at;

    private RegexSample(String regex, int more, Random random) {
        this.regex = regex;
        this.more = more;
        this.random = random;
    }

    /**
     * @param more how often an open-ended quantifier repeats beyond its least
     * @param seed the same gives the same sample
     */
    static Optional<String> of(String regex, int more, long seed) {
        if (regex.length() > LONGEST) {
            return Optional.empty();
        }
        RegexSample sample = new RegexSample(regex, more, new Random(seed));
        try {
            String text = sample.alternatives();
            return sample.at == regex.length() ? Optional.of(text) : Optional.empty();
        } catch (UnsupportedOperationException e) {
            return Optional.empty();
        }
    }

    private String alternatives() {
        String first = sequence();
        while (peek('|')) {
            at++;
            sequence();
        }
        return first;
    }

    private String sequence() {
        StringBuilder text = new StringBuilder();
        while (at < regex.length() && !peek('|') && !peek(')')) {
            if (peek('^') || peek('$')) {
                at++;
                continue;
            }
            int start = at;
            String atom = atom();
            int repeats = repeats();
            int after = at;
            if (repeats > 0) {
                text.append(atom);
            }
            for (int i = 1; i < repeats; i++) {
                at = start;
                text.append(atom());
            }
            at = after;
            if (text.length() > LONGEST) {
                throw new UnsupportedOperationException("too long");
            }
        }
        return text.toString();
    }

    private String atom() {
        char c = next();
        return switch (c) {
            case '(' -> {
                if (regex.startsWith("?:", at)) {
                    at += 2;
                } else if (peek('?')) {
                    throw new UnsupportedOperationException("look-around");
                }
                String inside = alternatives();
                expect(')');
                yield inside;
            }
            case '[' -> String.valueOf(pick(bracket()));
            case '.' -> String.valueOf(pick(ALPHANUMERIC));
            case '\\' -> String.valueOf(pick(escaped(next())));
            default -> String.valueOf(c);
        };
    }

    private static String escaped(char c) {
        return switch (c) {
            case 'd' -> "0123456789";
            case 'w' -> ALPHANUMERIC + "_";
            case 's' -> " ";
            case 'D', 'S' -> ALPHANUMERIC.substring(0, 26);
            case 'W' -> "-";
            default -> {
                if (Character.isLetterOrDigit(c)) {
                    throw new UnsupportedOperationException("escape " + c);
                }
                yield String.valueOf(c);
            }
        };
    }

    /** The characters of a bracket expression whose opening bracket was read. */
    private String bracket() {
        boolean negated = peek('^');
        if (negated) {
            at++;
        }
        StringBuilder chars = new StringBuilder();
        boolean first = true;
        while (first || !peek(']')) {
            first = false;
            if (regex.startsWith("[:", at)) {
                int end = regex.indexOf(":]", at);
                if (end < 0) {
                    throw new UnsupportedOperationException("class");
                }
                chars.append(named(regex.substring(at + 2, end)));
                at = end + 2;
                continue;
            }
            char c = next();
            if (c == '\\') {
                chars.append(escaped(next()));
            } else if (peek('-') && at + 1 < regex.length() && regex.charAt(at + 1) != ']') {
                at++;
                char last = next();
                for (char each = c; each <= last; each++) {
                    chars.append(each);
                }
            } else {
                chars.append(c);
            }
        }
        expect(']');
        if (!negated) {
            return chars.toString();
        }
        StringBuilder others = new StringBuilder();
        ALPHANUMERIC
                .chars()
                .filter(c -> chars.indexOf(String.valueOf((char) c)) < 0)
                .forEach(c -> others.append((char) c));
        return others.toString();
    }

    private static String named(String name) {
        return switch (name) {
            case "alpha" -> ALPHANUMERIC.replaceAll("\\d", "");
            case "digit" -> "0123456789";
            case "alnum" -> ALPHANUMERIC;
            case "lower" -> ALPHANUMERIC.substring(0, 26);
            case "upper" -> ALPHANUMERIC.substring(36);
            case "space", "blank" -> " ";
            case "xdigit" -> "0123456789abcdef";
            default -> throw new UnsupportedOperationException(name);
        };
    }

    private int repeats() {
        if (at >= regex.length()) {
            return 1;
        }
        int least = 1;
        boolean quantified = true;
        boolean open = false;
        switch (regex.charAt(at)) {
            case '*' -> {
                least = 0;
                open = true;
                at++;
            }
            case '+' -> {
                open = true;
                at++;
            }
            case '?' -> {
                least = more > 0 ? 1 : 0;
                at++;
            }
            case '{' -> {
                int end = regex.indexOf('}', at);
                if (end < 0) {
                    throw new UnsupportedOperationException("quantifier");
                }
                List<Integer> bounds = bounds(regex.substring(at + 1, end));
                least = bounds.get(0);
                open = bounds.size() > 1;
                int most = bounds.size() > 1 ? bounds.get(1) : least;
                at = end + 1;
                skipLazy();
                return Math.min(MOST_REPEATS, open ? Math.min(most, least + more) : least);
            }
            default -> quantified = false;
        }
        if (quantified) {
            skipLazy();
        }
        return open ? least + more : least;
    }

    private void skipLazy() {
        if (peek('?')) {
            at++;
        }
    }

    private static List<Integer> bounds(String text) {
        try {
            List<Integer> bounds = new ArrayList<>();
            int comma = text.indexOf(',');
            if (comma < 0) {
                bounds.add(Integer.parseInt(text));
            } else {
                bounds.add(Integer.parseInt(text.substring(0, comma)));
                String most = text.substring(comma + 1);
                bounds.add(most.isEmpty() ? MOST_REPEATS : Integer.parseInt(most));
            }
            return bounds;
        } catch (NumberFormatException e) {
            throw new UnsupportedOperationException("quantifier {" + text + "}", e);
        }
    }

    private char pick(String from) {
        if (from.isEmpty()) {
            throw new UnsupportedOperationException("nothing to pick from");
        }
        return from.charAt(random.nextInt(from.length()));
    }

    private boolean peek(char c) {
        return at < regex.length() && regex.charAt(at) == c;
    }

    private char next() {
        if (at >= regex.length()) {
            throw new UnsupportedOperationException("ends early");
        }
        return regex.charAt(at++);
    }

    private void expect(char c) {
        if (next() != c) {
            throw new UnsupportedOperationException("no " + c);
        }
    }
}
