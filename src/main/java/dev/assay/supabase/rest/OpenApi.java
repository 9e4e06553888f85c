package dev.assay.supabase.rest;

import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import java.util.Map;
import java.util.Set;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** The root of the surface: which tables and functions the caller may use, as a Swagger 2.0 document. */
final class OpenApi {
    private final Operations operations;
    private final Catalog catalog;
    private final RestRequest request;

    OpenApi(Operations operations, Catalog catalog, RestRequest request) {
        this.operations = operations;
        this.catalog = catalog;
        this.request = request;
    }

    Answer answer() throws SQLException {
        if (!request.method().equals("GET") && !request.method().equals("HEAD")) {
            throw Refusal.of(405, "PGRST117", "Unsupported HTTP method: " + request.method(), null, null);
        }
        ObjectNode document = JsonNodeFactory.instance.objectNode();
        document.put("swagger", "2.0");
        document.putObject("info")
                .put("title", "standard " + request.schema() + " schema")
                .put("version", "14");
        document.put("basePath", "/");
        ObjectNode paths = document.putObject("paths");
        ObjectNode definitions = document.putObject("definitions");
        Operations.Usable usable = operations.usable();
        for (Table table : catalog.tables().values()) {
            if (usable.tables().contains(table.oid())) {
                addTable(paths, definitions, table);
            }
        }
        Set<String> functions = usable.functions();
        catalog.functions().forEach((name, overloads) -> {
            if (name.schema().equals(request.schema()) && functions.contains(name.name())) {
                ObjectNode path = paths.putObject("/rpc/" + name.name());
                addOperation(path, "post", "(rpc) " + name.name());
                if (overloads.stream().anyMatch(f -> !f.writes())) {
                    addOperation(path, "get", "(rpc) " + name.name());
                }
            }
        });
        return new Answer(
                200,
                Map.of("Content-Type", "application/openapi+json; charset=utf-8"),
                document.toString().getBytes(StandardCharsets.UTF_8));
    }

    private static void addTable(ObjectNode paths, ObjectNode definitions, Table table) {
        String name = table.name().name();
        ObjectNode path = paths.putObject("/" + name);
        addOperation(path, "get", name);
        if (table.isInsertable()) {
            addOperation(path, "post", name);
        }
        if (table.isUpdatable()) {
            addOperation(path, "patch", name);
        }
        if (table.isDeletable()) {
            addOperation(path, "delete", name);
        }
        ObjectNode properties =
                definitions.putObject(name).put("type", "object").putObject("properties");
        table.columns()
                .values()
                .forEach(column -> properties
                        .putObject(column.name())
                        .put("format", column.type())
                        .put("type", type(column.baseType())));
    }

    private static void addOperation(ObjectNode path, String method, String tag) {
        ObjectNode operation = path.putObject(method);
        operation.putArray("tags").add(tag);
        operation.putObject("responses").putObject("200").put("description", "OK");
    }

    private static String type(String type) {
        return switch (type) {
            case "smallint", "integer", "bigint" -> "integer";
            case "real", "double precision", "numeric" -> "number";
            case "boolean" -> "boolean";
            case "json", "jsonb" -> "object";
            default -> type.endsWith("[]") ? "array" : "string";
        };
    }
}
