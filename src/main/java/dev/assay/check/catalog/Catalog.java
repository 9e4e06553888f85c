package dev.assay.check.catalog;

import dev.assay.check.CheckError;
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
import java.util.List;
import java.util.Optional;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * The tables and views of the exposed schema {@code public}.
 *
 * @param tables by name
 * @param views names of views that run with their owner's rights, by name
 */
public record Catalog(List<Table> tables, List<String> views) {
    private static final JsonMapper JSON = new JsonMapper();
    private static final String TABLES = resource("tables.sql");
    private static final String VIEWS = resource("views.sql");

    /** Reads the catalog as it is now. */
    public static Catalog read(Connection connection) {
        try (Statement statement = connection.createStatement()) {
            List<Table> tables = new ArrayList<>();
            try (ResultSet rows = statement.executeQuery(TABLES)) {
                while (rows.next()) {
                    tables.add(table(JSON.readTree(rows.getString(1))));
                }
            }
            List<String> views = new ArrayList<>();
            try (ResultSet rows = statement.executeQuery(VIEWS)) {
                while (rows.next()) {
                    views.add(rows.getString(1));
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

    Optional<Table> referenced(ForeignKey key) {
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
                    strings(column.path("enum"))));
        }
        List<ForeignKey> keys = new ArrayList<>();
        for (JsonNode key : json.path("foreign_keys")) {
            keys.add(new ForeignKey(
                    strings(key.path("columns")),
                    key.path("schema").asString(),
                    key.path("table").asString(),
                    strings(key.path("referenced"))));
        }
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
                keys,
                checks,
                policies);
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
