package dev.assay.supabase.functions;

import dev.assay.supabase.project.ProjectConfig;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The edge functions of a project as its files stand now: {@code supabase/functions/NAME/index.ts}, set up by
 * {@code supabase/config.toml}, with the environment of {@code supabase/functions/.env}.
 */
final class FunctionFolder {
    private static final Logger LOG = LoggerFactory.getLogger(FunctionFolder.class);
    private static final Pattern NAME = Pattern.compile("[A-Za-z][A-Za-z0-9_-]*");
    private static final Pattern LINE = Pattern.compile("(?:export\\s+)?([A-Za-z_][A-Za-z0-9_]*)\\s*=\\s*(.*)");

    private final Path project;
    private ProjectConfig config = ProjectConfig.defaults();
    private String configStamp = "none";

    FunctionFolder(Path project) {
        this.project = project.toAbsolutePath().normalize();
    }

    /**
     * One function.
     *
     * @param entrypoint its main file
     * @param importMap its {@code deno.json} or import map
     * @param verifyJwt whether a call needs a valid token
     * @param candidates where an import map is looked for: one that comes changes what the function is
     */
    record Source(String name, Path entrypoint, Optional<Path> importMap, boolean verifyJwt, List<Path> candidates) {}

    Path folder() {
        return project.resolve("supabase").resolve("functions");
    }

    Path project() {
        return project;
    }

    /** The function of that name; empty where there is none, or it is switched off. */
    Optional<Source> find(String name) {
        if (!NAME.matcher(name).matches()) {
            return Optional.empty();
        }
        ProjectConfig.Function settings = config().function(name);
        Path supabase = project.resolve("supabase");
        Path own = folder().resolve(name);
        Path entrypoint = settings.entrypoint().isEmpty()
                ? own.resolve("index.ts")
                : supabase.resolve(settings.entrypoint()).normalize();
        if (!settings.enabled() || !Files.isRegularFile(entrypoint)) {
            return Optional.empty();
        }
        List<Path> candidates = settings.importMap().isEmpty()
                ? List.of(
                        own.resolve("deno.json"),
                        own.resolve("deno.jsonc"),
                        own.resolve("import_map.json"),
                        folder().resolve("deno.json"),
                        folder().resolve("deno.jsonc"),
                        folder().resolve("import_map.json"))
                : List.of(supabase.resolve(settings.importMap()).normalize());
        Optional<Path> importMap =
                candidates.stream().filter(Files::isRegularFile).findFirst();
        return Optional.of(new Source(name, entrypoint, importMap, settings.verifyJwt(), candidates));
    }

    /** All functions, by name. */
    List<String> names() {
        List<String> names = new ArrayList<>(config().functions().keySet());
        if (Files.isDirectory(folder())) {
            try (Stream<Path> folders = Files.list(folder())) {
                folders.filter(Files::isDirectory)
                        .map(each -> each.getFileName().toString())
                        .forEach(names::add);
            } catch (IOException e) {
                throw new UncheckedIOException("The folder supabase/functions cannot be read", e);
            }
        }
        return names.stream()
                .distinct()
                .filter(name -> find(name).isPresent())
                .sorted()
                .toList();
    }

    /** Folders that look like functions, but have nothing to start. */
    List<String> withoutEntrypoint() throws IOException {
        if (!Files.isDirectory(folder())) {
            return List.of();
        }
        try (Stream<Path> folders = Files.list(folder())) {
            return folders.filter(Files::isDirectory)
                    .map(each -> each.getFileName().toString())
                    .filter(name -> NAME.matcher(name).matches()
                            && config().function(name).enabled()
                            && find(name).isEmpty())
                    .filter(name -> !name.equals("node_modules"))
                    .sorted()
                    .toList();
        }
    }

    /** What {@code supabase/functions/.env} says; names of Supabase's own are left out, as the CLI does. */
    Map<String, String> environment() {
        Map<String, String> environment = new LinkedHashMap<>();
        Path file = environmentFile();
        if (!Files.isRegularFile(file)) {
            return environment;
        }
        try {
            for (String line : Files.readString(file, StandardCharsets.UTF_8).split("\\R", -1)) {
                Matcher entry = LINE.matcher(line.strip());
                if (entry.matches() && !entry.group(1).startsWith("SUPABASE_")) {
                    environment.put(entry.group(1), value(entry.group(2).strip()));
                }
            }
        } catch (IOException e) {
            LOG.warn("supabase/functions/.env cannot be read ({}); functions start without it", e.toString());
        }
        return environment;
    }

    Path environmentFile() {
        return folder().resolve(".env");
    }

    private static String value(String written) {
        for (String quote : List.of("\"", "'")) {
            int end = written.startsWith(quote) ? written.indexOf(quote, 1) : -1;
            if (end > 0) {
                String inside = written.substring(1, end);
                return quote.equals("\"") ? inside.replace("\\n", "\n") : inside;
            }
        }
        return written.replaceFirst("\\s+#.*$", "");
    }

    /** Read again when the file has changed; while it is broken, what was before it holds. */
    private synchronized ProjectConfig config() {
        String stamp = stamp(project.resolve("supabase").resolve("config.toml"));
        if (!stamp.equals(configStamp)) {
            configStamp = stamp;
            try {
                config = ProjectConfig.read(project);
            } catch (ProjectConfig.BrokenConfig e) {
                LOG.info("{}; the settings before it hold for functions", e.getMessage());
            }
        }
        return config;
    }

    /** Changes when the file does. */
    static String stamp(Path file) {
        try {
            return Files.getLastModifiedTime(file).toMillis() + ":" + Files.size(file);
        } catch (IOException e) {
            return "none";
        }
    }
}
