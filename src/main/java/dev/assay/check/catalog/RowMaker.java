package dev.assay.check.catalog;

import dev.assay.check.CheckError;
import dev.assay.check.catalog.Owners.Owner;
import dev.assay.check.catalog.Table.Check;
import dev.assay.check.catalog.Table.ForeignKey;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Collectors;

/**
 * Makes rows that a table takes, from its types, enums, check constraints, NOT NULL columns and foreign keys. Parents
 * are made first and written by service; those that have an owner belong to the same user. All that it writes is deleted
 * by {@link #cleanUp()}.
 */
public final class RowMaker {
    /** Combinations of values tried for one check constraint. */
    private static final int TRIES = 2_000;

    private final Connection connection;
    private final Catalog catalog;
    private final Owners owners;
    private final Map<String, Map<String, String>> parents = new HashMap<>();
    private final Deque<Written> written = new ArrayDeque<>();

    private record Written(Table table, Map<String, String> key) {}

    /** @param connection as service: not held by policies */
    public RowMaker(Connection connection, Catalog catalog) {
        this.connection = connection;
        this.catalog = catalog;
        this.owners = new Owners(catalog);
    }

    /**
     * Values for a new row, not yet written: those that must be given, and the owner. Parents are written.
     *
     * @param user the id of the user that the row is to belong to
     * @throws CheckError naming what cannot be made
     */
    public Map<String, String> values(Table table, String user) {
        return values(table, user, new ArrayList<>());
    }

    /** Values that differ from a row's in a column that may be changed; empty where the table has none. */
    public Optional<Map<String, String>> change(Table table, Map<String, String> row) {
        Optional<Owner> owner = owners.of(table);
        for (Column column : table.columns()) {
            boolean key = table.primaryKey().contains(column.name())
                    || table.foreignKeys().stream().anyMatch(fk -> fk.columns().contains(column.name()))
                    || owner.filter(Owner::direct)
                            .filter(o -> o.column().equals(column.name()))
                            .isPresent();
            if (key || column.generated()) {
                continue;
            }
            for (String value : Candidates.of(column, table.checks(), unique())) {
                Map<String, String> changed = new LinkedHashMap<>(row);
                changed.put(column.name(), value);
                if (!value.equals(row.get(column.name())) && fits(table, column, changed)) {
                    return Optional.of(Map.of(column.name(), value));
                }
            }
        }
        return Optional.empty();
    }

    /** Writes a row by service and returns all its columns as text; a row with that key that is there already will do. */
    public Map<String, String> insert(Table table, Map<String, String> values) {
        String columns = values.keySet().stream().map(Table::quote).collect(Collectors.joining(", "));
        String marks = values.keySet().stream()
                .map(name -> "CAST(? AS " + table.column(name).orElseThrow().type() + ")")
                .collect(Collectors.joining(", "));
        String sql = values.isEmpty()
                ? "INSERT INTO " + table.quoted() + " DEFAULT VALUES RETURNING *"
                : "INSERT INTO " + table.quoted() + " (" + columns + ") VALUES (" + marks
                        + ") ON CONFLICT DO NOTHING RETURNING *";
        Optional<Map<String, String>> made = query(sql, new ArrayList<>(values.values()));
        Map<String, String> row = made.or(() -> read(table, values))
                .orElseThrow(() -> new CheckError("A row of " + table.name() + " could not be written: " + values));
        written.push(new Written(table, key(table, row)));
        return row;
    }

    /** The row with the key of {@code row}, read by service; empty where it is gone. */
    public Optional<Map<String, String>> read(Table table, Map<String, String> row) {
        Map<String, String> key = key(table, row);
        return query("SELECT * FROM " + table.quoted() + " WHERE " + where(table, key), new ArrayList<>(key.values()));
    }

    /** The primary key of a row. */
    public static Map<String, String> key(Table table, Map<String, String> row) {
        if (table.primaryKey().isEmpty()) {
            throw new CheckError("Table " + table.name() + " has no primary key: its rows cannot be told apart.");
        }
        Map<String, String> key = new LinkedHashMap<>();
        for (String column : table.primaryKey()) {
            String value = row.get(column);
            if (value == null) {
                throw new CheckError("A row of " + table.name() + " has no value in its key column " + column + ".");
            }
            key.put(column, value);
        }
        return key;
    }

    /** How many rows a table holds, read by service. */
    public long count(Table table) {
        return Long.parseLong(query("SELECT count(*) AS n FROM " + table.quoted(), List.of())
                .orElseThrow()
                .get("n"));
    }

    /** Deletes the row with the key of {@code row}, by service, where there is one. */
    public void delete(Table table, Map<String, String> row) {
        deleteLike(table, key(table, row));
    }

    /** Deletes the rows that have these values, by service: what somebody else wrote. */
    public void deleteLike(Table table, Map<String, String> values) {
        Map<String, String> comparable = new LinkedHashMap<>(values);
        comparable
                .keySet()
                .removeIf(name -> table.column(name).orElseThrow().base().equals("json"));
        query(
                "DELETE FROM " + table.quoted() + " WHERE " + where(table, comparable) + " RETURNING *",
                new ArrayList<>(comparable.values()));
    }

    private static String where(Table table, Map<String, String> values) {
        return values.keySet().stream()
                .map(name -> Table.quote(name) + " = CAST(? AS "
                        + table.column(name).orElseThrow().type() + ")")
                .collect(Collectors.joining(" AND ", "true AND ", ""));
    }

