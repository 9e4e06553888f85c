package dev.assay.supabase.rest;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Reads a query string in PostgREST's language ("Tables and Views", "Resource Embedding" of its reference). */
final class QueryParser {
    private static final Set<String> AGGREGATES = Set.of("count", "sum", "avg", "max", "min");
    private static final int DEEPEST = 100;

    private List<SelectItem> select = List.of(SelectItem.Column.of("*"));
    private final Map<List<String>, Scope> scopes = new LinkedHashMap<>();
    private Optional<List<String>> columns = Optional.empty();
    private Optional<List<String>> onConflict = Optional.empty();
    private final List<Map.Entry<String, String>> arguments = new ArrayList<>();
    private final boolean takesArguments;

    private QueryParser(boolean takesArguments) {
        this.takesArguments = takesArguments;
    }

    /**
     * @param query percent-encoded
     * @param takesArguments whether pairs that are no filter are arguments of a function
     */
    static Query parse(String query, boolean takesArguments) {
        QueryParser parser = new QueryParser(takesArguments);
        for (String pair : query.split("&", -1)) {
            if (!pair.isEmpty()) {
                int equals = pair.indexOf('=');
                parser.pair(
                        decoded(equals < 0 ? pair : pair.substring(0, equals)),
                        equals < 0 ? "" : decoded(pair.substring(equals + 1)));
            }
        }
        return new Query(
                parser.select,
                Map.copyOf(parser.scopes),
                parser.columns,
                parser.onConflict,
                List.copyOf(parser.arguments));
    }

    /** Undoes percent-encoding; a percent sign that starts none stays what it is. */
    static String decoded(String text) {
        if (text.indexOf('%') < 0 && text.indexOf('+') < 0) {
            return text;
        }
        byte[] in = text.getBytes(StandardCharsets.UTF_8);
        byte[] out = new byte[in.length];
        int length = 0;
        for (int i = 0; i < in.length; i++) {
            if (in[i] == '%' && i + 2 < in.length && hex(in[i + 1]) >= 0 && hex(in[i + 2]) >= 0) {
                out[length++] = (byte) (hex(in[i + 1]) * 16 + hex(in[i + 2]));
                i += 2;
            } else {
                out[length++] = in[i] == '+' ? (byte) ' ' : in[i];
            }
        }
        return new String(out, 0, length, StandardCharsets.UTF_8);
    }

    private static int hex(byte digit) {
        return Character.digit(digit, 16);
    }

    private void pair(String key, String value) {
        switch (key) {
            case "select" -> select = select(value);
            case "columns" -> columns = Optional.of(names("columns parameter", value));
            case "on_conflict" -> onConflict = Optional.of(names("on_conflict parameter", value));
            default -> scoped(key, value);
        }
    }

    private void scoped(String key, String value) {
        Scanner scanner = new Scanner("tree path", key);
        List<String> path = new ArrayList<>();
        path.add(scanner.name());
        while (scanner.take(".")) {
            path.add(scanner.name());
        }
        List<Field.Step> steps = scanner.steps();
        scanner.expectEnd();
        String last = path.remove(path.size() - 1);
        if (!steps.isEmpty()) {
            filter(path, new Field(last, steps), key, value);
            return;
        }
        switch (last) {
            case "order" -> scopes.put(List.copyOf(path), scope(path).ordered(orders(value)));
            case "limit" ->
                number(key, value)
                        .ifPresent(rows ->
                                scopes.put(List.copyOf(path), scope(path).limited(rows)));
            case "offset" ->
                number(key, value)
                        .ifPresent(rows ->
                                scopes.put(List.copyOf(path), scope(path).from(rows)));
            case "and", "or" -> {
                boolean negated = !path.isEmpty() && path.get(path.size() - 1).equals("not");
                if (negated) {
                    path.remove(path.size() - 1);
                }
                add(path, logic(negated, last.equals("and"), value));
            }
            default -> filter(path, new Field(last), key, value);
        }
    }

    private void filter(List<String> path, Field field, String key, String value) {
        Scanner scanner = new Scanner("filter", value);
        boolean argument = takesArguments && path.isEmpty() && field.path().isEmpty();
        if (argument && !startsLikeOperation(value)) {
            arguments.add(Map.entry(key, value));
            return;
        }
        Condition condition = operation(scanner, field, false);
        add(path, condition);
    }

    private static boolean startsLikeOperation(String value) {
        String rest = value.startsWith("not.") ? value.substring(4) : value;
        int end = 0;
        while (end < rest.length() && rest.charAt(end) >= 'a' && rest.charAt(end) <= 'z') {
            end++;
        }
        return end < rest.length()
                && (rest.charAt(end) == '.' || rest.charAt(end) == '(')
                && Operator.named(rest.substring(0, end)).isPresent();
    }

