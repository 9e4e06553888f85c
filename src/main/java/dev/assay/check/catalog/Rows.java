package dev.assay.check.catalog;

import dev.assay.check.CheckError;
import dev.assay.check.catalog.Table.Check;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** Rows of the app's tables, written, read and deleted by service, each value as PostgreSQL's text. */
final class Rows {
    private static final int MOST_KEYS = 5_000;
    /** Where a row lies: all that tells the rows of a table without any key apart. */
    private static final String CTID = "ctid";

    private final Connection connection;

    Rows(Connection connection) {
        this.connection = connection;
    }

    /**
     * Writes a row; empty where one with the same key is there.
     *
     * @param user whom {@code auth.uid()} names meanwhile, for defaults and triggers that ask
     */
    Optional<Map<String, String>> insert(Table table, Map<String, String> values, String user) {
        String names = values.keySet().stream().map(Table::quote).collect(Collectors.joining(", "));
        String marks =
                values.keySet().stream().map(name -> parameter(table, name)).collect(Collectors.joining(", "));
        String sql = "INSERT INTO " + table.quoted()
                + (values.isEmpty() ? " DEFAULT VALUES" : " (" + names + ") VALUES (" + marks + ")")
                + " ON CONFLICT DO NOTHING RETURNING " + columns(table);
        try {
            connection.setAutoCommit(false);
            try {
                query(
                        "SELECT set_config('request.jwt.claims',"
                                + " json_build_object('sub', ?::text, 'role', 'authenticated')::text, true)::text",
                        List.of(user));
                Optional<Map<String, String>> row = query(sql, new ArrayList<>(values.values()));
                connection.commit();
                return row;
            } catch (CheckError e) {
                connection.rollback();
                throw new CheckError(
                        "A row of " + table.name() + " could not be written by service: " + e.getMessage());
            } finally {
                connection.setAutoCommit(true);
            }
        } catch (SQLException e) {
            throw new CheckError("The target's database does not answer: " + e.getMessage(), e);
        }
    }

    Optional<Map<String, String>> read(Table table, Map<String, String> where) {
        return query(
                "SELECT " + columns(table) + " FROM " + table.quoted() + where(table, where) + " LIMIT 1",
                parameters(table, where));
    }

    /** What tells each row with these values from the others. */
    Set<Map<String, String>> keys(Table table, Map<String, String> where) {
        boolean keyed = !table.uniqueKeys().isEmpty();
        String sql = "SELECT " + (keyed ? columns(table) : "ctid::text AS " + CTID) + " FROM " + table.quoted()
                + where(table, where) + " LIMIT " + (MOST_KEYS + 1);
        Set<Map<String, String>> keys = new HashSet<>();
        for (Map<String, String> row : all(sql, parameters(table, where))) {
            keys.add(keyed ? key(table, row) : row);
        }
        if (keys.size() > MOST_KEYS) {
            throw new CheckError("Table " + table.name() + " holds more than " + MOST_KEYS
                    + " rows: what a caller adds to it cannot be told.");
        }
        return keys;
    }

    void delete(Table table, Map<String, String> where) {
        if (parameters(table, where).isEmpty()) {
            throw new CheckError("Rows of " + table.name() + " cannot be told apart: none was deleted.");
        }
        query(
                "WITH gone AS (DELETE FROM " + table.quoted() + where(table, where) + " RETURNING 1)"
                        + " SELECT count(*)::text FROM gone",
                parameters(table, where));
    }

    /** What tells a row from the others: its primary key, else a unique key, else all that can be compared. */
    static Map<String, String> key(Table table, Map<String, String> row) {
        List<List<String>> keys = new ArrayList<>();
        keys.add(table.primaryKey());
        keys.addAll(table.uniqueKeys());
        keys.add(table.columns().stream()
                .filter(Column::comparable)
                .map(Column::name)
                .filter(name -> row.get(name) != null)
                .toList());
        for (List<String> columns : keys) {
            Map<String, String> key = new LinkedHashMap<>();
            columns.forEach(column -> key.put(column, row.get(column)));
            if (!key.isEmpty() && !key.containsValue(null)) {
                return key;
            }
        }
        throw new CheckError("Rows of " + table.name() + " cannot be told apart: it has neither a key nor a value.");
    }

