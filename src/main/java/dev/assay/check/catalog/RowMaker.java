package dev.assay.check.catalog;

import dev.assay.check.CheckError;
import dev.assay.check.catalog.Owners.Owner;
import dev.assay.check.catalog.Table.Check;
import dev.assay.check.catalog.Table.ForeignKey;
import java.sql.Connection;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;

/**
 * Makes rows that a table takes, from its types, enums, check constraints, NOT NULL columns and foreign keys. Parents
 * are made first and written by service; those that have an owner belong to the same user. All that it writes is deleted
 * by {@link #cleanUp()}.
 *
 * <p>A row is a map from column to value, each value as PostgreSQL prints it as text.
 */
public final class RowMaker {
    /** Combinations of values tried for one check constraint. */
    private static final int TRIES = 2_000;

    private final Catalog catalog;
    private final Owners owners;
    private final Rows rows;
    private final Map<String, Map<String, String>> parents = new HashMap<>();
    private final Deque<Written> written = new ArrayDeque<>();

    private record Written(Table table, Map<String, String> key) {}

    /** @param connection as service: not held by policies */
    public RowMaker(Connection connection, Catalog catalog) {
        this.catalog = catalog;
        this.owners = new Owners(catalog);
        this.rows = new Rows(connection);
    }

    /**
     * Values for a new row, not yet written: those that must be given, and the owner. Parents are written.
     *
     * @param user the id of the user that the row is to belong to
     * @throws CheckError naming what cannot be made
     */
    public Map<String, String> values(Table table, String user) {
        return values(table, user, Map.of());
    }

    /**
     * As {@link #values(Table, String)}, some of them given: no parent is made for a foreign key that they fill.
     *
     * @param given by column, such as the parent that the row is to have
     */
    public Map<String, String> values(Table table, String user, Map<String, String> given) {
        return values(table, user, given, new ArrayList<>());
    }

    /**
     * A value that differs from a row's, for a column that decides neither which row it is nor whose; empty where the
     * table has no such column.
     *
     * @param role the role of the API that is to change it: columns granted to it are taken first
     */
    public Optional<Map<String, String>> change(Table table, Map<String, String> row, String role) {
        Set<String> fixed = new HashSet<>(table.primaryKey());
        fixed.addAll(table.referring());
        owners.of(table).ifPresent(owner -> fixed.addAll(owner.deciding()));
        List<Column> changeable = table.columns().stream()
                .filter(column -> !column.generated() && !fixed.contains(column.name()))
                .sorted(Comparator.comparing((Column column) -> !column.granted(role, "UPDATE"))
                        .thenComparing(
                                column -> table.uniqueKeys().stream().anyMatch(key -> key.contains(column.name())))
                        // what a trigger keeps up to date says nothing
                        .thenComparing(column -> column.base().startsWith("timestamp")))
                .toList();
        for (Column column : changeable) {
            for (String candidate : Candidates.of(column, table.checks(), alone(table, column), unique())) {
                Optional<String> value = rows.cast(column, candidate);
                if (value.isPresent() && !value.get().equals(row.get(column.name()))) {
                    Map<String, String> changed = new LinkedHashMap<>(row);
                    changed.put(column.name(), value.get());
                    boolean fits = table.checks().stream()
                            .filter(check -> check.columns().contains(column.name()))
                            .allMatch(check -> rows.holds(table, check, changed));
                    if (fits) {
                        return Optional.of(Map.of(column.name(), value.get()));
                    }
                }
            }
        }
        return Optional.empty();
    }

    /** The value as PostgreSQL prints it once it is of the column's type; empty where the column cannot hold it. */
    public Optional<String> cast(Column column, String value) {
        return rows.cast(column, value);
    }

    /**
     * Writes a row by service, with {@code user} as the caller that defaults and triggers see, and returns all its
     * columns. Where the user has the only such row there can be, as a profile made by a trigger, that row will do.
     */
    public Map<String, String> insert(Table table, Map<String, String> values, String user) {
        Map<String, String> row = rows.insert(table, values, user)
                .or(() -> theOnly(table, values))
                .orElseThrow(() -> new CheckError("A row of " + table.name() + " could not be written by service, for"
                        + " one with the same key is there: " + values));
        written.push(new Written(table, Rows.key(table, row)));
        return row;
    }

    /** The row that has these values, read by service. */
    public Optional<Map<String, String>> find(Table table, Map<String, String> values) {
        return rows.read(table, values);
    }