    private void add(List<String> path, Condition condition) {
        scopes.put(List.copyOf(path), scope(path).with(condition));
    }

    private Scope scope(List<String> path) {
        return scopes.getOrDefault(path, Scope.EMPTY);
    }

    /** A number of rows; what is none says nothing. */
    private static Optional<Long> number(String key, String value) {
        try {
            long number = Long.parseLong(value.strip());
            if (number < 0) {
                throw Refusal.range(
                        key.endsWith("limit")
                                ? "Limit should be greater than or equal to zero."
                                : "The offset must be 0 or more, but is " + number + ".");
            }
            return Optional.of(number);
        } catch (NumberFormatException e) {
            return Optional.empty();
        }
    }

    static List<String> names(String what, String value) {
        Scanner scanner = new Scanner(what, value);
        List<String> names = new ArrayList<>();
        do {
            names.add(scanner.name());
        } while (scanner.take(","));
        scanner.expectEnd();
        return List.copyOf(names);
    }

    static List<SelectItem> select(String value) {
        Scanner scanner = new Scanner("select parameter", value);
        List<SelectItem> items = scanner.atEnd() ? List.of() : items(scanner, 0);
        // what follows the parenthesis of an embed is not read, as PostgREST does not
        if (items.isEmpty() || items.get(items.size() - 1) instanceof SelectItem.Column) {
            scanner.expectEnd();
        }
        return items;
    }

    private static List<SelectItem> items(Scanner scanner, int depth) {
        if (depth > DEEPEST) {
            throw scanner.fail("fewer nested resources");
        }
        List<SelectItem> items = new ArrayList<>();
        do {
            items.add(item(scanner, depth));
        } while (scanner.take(","));
        return List.copyOf(items);
    }

    private static SelectItem item(Scanner scanner, int depth) {
        scanner.blanks();
        if (scanner.take("...")) {
            return embed(scanner, null, scanner.name(), true, depth);
        }
        if (scanner.take("*")) {
            scanner.blanks();
            return SelectItem.Column.of("*");
        }
        String name = scanner.name();
        String alias = null;
        if (scanner.sees(":") && !scanner.sees("::")) {
            scanner.expect(":");
            alias = name;
            scanner.blanks();
            name = scanner.name();
        }
        if (scanner.sees("(") && name.equals("count")) {
            int mark = scanner.mark();
            scanner.expect("(");
            if (scanner.take(")")) {
                return new SelectItem.Column(new Field("*"), alias, null, "count", cast(scanner));
            }
            scanner.reset(mark);
        }
        if (scanner.sees("(") || scanner.sees("!")) {
            return embed(scanner, alias, name, false, depth);
        }
        Field field = new Field(name, scanner.steps());
        String cast = cast(scanner);
        String aggregate = null;
        String aggregateCast = null;
        if (scanner.take(".")) {
            aggregate = scanner.name();
            if (!AGGREGATES.contains(aggregate)) {
                throw scanner.fail("one of avg(), count(), max(), min(), sum()");
            }
            scanner.expect("()");
            aggregateCast = cast(scanner);
        }
        scanner.blanks();
        return new SelectItem.Column(field, alias, cast, aggregate, aggregateCast);
    }

    private static @Nullable String cast(Scanner scanner) {
        return scanner.take("::") ? scanner.cast() : null;
    }

    private static SelectItem.Embed embed(
            Scanner scanner, @Nullable String alias, String relation, boolean spread, int depth) {
        String hint = null;
        boolean inner = false;
        while (scanner.take("!")) {
            String word = scanner.name();
            if (word.equals("inner")) {
                inner = true;
            } else if (!word.equals("left")) {
                hint = word;
            }
        }
        scanner.expect("(");
        scanner.blanks();
        List<SelectItem> items = scanner.sees(")") ? List.of() : items(scanner, depth + 1);
        scanner.expect(")");
        scanner.blanks();
        return new SelectItem.Embed(relation, alias, hint, inner, spread, items);
    }

    static List<Order> orders(String value) {
        Scanner scanner = new Scanner("order", value);
        List<Order> orders = new ArrayList<>();
        do {
            orders.add(order(scanner));
        } while (scanner.take(","));
        scanner.expectEnd();
        return List.copyOf(orders);
    }

