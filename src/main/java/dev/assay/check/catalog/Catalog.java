package dev.assay.check.catalog;

import dev.assay.check.CheckError;
import dev.assay.check.catalog.Column.Element;
import dev.assay.check.catalog.Table.Check;
import dev.assay.check.catalog.Table.ForeignKey;
import dev.assay.check.catalog.Table.Policy;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * The tables and views of the exposed schema {@code public}.
 *
 * @param tables by name
 * @param views that run with their owner's rights, by name
 */
public record Catalog(List<Table> tables, List<View> views) {
    private static final JsonMapper JSON = new JsonMapper();
    private static final String TABLES = resource("tables.sql");
    private static final String VIEWS = resource("views.sql");

    /**
     * A view that runs with its owner's rights.
     *
     * @param reads names of the exposed tables that it reads, by way of other views too
     */
    public record View(String name, List<String> reads) {}

    /** Reads the catalog as it is now. */
    public static Catalog read(Connection connection) {
        try (Statement statement = connection.createStatement()) {
            List<Table> tables = new ArrayList<>();
            try (ResultSet rows = statement.executeQuery(TABLES)) {
                while (rows.next()) {
                    tables.add(table(JSON.readTree(rows.getString(1))));
                }
            }
            List<View> views = new ArrayList<>();
            try (ResultSet rows = statement.executeQuery(VIEWS)) {
                while (rows.next()) {
                    String reads = rows.getString(2);
                    views.add(new View(rows.getString(1), reads == null ? List.of() : strings(JSON.readTree(reads))));
                }
            }
            return new Catalog(List.copyOf(tables), List.copyOf(views));
        } catch (SQLException e) {
            throw new CheckError("The catalog of the app's database could not be read: " + e.getMessage(), e);
        }
    }

    /** The table of that name in the exposed schema. */
    public Optional<Table> table(String name) {
        return tables.stream().filter(table -> table.name().equals(name)).findFirst();
    }

    /** The exposed table that a foreign key points to. */
    public Optional<Table> referenced(ForeignKey key) {
        return tables.stream()
                .filter(table ->
                        table.schema().equals(key.schema()) && table.name().equals(key.table()))
                .findFirst();
    }

    private static Table table(JsonNode json) {
        List<Column> columns = new ArrayList<>();
        for (JsonNode column : json.path("columns")) {
            columns.add(new Column(
                    column.path("name").asString(),
                    column.path("type").asString(),
                    column.path("base").asString(),
                    column.path("not_null").asBoolean(),
                    column.path("default").asString(""),
                    column.path("generated").asBoolean(),
                    strings(column.path("enum")),
                    Optional.of(column.path("element"))
                            .filter(JsonNode::isObject)
                            .map(element ->
                                    new Element(element.path("base").asString(), strings(element.path("enum")))),
                    strings(column.path("domain_checks")),
                    sets(column.path("grants"))));
        }
        List<ForeignKey> keys = new ArrayList<>();
        for (JsonNode key : json.path("foreign_keys")) {
            keys.add(new ForeignKey(
                    key.path("name").asString(),
                    strings(key.path("columns")),
                    key.path("schema").asString(),
                    key.path("table").asString(),
                    strings(key.path("referenced"))));
        }
        List<List<String>> uniqueKeys = new ArrayList<>();
        json.path("unique_keys").forEach(key -> uniqueKeys.add(strings(key)));
        List<Check> checks = new ArrayList<>();
        for (JsonNode check : json.path("checks")) {
            checks.add(new Check(
                    check.path("name").asString(),
                    check.path("expression").asString(),
                    strings(check.path("columns"))));
        }
        List<Policy> policies = new ArrayList<>();
        for (JsonNode policy : json.path("policies")) {
            policies.add(new Policy(
                    policy.path("name").asString(),
                    policy.path("command").asString(),
                    policy.path("using").asString(""),
                    policy.path("with_check").asString("")));
        }
        return new Table(
                json.path("schema").asString(),
                json.path("name").asString(),
                json.path("rls").asBoolean(),
                columns,
                strings(json.path("primary_key")),
                uniqueKeys,
                keys,
                checks,
                policies,
                sets(json.path("grants")),
                sets(json.path("sequences")));
    }

    private static Map<String, Set<String>> sets(JsonNode object) {
        Map<String, Set<String>> sets = new LinkedHashMap<>();
        object.properties().forEach(one -> sets.put(one.getKey(), Set.copyOf(strings(one.getValue()))));
        return sets;
    }

    private static List<String> strings(JsonNode array) {
        List<String> strings = new ArrayList<>();
        array.forEach(item -> strings.add(item.asString()));
        return List.copyOf(strings);
    }

    private static String resource(String name) {
        try (InputStream in = Catalog.class.getResourceAsStream(name)) {
            if (in == null) {
                throw new IllegalStateException("resource " + name + " is missing from the jar");
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
