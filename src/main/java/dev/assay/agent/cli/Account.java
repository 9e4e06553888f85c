package dev.assay.agent.cli;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The user's side of a CLI: where its program is looked for, and what it signs in with.
 *
 * @param environment the user's environment; of it a CLI is given its own {@link Cli#keys()} and nothing else
 * @param endpoint another endpoint of the model's service than the CLI's own
 */
public record Account(Map<String, String> environment, Optional<URI> endpoint) {
    /** Far more than any sign-in takes, in bytes. */
    private static final long LARGEST = 1 << 20;

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

    /**
     * All that a CLI signs in with: its keys, and what its sign-in files hold that is secret.
     *
     * @param runHome the run's HOME, whose copy the CLI renews; empty before there is one
     */
    Set<String> secrets(Cli cli, Optional<Path> runHome) throws IOException {
        Set<String> secrets = new LinkedHashSet<>(keys(cli).values());
        for (Map.Entry<String, String> file : cli.signInFiles().entrySet()) {
            if (home().isPresent()) {
                add(home().get().resolve(file.getKey()), secrets);
            }
            if (runHome.isPresent()) {
                add(runHome.get().resolve(file.getValue()), secrets);
            }
        }
        return secrets;
    }

    private static void add(Path file, Set<String> secrets) throws IOException {
        if (Files.isRegularFile(file) && Files.size(file) <= LARGEST) {
            secrets.addAll(SignInFile.secrets(Files.readAllBytes(file)));
        }
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