    private static Order order(Scanner scanner) {
        scanner.blanks();
        Field field = scanner.field();
        String relation = null;
        if (scanner.take("(")) {
            relation = field.name();
            field = scanner.field();
            scanner.expect(")");
        }
        String direction = null;
        String nulls = null;
        while (scanner.take(".")) {
            String word = scanner.name();
            switch (word) {
                case "asc", "desc" -> {
                    if (direction != null || nulls != null) {
                        throw scanner.fail("one direction");
                    }
                    direction = word;
                }
                case "nullsfirst", "nullslast" -> {
                    if (nulls != null) {
                        throw scanner.fail("nullsfirst or nullslast once");
                    }
                    nulls = word.substring("nulls".length());
                }
                default -> throw scanner.fail("asc, desc, nullsfirst or nullslast");
            }
        }
        return new Order(field, relation, direction, nulls);
    }

    static Condition logic(boolean negated, boolean all, String value) {
        Scanner scanner = new Scanner("logic tree", value);
        Condition logic = parts(scanner, negated, all, 0);
        scanner.expectEnd();
        return logic;
    }

    private static Condition parts(Scanner scanner, boolean negated, boolean all, int depth) {
        if (depth > DEEPEST) {
            throw scanner.fail("fewer nested conditions");
        }
        scanner.blanks();
        scanner.expect("(");
        List<Condition> parts = new ArrayList<>();
        do {
            scanner.blanks();
            parts.add(part(scanner, depth));
            scanner.blanks();
        } while (scanner.take(","));
        scanner.expect(")");
        scanner.blanks();
        return new Condition.Logic(negated, all, List.copyOf(parts));
    }

    private static Condition part(Scanner scanner, int depth) {
        int mark = scanner.mark();
        boolean negated = scanner.take("not.");
        for (String word : List.of("and", "or")) {
            int start = scanner.mark();
            if (scanner.take(word)) {
                scanner.blanks();
                if (scanner.sees("(")) {
                    return parts(scanner, negated, word.equals("and"), depth + 1);
                }
                scanner.reset(start);
            }
        }
        scanner.reset(mark);
        Field field = scanner.field();
        scanner.expect(".");
        return operation(scanner, field, true);
    }

    /** {@code not.op(any).value}; in a logic tree a value ends at a comma or a parenthesis, unless it is quoted. */
    private static Condition operation(Scanner scanner, Field field, boolean inTree) {
        boolean negated = scanner.take("not.");
        int mark = scanner.mark();
        Optional<Operator> known = Operator.named(scanner.until(".("));
        if (known.isEmpty()) {
            scanner.reset(mark);
            throw scanner.fail("\"not\" or operator (eq, gt, ...)");
        }
        Operator operator = known.get();
        String quantifier = null;
        String language = null;
        if (scanner.sees("(")) {
            scanner.expect("(");
            String word = scanner.until(").");
            if (operator.isTextSearch()) {
                language = word;
            } else if (operator.isQuantifiable() && (word.equals("any") || word.equals("all"))) {
                quantifier = word;
            } else {
                throw scanner.fail("any or all behind an operator that takes them");
            }
            scanner.expect(")");
        }
        scanner.expect(".");
        if (operator == Operator.IN) {
            List<String> values = list(scanner);
            if (!inTree) {
                scanner.expectEnd();
            }
            return new Condition.Filter(field, negated, operator, null, null, "", values);
        }
        String value = inTree ? treeValue(scanner) : scanner.rest();
        if (operator == Operator.IS) {
            value = value.toLowerCase(java.util.Locale.ROOT);
            if (!Set.of("null", "not_null", "true", "false", "unknown").contains(value)) {
                scanner.reset(mark + 3);
                throw scanner.fail("isVal: (null, not_null, true, false, unknown)");
            }
        }
        return new Condition.Filter(field, negated, operator, quantifier, language, value, List.of());
    }

    private static List<String> list(Scanner scanner) {
        scanner.blanks();
        scanner.expect("(");
        scanner.blanks();
        List<String> values = new ArrayList<>();
        do {
            values.add(member(scanner));
        } while (scanner.take(","));
        scanner.expect(")");
        scanner.blanks();
        return List.copyOf(values);
    }

    private static String member(Scanner scanner) {
        int mark = scanner.mark();
        Optional<String> quoted = scanner.quotedIfWhole();
        if (quoted.isPresent() && (scanner.atEnd() || scanner.sees(",") || scanner.sees(")"))) {
            return quoted.get();
        }
        scanner.reset(mark);
        return scanner.until(",)");
    }

    private static String treeValue(Scanner scanner) {
        if (scanner.sees("\"")) {
            return member(scanner);
        }
        if (scanner.sees("{")) {
            int mark = scanner.mark();
            String array = scanner.until("}");
            if (scanner.take("}")) {
                return array + "}";
            }
            scanner.reset(mark);
        }
        return scanner.until(",)");
    }
}