    /** Deletes all that was written, last first; what is gone already is no matter. */
    public void cleanUp() {
        while (!written.isEmpty()) {
            Written row = written.pop();
            deleteLike(row.table(), row.key());
        }
    }

    private Map<String, String> values(Table table, String user, List<String> way) {
        if (way.contains(table.name())) {
            throw new CheckError("Rows of " + table.name() + " need each other: " + String.join(" → ", way) + ".");
        }
        Optional<Owner> owner = owners.of(table);
        Map<String, String> values = new LinkedHashMap<>();
        for (ForeignKey key : table.foreignKeys()) {
            boolean leadsToOwner = owner.filter(
                            one -> !one.direct() && one.through().get(0).equals(key))
                    .isPresent();
            boolean needed = key.columns().stream()
                    .map(name -> table.column(name).orElseThrow())
                    .anyMatch(column -> column.notNull() && !column.hasDefault());
            if (key.toUsers()) {
                if (needed
                        || owner.filter(one -> one.column().equals(key.columns().get(0)))
                                .isPresent()) {
                    values.put(key.columns().get(0), user);
                }
            } else if (needed || leadsToOwner) {
                values.putAll(parent(table, key, user, way));
            }
        }
        owner.filter(Owner::direct).ifPresent(one -> values.put(one.column(), user));
        List<Column> open = table.columns().stream()
                .filter(column -> column.notNull() && !column.hasDefault() && !column.generated())
                .filter(column -> !values.containsKey(column.name()))
                .toList();
        String unique = unique();
        Map<String, List<String>> candidates = new LinkedHashMap<>();
        for (Column column : open) {
            List<String> possible = Candidates.of(column, table.checks(), unique).stream()
                    .filter(value -> casts(column, value))
                    .toList();
            if (possible.isEmpty()) {
                throw new CheckError("No value can be made for column " + column.name() + " (" + column.type()
                        + ") of table " + table.name() + ".");
            }
            candidates.put(column.name(), possible);
            values.put(column.name(), possible.get(0));
        }
        for (Check check : table.checks()) {
            satisfy(table, check, candidates, values);
        }
        return values;
    }

    private Map<String, String> parent(Table table, ForeignKey key, String user, List<String> way) {
        Table parent = catalog.referenced(key)
                .orElseThrow(() -> new CheckError("Table " + table.name() + " points to " + key.schema() + "."
                        + key.table() + ", where no row can be made."));
        List<String> longer = new ArrayList<>(way);
        longer.add(table.name());
        Map<String, String> row = parents.get(parent.name() + "/" + user);
        if (row == null || read(parent, row).isEmpty()) {
            row = insert(parent, values(parent, user, longer));
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

    /** Looks for values of the check's open columns that PostgreSQL says hold. */
    private void satisfy(Table table, Check check, Map<String, List<String>> candidates, Map<String, String> values) {
        List<String> columns =
                check.columns().stream().filter(candidates::containsKey).toList();
        if (columns.isEmpty() || holds(table, check, values)) {
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
            if (holds(table, check, values)) {
                // what this check has settled, a later one may not unsettle
                columns.forEach(name -> candidates.put(name, List.of(String.valueOf(values.get(name)))));
                return;
            }
        }
        throw new CheckError("No value can be made for " + String.join(", ", columns) + " of table " + table.name()
                + " that meets its check \"" + check.name() + "\": " + check.expression());
    }

    private boolean fits(Table table, Column column, Map<String, String> values) {
        return casts(column, values.get(column.name()))
                && table.checks().stream()
                        .filter(check -> check.columns().contains(column.name()))
                        .allMatch(check -> holds(table, check, values));
    }

    private boolean holds(Table table, Check check, Map<String, String> values) {
        List<String> parameters = new ArrayList<>();
        String columns = table.columns().stream()
                .map(column -> {
                    parameters.add(values.get(column.name()));
                    return "CAST(? AS " + column.type() + ") AS " + Table.quote(column.name());
                })
                .collect(Collectors.joining(", "));
        String sql = "SELECT coalesce((" + check.expression() + ")::boolean, true) AS holds FROM (SELECT " + columns
                + ") AS row";
        try {
            return query(sql, parameters)
                    .map(row -> "t".equals(row.get("holds")))
                    .orElse(false);
        } catch (CheckError e) {
            return false; // a value that cannot even be asked about does not hold
        }
    }

    private boolean casts(Column column, String value) {
        try {
            return query(
                            "SELECT CAST(? AS " + column.type() + ")::text AS value",
                            java.util.Collections.singletonList(value))
                    .isPresent();
        } catch (CheckError e) {
            return false;
        }
    }

    /** Runs one statement and returns its first row, each value as PostgreSQL's text. */
    private Optional<Map<String, String>> query(String sql, List<String> parameters) {
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            for (int i = 0; i < parameters.size(); i++) {
                statement.setString(i + 1, parameters.get(i));
            }
            try (ResultSet rows = statement.executeQuery()) {
                if (!rows.next()) {
                    return Optional.empty();
                }
                Map<String, String> row = new LinkedHashMap<>();
                for (int i = 1; i <= rows.getMetaData().getColumnCount(); i++) {
                    row.put(rows.getMetaData().getColumnName(i), rows.getString(i));
                }
                return Optional.of(row);
            }
        } catch (SQLException e) {
            throw new CheckError(e.getMessage() + " [" + e.getSQLState() + "], in: " + sql, e);
        }
    }

    private static String unique() {
        return "x" + UUID.randomUUID().toString().replace("-", "").substring(0, 11);
    }
}
