package dev.assay.check.catalog;

import dev.assay.check.catalog.Table.Check;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Values worth trying for a column, as text that PostgreSQL casts: first what suits its type, then what its check
 * constraints speak of. PostgreSQL decides which of them will do.
 */
final class Candidates {
    private static final Pattern STRING = Pattern.compile("'((?:[^']|'')*)'");
    private static final Pattern NUMBER = Pattern.compile("(?<![\\w.'])-?\\d+(?:\\.\\d+)?(?![\\w'])");
    private static final int LONGEST = 10_000;

    private Candidates() {}

    /** @param unique what makes the values of this row its own, letters and digits */
    static List<String> of(Column column, List<Check> checks, String unique) {
        Set<String> values = new LinkedHashSet<>(column.enumValues());
        List<Long> numbers = new ArrayList<>();
        List<String> strings = new ArrayList<>();
        for (Check check : checks) {
            if (check.columns().contains(column.name())) {
                literals(check.expression(), strings, numbers);
            }
        }
        values.addAll(typical(column.base(), unique, numbers));
        if (isText(column.base())) {
            for (long length : numbers) {
                for (long near = Math.max(0, length - 1); near <= length + 1 && near <= LONGEST; near++) {
                    values.add(text(unique, (int) near));
                }
            }
        }
        values.addAll(strings);
        return List.copyOf(values);
    }

    static boolean isText(String base) {
        return base.equals("text") || base.equals("varchar") || base.equals("bpchar") || base.equals("citext");
    }

    private static void literals(String expression, List<String> strings, List<Long> numbers) {
        Matcher string = STRING.matcher(expression);
        while (string.find()) {
            strings.add(string.group(1).replace("''", "'"));
        }
        Matcher number = NUMBER.matcher(STRING.matcher(expression).replaceAll("''"));
        while (number.find()) {
            numbers.add((long) Double.parseDouble(number.group()));
        }
    }

    private static List<String> typical(String base, String unique, List<Long> numbers) {
        return switch (base) {
            case "text", "varchar", "bpchar", "citext", "name" ->
                List.of(
                        "Assay check " + unique,
                        unique,
                        unique.substring(0, Math.min(4, unique.length())),
                        unique.substring(0, 1),
                        "check-" + unique + "@example.com",
                        "https://example.com/" + unique,
                        "#a1b2c3",
                        "2026-01-01",
                        "+15550100");
            case "int2", "int4", "int8", "numeric", "float4", "float8", "money" -> numbers(numbers);
            case "bool" -> List.of("false", "true");
            case "uuid" -> List.of(UUID.randomUUID().toString());
            case "json", "jsonb" -> List.of("{}", "[]", "\"" + unique + "\"");
            case "date" -> List.of("2026-01-01", "2030-01-01", "2000-01-01");
            case "timestamp", "timestamptz" ->
                List.of("2026-01-01T00:00:00Z", "2030-01-01T00:00:00Z", "2000-01-01T00:00:00Z");
            case "time", "timetz" -> List.of("12:00:00");
            case "interval" -> List.of("1 hour");
            case "bytea" -> List.of("\\x00");
            case "inet", "cidr" -> List.of("127.0.0.1");
            case "int4range", "int8range", "numrange" -> List.of("[1,2)");
            case "tsvector" -> List.of("check");
            case "point" -> List.of("(0,0)");
            default -> base.startsWith("_") ? List.of("{}", "{" + unique + "}") : List.of();
        };
    }

    private static List<String> numbers(List<Long> mentioned) {
        Set<String> values = new LinkedHashSet<>(List.of("1", "0", "2", "10", "100"));
        for (long number : mentioned) {
            values.add(String.valueOf(number));
            values.add(String.valueOf(number + 1));
            values.add(String.valueOf(number - 1));
        }
        return List.copyOf(values);
    }

    private static String text(String unique, int length) {
        return unique.repeat(length / unique.length() + 1).substring(0, length);
    }
}
