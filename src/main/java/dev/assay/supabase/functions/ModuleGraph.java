package dev.assay.supabase.functions;

import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * What a function is made of, as {@code deno info --json} tells it.
 *
 * @param files its modules on this machine
 * @param remote what it imports from elsewhere: the specifiers as written, with what they resolve to
 * @param errors what is wrong with its modules, in Deno's words
 */
record ModuleGraph(List<Path> files, Map<String, String> remote, List<String> errors) {
    private static final JsonMapper JSON = new JsonMapper();

    /** @throws NotBootable where Deno told nothing that can be read */
    static ModuleGraph read(String info, String said) {
        JsonNode root;
        try {
            root = JSON.readTree(info);
        } catch (JacksonException e) {
            throw new NotBootable(said.isBlank() ? "Deno could not read the function." : said.strip());
        }
        List<Path> files = new ArrayList<>();
        Map<String, String> remote = new LinkedHashMap<>();
        List<String> errors = new ArrayList<>();
        for (JsonNode module : root.path("modules")) {
            String specifier = module.path("specifier").asString("");
            boolean local = specifier.startsWith("file:");
            if (local && module.has("error")) {
                errors.add(module.path("error").asString());
            } else if (local) {
                files.add(Path.of(URI.create(specifier)));
            }
            for (JsonNode dependency : module.path("dependencies")) {
                JsonNode code = dependency.path("code");
                String written = dependency.path("specifier").asString("");
                String resolved = code.path("specifier").asString("");
                if (code.has("error")) {
                    errors.add(code.path("error").asString());
                } else if (!resolved.isEmpty() && !resolved.startsWith("file:") && local) {
                    remote.put(written, resolved);
                }
            }
        }
        return new ModuleGraph(List.copyOf(files), remote, List.copyOf(errors));
    }
}
