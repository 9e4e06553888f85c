package dev.assay.check.catalog;

import dev.assay.check.catalog.Table.ForeignKey;
import dev.assay.check.catalog.Table.Policy;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Who owns the rows of a table: the column that says it, here or in a table that this one points to. */
public final class Owners {
    /** The caller's id as PostgreSQL prints it back, with or without the sub-select that Supabase advises. */
    private static final Pattern CALLER = Pattern.compile(
            "\\(\\s*SELECT\\s+auth\\.uid\\(\\)(?:\\s+AS\\s+\\w+)?\\s*\\)|auth\\.uid\\(\\)"
                    + "|\\(\\s*auth\\.jwt\\(\\)\\s*->>\\s*'sub'(?:::text)?\\s*\\)",
            Pattern.CASE_INSENSITIVE);

    private static final Pattern SUB_SELECT = Pattern.compile("\\(\\s*SELECT\\b", Pattern.CASE_INSENSITIVE);

    private final Catalog catalog;

    public Owners(Catalog catalog) {
        this.catalog = catalog;
    }

    /**
     * The way from a table to its owner.
     *
     * @param column the owner column, in this table or the last one of the way
     * @param through the foreign keys that lead there; empty where the column is this table's own
     */
    public record Owner(String column, List<ForeignKey> through) {
        public boolean direct() {
            return through.isEmpty();
        }

        /** The columns of the table itself that decide whose a row is. */
        public List<String> deciding() {
            return direct() ? List.of(column) : through.get(0).columns();
        }
    }

    /** The owner of a table's rows; empty where none can be told. */
    public Optional<Owner> of(Table table) {
        return of(table, new HashSet<>());
    }

    private Optional<Owner> of(Table table, Set<String> seen) {
        Optional<String> own = column(table);
        if (own.isPresent()) {
            return Optional.of(new Owner(own.get(), List.of()));
        }
        if (!seen.add(table.name())) {
            return Optional.empty();
        }
        // A key that must be set says more about whose a row is than one that may be left out.
        List<ForeignKey> keys = table.foreignKeys().stream()
                .sorted(Comparator.comparing(key -> key.columns().stream()
                        .anyMatch(name -> !column(table, name).notNull())))
                .toList();
        for (ForeignKey key : keys) {
            Optional<Table> parent = catalog.referenced(key);
            Optional<Owner> through = parent.flatMap(found -> of(found, seen));
            if (through.isPresent()) {
                List<ForeignKey> way = new ArrayList<>(List.of(key));
                way.addAll(through.get().through());
                return Optional.of(new Owner(through.get().column(), List.copyOf(way)));
            }
        }
        return Optional.empty();
    }

    /**
     * In this order: a foreign key to auth.users, directly or by way of a table whose key is the user's id; a default of
     * auth.uid(); a column that a policy compares with it. Where several columns point to users, such as created_by and
     * assigned_to, the later rules decide between them.
     */
    private Optional<String> column(Table table) {
        Set<String> compared = compared(table);
        Optional<Column> user = table.columns().stream()
                .filter(column -> pointsToUsers(table, column.name(), new HashSet<>()))
                .min(Comparator.comparing((Column column) -> !defaultsToCaller(column))
                        .thenComparing(column -> !column.notNull())
                        .thenComparing(column -> !compared.contains(column.name())));
        return user.or(() -> table.columns().stream()
                        .filter(Owners::defaultsToCaller)
                        .findFirst())
                .map(Column::name)
                .or(() -> compared.stream().findFirst());
    }

    private boolean pointsToUsers(Table table, String column, Set<String> seen) {
        if (!seen.add(table.name() + "." + column)) {
            return false;
        }
        return table.foreignKeys().stream()
                .filter(key -> key.columns().equals(List.of(column)))
                .anyMatch(key -> key.toUsers()
                        || catalog.referenced(key)
                                .filter(parent ->
                                        pointsToUsers(parent, key.referenced().get(0), seen))
                                .isPresent());
    }

    private static boolean defaultsToCaller(Column column) {
        return CALLER.matcher(column.defaultExpression()).find();
    }

    private static Set<String> compared(Table table) {
        Set<String> columns = new LinkedHashSet<>();
        String name = "(?:\"?" + Pattern.quote(table.name()) + "\"?\\.)?\"?(\\w+)\"?";
        List<Pattern> forms =
                List.of(Pattern.compile(name + "\\s*=\\s*@caller"), Pattern.compile("@caller\\s*=\\s*" + name));
        for (Policy policy : table.policies()) {
            for (String expression : List.of(policy.using(), policy.withCheck())) {
                String text = withoutSubSelects(CALLER.matcher(expression).replaceAll("@caller"))
                        .replaceAll("::\"?\\w+\"?", "")
                        .replaceAll("[()]", " ");
                for (Pattern form : forms) {
                    Matcher matcher = form.matcher(text);
                    while (matcher.find()) {
                        table.column(matcher.group(1)).ifPresent(column -> columns.add(column.name()));
                    }
                }
            }
        }
        return columns;
    }

    /** What a sub-select compares is another table's column. */
    private static String withoutSubSelects(String expression) {
        StringBuilder outside = new StringBuilder();
        int at = 0;
        Matcher select = SUB_SELECT.matcher(expression);
        while (at < expression.length() && select.find(at)) {
            outside.append(expression, at, select.start());
            int depth = 0;
            at = select.start();
            do {
                char c = expression.charAt(at++);
                depth += c == '(' ? 1 : c == ')' ? -1 : 0;
            } while (depth > 0 && at < expression.length());
        }
        return at < expression.length()
                ? outside.append(expression.substring(at)).toString()
                : outside.toString();
    }

    private static Column column(Table table, String name) {
        return table.column(name).orElseThrow();
    }
}
