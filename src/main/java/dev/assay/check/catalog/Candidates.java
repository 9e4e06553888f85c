package dev.assay.check.catalog;

import dev.assay.check.catalog.Table.Check;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Random;
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

    private final String base;
    private final boolean alone;
    private final String unique;
    private final List<Long> numbers = new ArrayList<>();
    private final List<String> strings = new ArrayList<>();

    private Candidates(String base, boolean alone, String unique) {
        this.base = base;
        this.alone = alone;
        this.unique = unique;
    }

    /**
     * @param checks of the column's table
     * @param alone whether another row may not have the same value
     * @param unique what makes the values of this row its own, letters and digits
     */
    static List<String> of(Column column, List<Check> checks, boolean alone, String unique) {
        Candidates candidates = new Candidates(column.base(), alone, unique);
        for (Check check : checks) {
            if (check.columns().contains(column.name())) {
                candidates.read(check.expression());
            }
        }
        column.domainChecks().forEach(candidates::read);
        Set<String> values = new LinkedHashSet<>(column.enumValues());
        values.addAll(candidates.typical(column));
        if (isText(column.base())) {
            values.addAll(candidates.texts());
        }
        values.addAll(candidates.strings);
        return List.copyOf(values);
    }

    static boolean isText(String base) {
        return base.equals("text") || base.equals("varchar") || base.equals("bpchar") || base.equals("citext");
    }

    private void read(String expression) {
        Matcher string = STRING.matcher(expression);
        while (string.find()) {
            strings.add(string.group(1).replace("''", "'"));
        }
        Matcher number = NUMBER.matcher(STRING.matcher(expression).replaceAll("''"));
        while (number.find()) {
            numbers.add((long) Double.parseDouble(number.group()));
        }
    }

    /** Of the lengths that checks speak of, and what their regular expressions ask for. */
    private Collection<String> texts() {
        Set<String> values = new LinkedHashSet<>();
        for (String regex : strings) {
            for (int more : new int[] {3, 0, 8}) {
                RegexSample.of(regex, more, unique.hashCode()).ifPresent(values::add);
            }
        }
        for (long length : numbers) {
            for (long near = Math.max(0, length - 1); near <= length + 1 && near <= LONGEST; near++) {
                values.add(unique.repeat((int) near / unique.length() + 1).substring(0, (int) near));
            }
        }
        return values;
    }

    private List<String> typical(Column column) {
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
                        "+15550100",
                        "UTC",
                        "EN",
                        unique.toUpperCase(java.util.Locale.ROOT));
            case "int2", "int4", "int8", "numeric", "float4", "float8", "money" -> numbers();
            case "bool" -> List.of("false", "true");
            case "uuid" -> List.of(UUID.randomUUID().toString());
            case "json", "jsonb" ->
                List.of("{}", "[]", "\"" + unique + "\"", "1", "[\"" + unique + "\"]", "{\"check\": 1}");
            case "date" -> List.of("2026-01-01", "2030-01-01", "2000-01-01");
            case "timestamp", "timestamptz" ->
                List.of("2026-01-01T00:00:00Z", "2030-01-01T00:00:00Z", "2000-01-01T00:00:00Z");
            case "time", "timetz" -> List.of("12:00:00", "13:00:00");
            case "interval" -> List.of("1 hour", "1 day");
            case "bytea" -> List.of("\\x00");
            case "inet", "cidr" -> List.of("127.0.0.1");
            case "macaddr" -> List.of("00:00:5e:00:53:01");
            case "int4range", "int8range", "numrange" -> List.of("[1,2)");
            case "daterange" -> List.of("[2026-01-01,2026-01-02)");
            case "tsrange", "tstzrange" -> List.of("[2026-01-01T00:00:00Z,2026-01-01T01:00:00Z)");
            case "tsvector" -> List.of("check");
            case "bit", "varbit" -> List.of("0");
            case "point" -> List.of("(0,0)");
            case "hstore" -> List.of("");
            default -> column.element().map(this::arrays).orElse(List.of());
        };
    }

    private List<String> arrays(Column.Element element) {
        Set<String> values = new LinkedHashSet<>(List.of("{}"));
        List<String> single = element.enumValues().isEmpty()
                ? new Candidates(element.base(), false, unique)
                        .typical(new Column(
                                "",
                                element.base(),
                                element.base(),
                                true,
                                "",
                                false,
                                List.of(),
                                java.util.Optional.empty(),
                                List.of(),
                                java.util.Map.of()))
                : element.enumValues();
        List<String> members = new ArrayList<>(single);
        members.addAll(strings);
        for (String member : members) {
            String quoted = "\"" + member.replace("\\", "\\\\").replace("\"", "\\\"") + "\"";
            values.add("{" + quoted + "}");
        }
        if (!members.isEmpty()) {
            String quoted = "\"" + members.get(0).replace("\\", "\\\\").replace("\"", "\\\"") + "\"";
            for (long length : numbers) {
                if (length > 1 && length <= 100) {
                    values.add("{" + String.join(",", java.util.Collections.nCopies((int) length, quoted)) + "}");
                }
            }
        }
        return List.copyOf(values);
    }

    private List<String> numbers() {
        Set<String> values = new LinkedHashSet<>();
        if (alone) {
            Random random = new Random(unique.hashCode());
            // what a key may be, from the widest: a row that is there already is not to be met
            for (int most : new int[] {2_000_000_000, 30_000, 1_000}) {
                values.add(String.valueOf(most / 2 + random.nextInt(most / 2)));
            }
        }
        values.addAll(List.of("1", "0", "2", "10", "100"));
        for (long number : numbers) {
            values.add(String.valueOf(number));
            values.add(String.valueOf(number + 1));
            values.add(String.valueOf(number - 1));
        }
        return List.copyOf(values);
    }
}
