package dev.assay.supabase.functions;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import tools.jackson.core.JacksonException;
import tools.jackson.core.json.JsonReadFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * Which module an import of a function means: the function's own {@code deno.json} or import map, with what stands for
 * modules that are not at npm. Deno takes one map only, so theirs is part of ours.
 *
 * @param imports specifier → specifier or URL
 * @param scopes the same for some importers, as the file has it
 * @param compilerOptions whether the file is a {@code deno.json} that says how to compile
 */
record ImportMap(ObjectNode imports, ObjectNode scopes, boolean compilerOptions) {
    private static final JsonMapper JSON = JsonMapper.builder()
            .enable(JsonReadFeature.ALLOW_JAVA_COMMENTS)
            .enable(JsonReadFeature.ALLOW_TRAILING_COMMA)
            .build();

    /**
     * Reads the map of a function that has one.
     *
     * @param file a {@code deno.json} or an import map
     * @throws NotBootable where it cannot be used, with its name
     */
    static ImportMap read(Optional<Path> file, Equivalent equivalent) {
        if (file.isEmpty()) {
            return new ImportMap(object(), object(), false);
        }
        JsonNode root = parse(file.get());
        Path base = file.get();
        boolean compilerOptions = root.has("compilerOptions");
        if (!root.has("imports") && root.path("importMap").isString()) {
            base = file.get().resolveSibling(root.path("importMap").asString()).normalize();
            root = parse(base);
        }
        ObjectNode scopes = object();
        for (Map.Entry<String, JsonNode> scope : root.path("scopes").properties()) {
            scopes.set(absolute(scope.getKey(), base), mapped(scope.getValue(), base, equivalent));
        }
        return new ImportMap(mapped(root.path("imports"), base, equivalent), scopes, compilerOptions);
    }

    private static JsonNode parse(Path file) {
        try {
            JsonNode root = JSON.readTree(Files.readString(file, StandardCharsets.UTF_8));
            if (!root.isObject()) {
                throw new NotBootable(file.getFileName() + " of the function is not a JSON object; correct the file.");
            }
            return root;
        } catch (JacksonException e) {
            throw new NotBootable(file.getFileName() + " of the function is not valid JSON: " + e.getOriginalMessage()
                    + "; correct the file.");
        } catch (IOException e) {
            throw new NotBootable("The import map " + file.getFileName() + " of the function cannot be read: " + e);
        }
    }

    private static ObjectNode mapped(JsonNode given, Path file, Equivalent equivalent) {
        ObjectNode imports = object();
        for (Map.Entry<String, JsonNode> entry : given.properties()) {
            String value = entry.getValue().asString("");
            if (value.isEmpty()) {
                continue;
            }
            imports.put(entry.getKey(), equivalent.of(value).orElseGet(() -> absolute(value, file)));
            // in a deno.json a package stands for what lies below it too
            boolean whole = value.startsWith("npm:") || value.startsWith("jsr:");
            String below = entry.getKey() + "/";
            if (whole && !value.endsWith("/") && !entry.getKey().endsWith("/") && !given.has(below)) {
                imports.put(
                        below, value.substring(0, 4) + "/" + value.substring(4).replaceFirst("^/", "") + "/");
            }
        }
        return imports;
    }

    private static String absolute(String value, Path file) {
        if (!value.startsWith("./") && !value.startsWith("../") && !value.startsWith("/")) {
            return value;
        }
        String url = file.resolveSibling(value).normalize().toUri().toString();
        return value.endsWith("/") && !url.endsWith("/") ? url + "/" : url;
    }

    /** As this one, with what stands for imports that npm does not have. */
    ImportMap with(Map<String, String> remote, Equivalent equivalent) {
        ObjectNode more = imports.deepCopy();
        remote.forEach((written, resolved) -> equivalent.of(resolved).ifPresent(known -> more.put(written, known)));
        return new ImportMap(more, scopes, compilerOptions);
    }

    String json() {
        ObjectNode map = object();
        map.set("imports", imports);
        map.set("scopes", scopes);
        return JSON.writeValueAsString(map);
    }

    private static ObjectNode object() {
        return JsonNodeFactory.instance.objectNode();
    }
}
