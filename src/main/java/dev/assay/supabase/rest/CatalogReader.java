package dev.assay.supabase.rest;

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
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Reads the catalog of a database by a few queries in one transaction. */
final class CatalogReader {
    private static final Logger LOG = LoggerFactory.getLogger(CatalogReader.class);

    private final RestSettings configured;

    /**
     * @param configured what the database's own settings go before
     */
    CatalogReader(RestSettings configured) {
        this.configured = configured;
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
        Map<String, String> own = settings(connection);
        Set<String> ignored = RestSettings.notUnderstood(own.keySet());
        if (!ignored.isEmpty()) {
            LOG.warn("The database sets {}, which the embedded Supabase does not follow", ignored);
        }
        RestSettings settings = configured.with(own);
        List<String> exposed = settings.schemas();
        Map<Name, List<Function>> functions = functions(connection, exposed);
        return new Catalog(
                byName,
                new RelationMap(exposed).of(byName, views.foreignKeys(foreignKeys), functions),
                callable(functions),
                handlers(connection, exposed),
                roles(connection),
                settings,
                now);
    }

    private static String sql(String name) {
        return Resource.text(name + ".sql");
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
                            List.of(),
                            rows.getString(16));
                    tables.put(oid, table);
                }
                String column = rows.getString(5);
                if (column != null) {
                    table.columns().put(column, column(rows, column));
                }
            }
        }
        return tables;
    }

    private static Table.Column column(ResultSet rows, String name) throws SQLException {
        return new Table.Column(
                name,
                rows.getInt(6),
                rows.getString(7),
                rows.getString(8),
                rows.getString(9),
                new Table.Form(rows.getString(11), rows.getString(12), rows.getString(13)),
                rows.getBoolean(14),
                rows.getString(15),
                texts(rows, 17));
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
                oid, table.keyed(primary.getOrDefault(oid, List.of()), unique.getOrDefault(oid, List.of()))));
        for (Foreign key : foreign) {
            Table table = tables.get(key.table());
            Table target = tables.get(key.target());
            if (table != null && target != null) {
                foreignKeys.add(new ForeignKey(
                        key.name(),
                        table,
                        key.columns(),
                        target,
                        key.targetColumns(),
                        table.isKey(key.columns()),
                        table.oid() == target.oid()));
            }
        }
        return tables;
    }

    private static Map<Name, List<Function>> functions(Connection connection, List<String> exposed)
            throws SQLException {
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
                                    !rows.getBoolean(8) || rows.getBoolean(14),
                                    pairs(texts(rows, 15)),
                                    rows.getString(16)));
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

    private static Map<Name, List<Function>> callable(Map<Name, List<Function>> functions) {
        Map<Name, List<Function>> callable = new LinkedHashMap<>();
        functions.forEach((name, overloads) -> {
            List<Function> some =
                    overloads.stream().filter(Function::isCallable).toList();
            if (!some.isEmpty()) {
                callable.put(name, some);
            }
        });
        return callable;
    }

    private static List<MediaHandler> handlers(Connection connection, List<String> exposed) throws SQLException {
        List<MediaHandler> handlers = new ArrayList<>();
        try (PreparedStatement statement = connection.prepareStatement(sql("handlers"))) {
            statement.setArray(1, connection.createArrayOf("text", exposed.toArray()));
            statement.setArray(2, connection.createArrayOf("text", exposed.toArray()));
            try (ResultSet rows = statement.executeQuery()) {
                while (rows.next()) {
                    handlers.add(new MediaHandler(name(rows, 1), name(rows, 3), rows.getString(5), rows.getString(6)));
                }
            }
        }
        return List.copyOf(handlers);
    }

    private static @Nullable Name name(ResultSet rows, int column) throws SQLException {
        String schema = rows.getString(column);
        return schema == null ? null : new Name(schema, rows.getString(column + 1));
    }

    /** What {@code alter role authenticator set pgrst.… = …} says, for this database before that for all. */
    private static Map<String, String> settings(Connection connection) throws SQLException {
        Map<String, String> settings = new HashMap<>();
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(sql("settings"))) {
            while (rows.next()) {
                settings.put(rows.getString(1), rows.getString(2));
            }
        }
        return settings;
    }

    private static Map<String, Map<String, String>> roles(Connection connection) throws SQLException {
        Map<String, Map<String, String>> roles = new HashMap<>();
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(sql("roles"))) {
            while (rows.next()) {
                roles.put(rows.getString(1), pairs(texts(rows, 2)));
            }
        }
        return roles;
    }

    private static Map<String, String> pairs(List<String> settings) {
        Map<String, String> pairs = new LinkedHashMap<>();
        for (String setting : settings) {
            int equals = setting.indexOf('=');
            pairs.put(setting.substring(0, equals), setting.substring(equals + 1));
        }
        return pairs;
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