    /** Deletes, by service, the only row that the user of these values can have; where he can have several, nothing. */
    public void clear(Table table, Map<String, String> values) {
        theOnly(table, values).ifPresent(row -> rows.delete(table, Rows.key(table, row)));
    }

    /** The row with the key of {@code row}, read by service; empty where it is gone. */
    public Optional<Map<String, String>> read(Table table, Map<String, String> row) {
        return rows.read(table, Rows.key(table, row));
    }

    /** What tells a row from the others. */
    public static Map<String, String> key(Table table, Map<String, String> row) {
        return Rows.key(table, row);
    }

    /** The keys of the rows that belong to whom these values belong; of all rows, where nobody owns them. */
    public Set<Map<String, String>> keys(Table table, Map<String, String> values) {
        return rows.keys(table, deciding(table, values));
    }

    /** Deletes, by service, the row with this key. */
    public void delete(Table table, Map<String, String> key) {
        rows.delete(table, key);
    }

    /** Those of the values that decide whose a row is; none where nobody owns it. */
    public Map<String, String> deciding(Table table, Map<String, String> values) {
        Map<String, String> deciding = new LinkedHashMap<>(values);
        deciding.keySet().retainAll(owners.of(table).map(Owner::deciding).orElse(List.of()));
        return deciding;
    }

    /** Deletes all that was written, last first; what is gone already is no matter. */
    public void cleanUp() {
        while (!written.isEmpty()) {
            Written row = written.pop();
            rows.delete(row.table(), row.key());
        }
        parents.clear();
    }

    /** The row that there is, where user and parents alone make the key: another could not be written beside it. */
    private Optional<Map<String, String>> theOnly(Table table, Map<String, String> values) {
        Set<String> given = new HashSet<>(table.referring());
        owners.of(table).ifPresent(owner -> given.addAll(owner.deciding()));
        for (List<String> key : table.uniqueKeys()) {
            if (given.containsAll(key) && values.keySet().containsAll(key)) {
                Map<String, String> only = new LinkedHashMap<>(values);
                only.keySet().retainAll(key);
                Optional<Map<String, String>> row = rows.read(table, only);
                if (row.isPresent()) {
                    return row;
                }
            }
        }
        return Optional.empty();
    }

    private Map<String, String> values(Table table, String user, Map<String, String> given, List<String> way) {
        if (way.contains(table.name())) {
            throw new CheckError("Rows of " + table.name() + " need each other: " + String.join(" → ", way) + " → "
                    + table.name() + ". Assay cannot make the first one.");
        }
        List<String> owning = owners.of(table).map(Owner::deciding).orElse(List.of());
        Map<String, String> values = new LinkedHashMap<>(given);
        for (ForeignKey key : table.foreignKeys()) {
            if (given.keySet().containsAll(key.columns())) {
                continue;
            }
            boolean needed = key.columns().stream()
                    .map(name -> table.column(name).orElseThrow())
                    .anyMatch(column -> column.required() || owning.contains(column.name()));
            if (needed && (key.toUsers() || namesUser(table, key, user))) {
                values.put(key.columns().get(0), user);
            } else if (needed) {
                parent(table, key, user, way).forEach(values::putIfAbsent);
            }
        }
        owners.of(table).filter(Owner::direct).ifPresent(owner -> values.putIfAbsent(owner.column(), user));
        choose(table, values);
        return values;
    }

    /**
     * Whether a key in the owner column can only hold the user's id, and there is nothing to make for it: the row it
     * points to is there, as by a trigger on sign-up, or is one that no user's id leads to.
     */
    private boolean namesUser(Table table, ForeignKey key, String user) {
        Optional<Owner> owner = owners.of(table).filter(Owner::direct);
        if (owner.isEmpty() || !key.columns().equals(owner.get().deciding())) {
            return false;
        }
        String column = key.referenced().get(0);
        Optional<Table> parent = catalog.referenced(key);
        return parent.isEmpty()
                || rows.read(parent.get(), Map.of(column, user)).isPresent()
                || owners.of(parent.get())
                        .filter(one -> one.deciding().equals(List.of(column)))
                        .isEmpty();
    }

