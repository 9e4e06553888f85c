package dev.assay.agent.cli;

import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The user's side of a CLI: where its program is looked for, and what it signs in with.
 *
 * @param environment the user's environment; of it a CLI is given its own {@link Cli#keys()} and nothing else
 * @param endpoint another endpoint of the model's service than the CLI's own
 */
public record Account(Map<String, String> environment, Optional<URI> endpoint) {
    /** The variables that hold a CLI's credentials, as far as they are set. */
    Map<String, String> keys(Cli cli) {
        Map<String, String> keys = new LinkedHashMap<>();
        for (String name : cli.keys()) {
            String value = environment.getOrDefault(name, "");
            if (!value.isBlank()) {
                keys.put(name, value);
            }
        }
        return keys;
    }

    /** The user's HOME. */
    Optional<Path> home() {
        return Optional.ofNullable(environment.get("HOME")).map(Path::of).filter(Path::isAbsolute);
    }

    /** The folders of the user's PATH. */
    List<Path> searchPath() {
        List<Path> folders = new ArrayList<>();
        for (String folder : environment.getOrDefault("PATH", "").split(":", -1)) {
            if (folder.startsWith("/")) {
                folders.add(Path.of(folder));
            }
        }
        return folders;
    }
}
