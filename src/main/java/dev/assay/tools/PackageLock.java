package dev.assay.tools;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * An npm lock file (version 3) from the class path: every package with its version and the checksum of its archive, and
 * no addresses, so that npm takes them from wherever the user has set it to.
 *
 * <p>The root's optional dependencies are the builds of the tool for each system. npm would silently go on without one
 * whose download fails or whose checksum is wrong; so the one for this system is made a plain dependency, and the others
 * are taken out.
 */
final class PackageLock {
    private static final JsonMapper JSON = new JsonMapper();

    private final ObjectNode lock;

    private PackageLock(ObjectNode lock) {
        this.lock = lock;
    }

    /** Reads it for this machine; empty where there is no build of the tool for it. */
    static Optional<PackageLock> read(String resource) {
        return read(resource, system(System.getProperty("os.name")), processor(System.getProperty("os.arch")));
    }

    static Optional<PackageLock> read(String resource, String os, String cpu) {
        ObjectNode lock;
        try (InputStream in = PackageLock.class.getResourceAsStream(resource)) {
            if (in == null) {
                throw new IllegalStateException(resource + " is missing from the class path: the build is broken.");
            }
            lock = (ObjectNode) JSON.readTree(in);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        ObjectNode packages = (ObjectNode) lock.get("packages");
        ObjectNode root = (ObjectNode) packages.get("");
        if (!(root.remove("optionalDependencies") instanceof ObjectNode builds)) {
            return Optional.of(new PackageLock(lock));
        }
        boolean fits = false;
        for (Map.Entry<String, JsonNode> build : List.copyOf(builds.properties())) {
            String place = "node_modules/" + build.getKey();
            ObjectNode entry = (ObjectNode) packages.get(place);
            if (allows(entry.path("os"), os) && allows(entry.path("cpu"), cpu)) {
                entry.remove("optional");
                root.withObjectProperty("dependencies").set(build.getKey(), build.getValue());
                fits = true;
            } else {
                packages.remove(place);
            }
        }
        return fits ? Optional.of(new PackageLock(lock)) : Optional.empty();
    }

    /** Writes {@code package.json} and {@code package-lock.json}, ready for {@code npm ci}. */
    void writeTo(Path folder) throws IOException {
        ObjectNode description = JSON.createObjectNode();
        description.put("name", lock.path("name").asString());
        description.put("version", lock.path("version").asString());
        description.put("private", true);
        description.set("dependencies", lock.path("packages").path("").path("dependencies"));
        Files.write(folder.resolve("package.json"), JSON.writeValueAsBytes(description));
        Files.write(folder.resolve("package-lock.json"), JSON.writeValueAsBytes(lock));
    }

    /** The packages asked for, such as {@code npm@11.19.1}. */
    List<String> packages() {
        List<String> names = new ArrayList<>();
        lock.path("packages")
                .path("")
                .path("dependencies")
                .properties()
                .forEach(entry ->
                        names.add(entry.getKey() + "@" + entry.getValue().asString()));
        return names;
    }

    // Either one name or a list of names, as the package has it.
    private static boolean allows(JsonNode allowed, String name) {
        if (allowed.isArray()) {
            return allowed.valueStream().anyMatch(each -> each.asString().equals(name));
        }
        return allowed.isMissingNode() || allowed.asString().equals(name);
    }

    /** What Node calls this system. */
    private static String system(String name) {
        String lower = name.toLowerCase(Locale.ROOT);
        return lower.startsWith("mac") ? "darwin" : lower.startsWith("windows") ? "win32" : lower;
    }

    /** What Node calls this processor. */
    private static String processor(String name) {
        return switch (name) {
            case "amd64", "x86_64" -> "x64";
            case "aarch64" -> "arm64";
            default -> name;
        };
    }
}