    /** Adds what else must be given, such that PostgreSQL says that every check holds. */
    private void choose(Table table, Map<String, String> values) {
        String unique = unique();
        Map<String, List<String>> candidates = new LinkedHashMap<>();
        for (Column column : table.columns()) {
            if (column.required() && !values.containsKey(column.name())) {
                List<String> possible = Candidates.of(column, table.checks(), alone(table, column), unique).stream()
                        .flatMap(value -> rows.cast(column, value).stream())
                        .distinct()
                        .toList();
                if (possible.isEmpty()) {
                    throw new CheckError("No value can be made for column " + column.name() + " (" + column.type()
                            + ") of table " + table.name() + ".");
                }
                candidates.put(column.name(), possible);
                values.put(column.name(), possible.get(0));
            }
        }
        // Checks of one column first: they narrow what a check of several may choose from.
        List<Check> checks = table.checks().stream()
                .sorted(Comparator.comparing(check -> check.columns().size()))
                .toList();
        for (Check check : checks) {
            if (check.columns().size() == 1) {
                narrow(table, check, candidates, values);
            } else {
                satisfy(table, check, candidates, values);
            }
        }
    }

    private Map<String, String> parent(Table table, ForeignKey key, String user, List<String> way) {
        Table parent = catalog.referenced(key)
                .orElseThrow(() -> new CheckError("Table " + table.name() + " points to " + key.schema() + "."
                        + key.table() + ", where no row can be made."));
        List<String> longer = new ArrayList<>(way);
        longer.add(table.name());
        Map<String, String> row = parents.get(parent.name() + "/" + user);
        if (row == null || read(parent, row).isEmpty()) {
            row = insert(parent, values(parent, user, Map.of(), longer), user);
            parents.put(parent.name() + "/" + user, row);
        }
        Map<String, String> values = new LinkedHashMap<>();
        for (int i = 0; i < key.columns().size(); i++) {
            values.put(
                    key.columns().get(i),
                    String.valueOf(row.get(key.referenced().get(i))));
        }
        return values;
    }

    /** Leaves of a column's candidates those that its check takes. */
    private void narrow(Table table, Check check, Map<String, List<String>> candidates, Map<String, String> values) {
        String column = check.columns().get(0);
        List<String> possible = candidates.get(column);
        if (possible == null) {
            return;
        }
        Map<String, String> tried = new LinkedHashMap<>(values);
        List<String> left = possible.stream()
                .filter(value -> {
                    tried.put(column, value);
                    return rows.holds(table, check, tried);
                })
                .toList();
        if (left.isEmpty()) {
            throw unmet(table, check, column);
        }
        candidates.put(column, left);
        values.put(column, left.get(0));
    }

    /** Looks for values of the check's open columns that PostgreSQL says hold. */
    private void satisfy(Table table, Check check, Map<String, List<String>> candidates, Map<String, String> values) {
        List<String> columns =
                check.columns().stream().filter(candidates::containsKey).toList();
        if (columns.isEmpty() || rows.holds(table, check, values)) {
            settle(columns, candidates, values);
            return;
        }
        int[] at = new int[columns.size()];
        for (int tried = 0; tried < TRIES; tried++) {
            int place = 0;
            while (place < at.length
                    && ++at[place] == candidates.get(columns.get(place)).size()) {
                at[place++] = 0;
            }
            if (place == at.length) {
                break;
            }
            for (int i = 0; i < at.length; i++) {
                values.put(columns.get(i), candidates.get(columns.get(i)).get(at[i]));
            }
            if (rows.holds(table, check, values)) {
                settle(columns, candidates, values);
                return;
            }
        }
        throw unmet(table, check, String.join(", ", columns));
    }

    /** What one check has settled, a later one may not unsettle. */
    private static void settle(List<String> columns, Map<String, List<String>> candidates, Map<String, String> values) {
        columns.forEach(name -> candidates.put(name, List.of(String.valueOf(values.get(name)))));
    }

    private static CheckError unmet(Table table, Check check, String columns) {
        return new CheckError("No value can be made for " + columns + " of table " + table.name()
                + " that meets its check \"" + check.name() + "\": " + check.expression());
    }

    private static boolean alone(Table table, Column column) {
        return table.uniqueKeys().stream().anyMatch(key -> key.contains(column.name()));
    }

    private static String unique() {
        return "x" + UUID.randomUUID().toString().replace("-", "").substring(0, 11);
    }

    /** Columns and values for people. */
    public static String shown(Map<String, String> values) {
        return values.entrySet().stream()
                .map(one -> one.getKey() + " = " + one.getValue())
                .collect(Collectors.joining(", "));
    }
}
