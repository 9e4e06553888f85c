package dev.assay.supabase.rest;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Reads the catalog of a database by five queries in one transaction. */
final class CatalogReader {
    private final List<String> exposed;

    CatalogReader(List<String> exposed) {
        this.exposed = exposed;
    }

    Catalog read(Connection connection) throws SQLException {
        long now = System.nanoTime();
        try (Statement statement = connection.createStatement()) {
            // without a search path every type is written with its schema
            statement.execute("set local search_path = ''");
        }
        Map<Long, Table> plain = tables(connection);
        List<ForeignKey> foreignKeys = new ArrayList<>();
        Map<Long, Table> tables = keyed(connection, plain, foreignKeys);
        ViewColumns views = new ViewColumns(tables);
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(sql("views"))) {
            while (rows.next()) {
                views.add(rows.getLong(1), rows.getString(2));
            }
        }
        Map<Long, Table> all = views.withKeys();
        Map<Name, Table> byName = new LinkedHashMap<>();
        all.values().forEach(table -> byName.put(table.name(), table));
        return new Catalog(byName, views.foreignKeys(foreignKeys), functions(connection), roles(connection), now);
    }

    private static String sql(String name) {
        try (InputStream in = CatalogReader.class.getResourceAsStream(name + ".sql")) {
            if (in == null) {
                throw new IllegalStateException("resource " + name + ".sql is missing from the jar");
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Map<Long, Table> tables(Connection connection) throws SQLException {
        Map<Long, Table> tables = new LinkedHashMap<>();
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(sql("tables"))) {
            while (rows.next()) {
                long oid = rows.getLong(1);
                Table table = tables.get(oid);
                if (table == null) {
                    String kind = rows.getString(4);
                    table = new Table(
                            oid,
                            new Name(rows.getString(2), rows.getString(3)),
                            kind.equals("v") || kind.equals("m"),
                            rows.getInt(10),
                            new LinkedHashMap<>(),
                            List.of(),
                            List.of());
                    tables.put(oid, table);
                }
                String column = rows.getString(5);
                if (column != null) {
                    table.columns()
                            .put(
                                    column,
                                    new Table.Column(
                                            column,
                                            rows.getInt(6),
                                            rows.getString(7),
                                            rows.getString(8),
                                            rows.getString(9)));
                }
            }
        }
        return tables;
    }

    /** The tables with their keys; fills the list of foreign keys. */
    private static Map<Long, Table> keyed(Connection connection, Map<Long, Table> plain, List<ForeignKey> foreignKeys)
            throws SQLException {
        record Foreign(long table, String name, List<String> columns, long target, List<String> targetColumns) {}
        List<Foreign> foreign = new ArrayList<>();
        Map<Long, List<String>> primary = new HashMap<>();
        Map<Long, List<List<String>>> unique = new HashMap<>();
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(sql("keys"))) {
            while (rows.next()) {
                long table = rows.getLong(1);
                List<String> columns = texts(rows, 4);
                switch (rows.getString(2)) {
                    case "p" -> primary.put(table, columns);
                    case "u" ->
                        unique.computeIfAbsent(table, oid -> new ArrayList<>()).add(columns);
                    default ->
                        foreign.add(new Foreign(table, rows.getString(3), columns, rows.getLong(5), texts(rows, 6)));
                }
            }
        }
        Map<Long, Table> tables = new LinkedHashMap<>();
        plain.forEach((oid, table) -> tables.put(
                oid,
                new Table(
                        oid,
                        table.name(),
                        table.view(),
                        table.writable(),
                        table.columns(),
                        primary.getOrDefault(oid, List.of()),
                        unique.getOrDefault(oid, List.of()))));
        for (Foreign key : foreign) {
            Table table = tables.get(key.table());
            Table target = tables.get(key.target());
            if (table != null && target != null) {
                foreignKeys.add(new ForeignKey(key.name(), table, key.columns(), target, key.targetColumns()));
            }
        }
        return tables;
    }

    private Map<Name, List<Function>> functions(Connection connection) throws SQLException {
        Map<Name, List<Function>> functions = new LinkedHashMap<>();
        try (PreparedStatement statement = connection.prepareStatement(sql("functions"))) {
            statement.setArray(1, connection.createArrayOf("text", exposed.toArray()));
            try (ResultSet rows = statement.executeQuery()) {
                while (rows.next()) {
                    Name name = new Name(rows.getString(1), rows.getString(2));
                    functions
                            .computeIfAbsent(name, key -> new ArrayList<>())
                            .add(new Function(
                                    name,
                                    parameters(rows),
                                    rows.getBoolean(8),
                                    rows.getString(9).equals("v"),
                                    rows.getString(10),
                                    rows.getBoolean(11),
                                    rows.getLong(12),
                                    rows.getLong(13),
                                    !rows.getBoolean(8) || rows.getBoolean(14)));
                }
            }
        }
        return functions;
    }

    private static List<Function.Parameter> parameters(ResultSet rows) throws SQLException {
        List<String> types = texts(rows, 3);
        List<String> names = texts(rows, 4);
        List<String> modes = texts(rows, 5);
        int defaults = rows.getInt(6);
        boolean variadic = rows.getBoolean(7);
        List<String> inNames = new ArrayList<>();
        for (int i = 0; i < names.size(); i++) {
            if (modes.isEmpty() || List.of("i", "b", "v").contains(modes.get(i))) {
                inNames.add(names.get(i));
            }
        }
        List<Function.Parameter> parameters = new ArrayList<>();
        for (int i = 0; i < types.size(); i++) {
            boolean last = i == types.size() - 1;
            parameters.add(new Function.Parameter(
                    i < inNames.size() ? inNames.get(i) : "",
                    types.get(i),
                    i < types.size() - defaults && !(variadic && last),
                    variadic && last));
        }
        return List.copyOf(parameters);
    }

    private static Map<String, Map<String, String>> roles(Connection connection) throws SQLException {
        Map<String, Map<String, String>> roles = new HashMap<>();
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(sql("roles"))) {
            while (rows.next()) {
                Map<String, String> settings = new LinkedHashMap<>();
                for (String setting : texts(rows, 2)) {
                    int equals = setting.indexOf('=');
                    settings.put(setting.substring(0, equals), setting.substring(equals + 1));
                }
                roles.put(rows.getString(1), settings);
            }
        }
        return roles;
    }

    private static List<String> texts(ResultSet rows, int column) throws SQLException {
        java.sql.Array array = rows.getArray(column);
        return array == null
                ? List.of()
                : Arrays.stream((Object[]) array.getArray())
                        .map(String::valueOf)
                        .toList();
    }
}