    /** The value as PostgreSQL prints it once it is of the column's type; empty where it cannot be. */
    Optional<String> cast(Column column, String value) {
        try {
            return query("SELECT CAST(? AS " + column.type() + ")::text AS value", Collections.singletonList(value))
                    .map(row -> row.get("value"));
        } catch (CheckError e) {
            return Optional.empty();
        }
    }

    /** Whether a row with these values meets a check. A value that cannot even be asked about does not. */
    boolean holds(Table table, Check check, Map<String, String> values) {
        List<String> parameters = new ArrayList<>();
        String columns = table.columns().stream()
                .map(column -> {
                    parameters.add(values.get(column.name()));
                    return parameter(table, column.name()) + " AS " + Table.quote(column.name());
                })
                .collect(Collectors.joining(", "));
        try {
            return query(
                            "SELECT coalesce((" + escaped(check.expression())
                                    + ")::boolean, true)::text AS holds FROM (SELECT " + columns + ") AS "
                                    + Table.quote(table.name()),
                            parameters)
                    .filter(row -> "true".equals(row.get("holds")))
                    .isPresent();
        } catch (CheckError e) {
            return false;
        }
    }

    /** The driver takes a question mark outside of a literal for a parameter, not for the operator that it is. */
    private static String escaped(String expression) {
        StringBuilder escaped = new StringBuilder();
        boolean quoted = false;
        for (int at = 0; at < expression.length(); at++) {
            char c = expression.charAt(at);
            quoted ^= c == '\'';
            escaped.append(c == '?' && !quoted ? "??" : c);
        }
        return escaped.toString();
    }

    private static String columns(Table table) {
        return table.columns().stream()
                .map(column -> Table.quote(column.name()) + "::text AS " + Table.quote(column.name()))
                .collect(Collectors.joining(", "));
    }

    private static String parameter(Table table, String column) {
        return "CAST(? AS " + table.column(column).map(Column::type).orElse("tid") + ")";
    }

    private static String where(Table table, Map<String, String> values) {
        return values.keySet().stream()
                .filter(name -> table.column(name).map(Column::comparable).orElse(true))
                .map(name -> Table.quote(name) + " = " + parameter(table, name))
                .collect(Collectors.joining(" AND ", " WHERE true AND ", ""))
                .replaceFirst(" AND $", "");
    }

    private static List<String> parameters(Table table, Map<String, String> values) {
        List<String> parameters = new ArrayList<>();
        values.forEach((name, value) -> {
            if (table.column(name).map(Column::comparable).orElse(true)) {
                parameters.add(value);
            }
        });
        return parameters;
    }

    private Optional<Map<String, String>> query(String sql, List<String> parameters) {
        return all(sql, parameters).stream().findFirst();
    }

    private List<Map<String, String>> all(String sql, List<String> parameters) {
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            for (int i = 0; i < parameters.size(); i++) {
                statement.setString(i + 1, parameters.get(i));
            }
            try (ResultSet found = statement.executeQuery()) {
                List<Map<String, String>> rows = new ArrayList<>();
                while (found.next()) {
                    Map<String, String> row = new LinkedHashMap<>();
                    for (int i = 1; i <= found.getMetaData().getColumnCount(); i++) {
                        row.put(found.getMetaData().getColumnName(i), found.getString(i));
                    }
                    rows.add(row);
                }
                return rows;
            }
        } catch (SQLException e) {
            throw new CheckError(e.getMessage() + " [" + e.getSQLState() + "], in: " + sql, e);
        }
    }
}
