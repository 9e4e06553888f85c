package dev.assay.supabase.realtime;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * One condition of a subscription, as {@code room_id=eq.5}.
 *
 * @param negated by {@code not.}
 */
record ChangeFilter(String column, String operator, String value, boolean negated) {
    private static final Map<String, String> COMPARISONS = Map.of(
            "eq", "=",
            "neq", "<>",
            "lt", "<",
            "lte", "<=",
            "gt", ">",
            "gte", ">=");
    private static final Map<String, String> TEXT = Map.of("like", "~~", "ilike", "~~*", "match", "~", "imatch", "~*");
    private static final Map<String, String> IS = Map.of(
            "null", "is null",
            "true", "is true",
            "false", "is false",
            "unknown", "is unknown");

    /** A filter that cannot be read; the message is the service's. */
    static final class Malformed extends Exception {
        private static final long serialVersionUID = 1L;

        Malformed(String message) {
            super(message, null, false, false);
        }
    }

    /** All conditions of a filter, parted by commas; every one has to hold. */
    static List<ChangeFilter> parse(String filter) throws Malformed {
        List<ChangeFilter> filters = new ArrayList<>();
        if (!filter.isBlank()) {
            for (String part : split(filter.strip())) {
                filters.add(one(part));
            }
        }
        return List.copyOf(filters);
    }

    /** At commas outside of parentheses and quotes; one that begins no condition belongs to the value before it. */
    private static List<String> split(String filter) {
        List<String> parts = new ArrayList<>();
        StringBuilder part = new StringBuilder();
        int depth = 0;
        boolean quoted = false;
        for (int i = 0; i < filter.length(); i++) {
            char c = filter.charAt(i);
            if (c == '"') {
                quoted = !quoted;
            } else if (!quoted && c == '(') {
                depth++;
            } else if (!quoted && c == ')') {
                depth--;
            }
            if (c == ',' && depth <= 0 && !quoted && filter.substring(i + 1).matches("(?s)\\s*[^=,.]+=[a-z]+\\..*")) {
                parts.add(part.toString());
                part.setLength(0);
            } else {
                part.append(c);
            }
        }
        parts.add(part.toString());
        return parts;
    }

    private static ChangeFilter one(String part) throws Malformed {
        String[] sides = part.split("=", 2);
        if (sides.length < 2) {
            throw new Malformed("Error parsing `filter` params: [\"" + part + "\"]");
        }
        String rest = sides[1];
        boolean negated = rest.startsWith("not.");
        String[] words = (negated ? rest.substring(4) : rest).split("\\.", 2);
        String operator = words[0];
        boolean known = COMPARISONS.containsKey(operator)
                || TEXT.containsKey(operator)
                || List.of("in", "is", "isdistinct").contains(operator);
        if (words.length < 2 || !known) {
            throw new Malformed(
                    "Error parsing `filter` params: [\"" + String.join("\", \"", rest.split("\\.", 2)) + "\"]");
        }
        String value = words[1];
        if (operator.equals("in")) {
            if (!value.startsWith("(") || !value.endsWith(")")) {
                throw new Malformed("Error parsing `filter` params: `in` filter must be wrapped by parentheses");
            }
            value = "{" + value.substring(1, value.length() - 1) + "}";
        } else if (operator.equals("is") && !IS.containsKey(value)) {
            throw new Malformed("Error parsing `filter` params: [\"is\", \"" + value + "\"]");
        } else if (value.length() > 1 && value.startsWith("\"") && value.endsWith("\"")) {
            value = value.substring(1, value.length() - 1).replace("\\\"", "\"").replace("\\\\", "\\");
        }
        return new ChangeFilter(sides[0].strip(), operator, value, negated);
    }

    /**
     * The condition in SQL.
     *
     * @param type the column's, as SQL
     * @param parameters takes what is bound to it: the row's value, and the filter's
     */
    String sql(String type, String rowValue, List<String> parameters) {
        String condition;
        parameters.add(rowValue);
        if (operator.equals("is")) {
            condition = "?::" + type + " " + IS.get(value);
        } else {
            parameters.add(value);
            if (operator.equals("in")) {
                condition = "?::" + type + " = any(?::" + type + "[])";
            } else if (operator.equals("isdistinct")) {
                condition = "?::" + type + " is distinct from ?::" + type;
            } else if (TEXT.containsKey(operator)) {
                condition = "?::text " + TEXT.get(operator) + " ?::text";
            } else {
                condition = "?::" + type + " " + COMPARISONS.get(operator) + " ?::" + type;
            }
        }
        return "coalesce(" + (negated ? "not (" + condition + ")" : condition) + ", false)";
    }

    @Override
    public String toString() {
        return "{\"" + column + "\", \"" + operator + "\", \"" + value + "\", " + negated + "}";
    }
}
