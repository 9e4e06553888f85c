package dev.assay.supabase.rest;

import java.nio.charset.StandardCharsets;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** The root of the surface: what the caller may use, as a Swagger 2.0 document ("OpenAPI" of PostgREST's reference). */
final class OpenApi {
    private static final JsonMapper MAPPER = new JsonMapper();
    private static final Set<String> TYPES = Set.of(MediaType.OPEN_API, "application/json", MediaType.ANY);

    private final Session session;
    private final Catalog catalog;
    private final RestRequest request;
    private final ObjectNode document = (ObjectNode) MAPPER.readTree(Resource.text("openapi.json"));
    private final ObjectNode paths = (ObjectNode) document.required("paths");
    private final ObjectNode parameters = (ObjectNode) document.required("parameters");
    private final ObjectNode definitions = (ObjectNode) document.required("definitions");

    OpenApi(Session session) {
        this.session = session;
        this.catalog = session.catalog();
        this.request = session.request();
    }

    /** What a role may use: tables by oid, functions by name. */
    private record Usable(Set<Long> tables, Set<String> functions) {}

    Answer answer() throws SQLException {
        if (request.accepted().stream().noneMatch(type -> TYPES.contains(type.name()))) {
            throw Format.unavailable(request.accepted());
        }
        Optional<Usable> usable = session.settings().features().openApi().equals("ignore-privileges")
                ? Optional.empty()
                : Optional.of(usable());
        for (Table table : catalog.tables().values()) {
            if (table.name().schema().equals(request.schema())
                    && usable.map(u -> u.tables().contains(table.oid())).orElse(true)) {
                addDefinition(table);
                addParameters(table);
                addPath(table);
            }
        }
        catalog.functions().forEach((name, overloads) -> {
            if (name.schema().equals(request.schema())
                    && usable.map(u -> u.functions().contains(name.name())).orElse(true)) {
                overloads.forEach(this::addPath);
            }
        });
        Map<String, String> headers = new LinkedHashMap<>();
        headers.put("Content-Type", MediaType.OPEN_API + "; charset=utf-8");
        if (request.profiled()) {
            headers.put("Content-Profile", request.schema());
        }
        return new Answer(200, headers, document.toString().getBytes(StandardCharsets.UTF_8));
    }

    private Usable usable() throws SQLException {
        return session.transaction(true, Map.of(), connection -> {
            Usable usable = new Usable(new HashSet<>(), new HashSet<>());
            try (PreparedStatement statement = connection.prepareStatement(Resource.text("usable.sql"))) {
                statement.setString(1, Sql.quoted(request.schema()));
                statement.setString(2, Sql.quoted(request.schema()));
                try (ResultSet rows = statement.executeQuery()) {
                    while (rows.next()) {
                        if (rows.getString(2) == null) {
                            usable.tables().add(rows.getLong(1));
                        } else {
                            usable.functions().add(rows.getString(2));
                        }
                    }
                }
            }
            return new Database.Outcome<>(usable, true);
        });
    }

    private void addDefinition(Table table) {
        ObjectNode definition = definitions.putObject(table.name().name());
        putText(definition, "description", table.comment());
        definition.put("type", "object");
        ArrayNode required = MAPPER.createArrayNode();
        ObjectNode properties = definition.putObject("properties");
        for (Table.Column column : table.columns().values()) {
            if (column.required()) {
                required.add(column.name());
            }
            ObjectNode property = properties.putObject(column.name());
            putDefault(property, column);
            putText(property, "description", description(table, column));
            if (!column.labels().isEmpty()) {
                column.labels().forEach(property.putArray("enum")::add);
            }
            putType(property, column.type(), column.baseType());
        }
        if (!required.isEmpty()) {
            definition.set("required", required);
        }
    }

    /** The comment on a column, and which key it is part of. */
    private @Nullable String description(Table table, Table.Column column) {
        List<String> notes = new ArrayList<>();
        if (table.primaryKey().contains(column.name())) {
            notes.add("This is a Primary Key.<pk/>");
        }
        catalog.relationsOf(table).stream()
                .filter(r -> r.function() == null && r.junction() == null && r.toOne())
                .filter(r -> r.joins().size() == 1
                        && r.joins().get(0).source().equals(column.name())
                        && !r.target().view())
                .findFirst()
                .ifPresent(r -> {
                    String target = r.target().name().name();
                    String of = r.joins().get(0).target();
                    notes.add("This is a Foreign Key to `" + target + "." + of + "`.<fk table='" + target + "' column='"
                            + of + "'/>");
                });
        if (notes.isEmpty()) {
            return column.comment();
        }
        return (column.comment() == null ? "" : column.comment() + "\n\n") + "Note:\n" + String.join("\n", notes);
    }

    private static void putDefault(ObjectNode property, Table.Column column) {
        String expression = column.defaultSql();
        if (expression == null || expression.startsWith("nextval(")) {
            return;
        }
        String literal = expression.replaceFirst("::[^']*$", "");
        boolean quoted = literal.length() > 1 && literal.startsWith("'") && literal.endsWith("'");
        if ("string".equals(type(column.baseType()))) {
            property.put(
                    "default",
                    quoted ? literal.substring(1, literal.length() - 1).replace("''", "'") : expression);
            return;
        }
        try {
            property.set("default", MAPPER.readTree(expression));
        } catch (JacksonException e) {
            // an expression is no value that JSON could show
            property.remove("default");
        }
    }

    private void addParameters(Table table) {
        String name = table.name().name();
        ObjectNode body = parameters.putObject("body." + name);
        body.put("name", name).put("description", name).put("required", false).put("in", "body");
        body.putObject("schema").put("$ref", "#/definitions/" + name);
        for (Table.Column column : table.columns().values()) {
            ObjectNode filter = parameters.putObject("rowFilter." + name + "." + column.name());
            filter.put("name", column.name());
            putText(filter, "description", column.comment());
            filter.put("required", false).put("in", "query").put("type", "string");
        }
    }

    private void addPath(Table table) {
        String name = table.name().name();
        List<String> filters = table.columns().keySet().stream()
                .map(column -> "rowFilter." + name + "." + column)
                .toList();
        ObjectNode path = paths.putObject("/" + name);
        ObjectNode get = operation(path, "get", name, table.comment());
        refer(get, filters, "select", "order", "range", "rangeUnit", "offset", "limit", "preferCount");
        ObjectNode ok = respond(get, "200", "OK").putObject("schema");
        ok.put("type", "array").putObject("items").put("$ref", "#/definitions/" + name);
        respond(get, "206", "Partial Content");
        if (table.writable() != 0) {
            ObjectNode post = operation(path, "post", name, table.comment());
            refer(post, List.of("body." + name), "select", "preferPost");
            respond(post, "201", "Created");
            ObjectNode delete = operation(path, "delete", name, table.comment());
            refer(delete, filters, "preferReturn");
            respond(delete, "204", "No Content");
            ObjectNode patch = operation(path, "patch", name, table.comment());
            refer(patch, filters, "body." + name, "preferReturn");
            respond(patch, "204", "No Content");
        }
    }

    private void addPath(Function function) {
        String name = function.name().name();
        ObjectNode path = paths.putObject("/rpc/" + name);
        String tag = "(rpc) " + name;
        if (!function.writes()) {
            ObjectNode get = operation(path, "get", tag, function.comment());
            ArrayNode list = get.putArray("parameters");
            for (Function.Parameter parameter : function.parameters()) {
                ObjectNode one = list.addObject();
                one.put("name", parameter.name()).put("required", parameter.required());
                one.put("in", "query").put("format", format(parameter.type()));
                String type = type(parameter.type());
                one.put("type", type == null || type.equals("array") ? "string" : type);
            }
            respond(get, "200", "OK");
        }
        ObjectNode post = operation(path, "post", tag, function.comment());
        ArrayNode list = post.putArray("parameters");
        ObjectNode args = list.addObject().put("name", "args").put("required", true);
        args.put("in", "body");
        ObjectNode schema = args.putObject("schema").put("type", "object");
        putText(schema, "description", function.comment());
        ArrayNode required = MAPPER.createArrayNode();
        ObjectNode properties = schema.putObject("properties");
        for (Function.Parameter parameter : function.parameters()) {
            putType(properties.putObject(parameter.name()), parameter.type(), parameter.type());
            if (parameter.required()) {
                required.add(parameter.name());
            }
        }
        if (!required.isEmpty()) {
            schema.set("required", required);
        }
        list.addObject().put("$ref", "#/parameters/preferParams");
        respond(post, "200", "OK");
    }

    /** The first line of a comment is the summary, the others the description. */
    private static ObjectNode operation(ObjectNode path, String method, String tag, @Nullable String comment) {
        ObjectNode operation = path.putObject(method);
        operation.putArray("tags").add(tag);
        if (comment != null) {
            String[] lines = comment.split("\n", 2);
            operation.put("summary", lines[0]);
            if (lines.length > 1 && !lines[1].isBlank()) {
                operation.put("description", lines[1].replaceFirst("^\n+", ""));
            }
        }
        return operation;
    }

    private static void refer(ObjectNode operation, List<String> names, String... more) {
        ArrayNode list = operation.putArray("parameters");
        names.forEach(name -> list.addObject().put("$ref", "#/parameters/" + name));
        for (String name : more) {
            list.addObject().put("$ref", "#/parameters/" + name);
        }
    }

    private static ObjectNode respond(ObjectNode operation, String status, String description) {
        return operation.withObject("/responses").putObject(status).put("description", description);
    }

    private static void putText(ObjectNode node, String name, @Nullable String text) {
        if (text != null) {
            node.put(name, text);
        }
    }

    private static void putType(ObjectNode property, String type, String baseType) {
        property.put("format", format(type));
        String own = type(baseType);
        putText(property, "type", own);
        if ("array".equals(own)) {
            ObjectNode items = property.putObject("items");
            putText(items, "type", type(baseType.substring(0, baseType.length() - 2)));
        }
    }

    private static String format(String type) {
        return switch (type) {
            case "smallint", "integer" -> "int32";
            case "bigint" -> "int64";
            default -> type;
        };
    }

    private static @Nullable String type(String type) {
        return switch (type) {
            case "smallint", "integer", "bigint" -> "integer";
            case "real", "double precision", "numeric" -> "number";
            case "boolean" -> "boolean";
            case "json", "jsonb" -> null;
            default -> type.endsWith("[]") ? "array" : "string";
        };
    }
}
