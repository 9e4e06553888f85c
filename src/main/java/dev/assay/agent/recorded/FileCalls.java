package dev.assay.agent.recorded;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.Optional;
import tools.jackson.databind.JsonNode;

/** Does to a workspace what recorded file calls did: {@code Write}, {@code Edit}, {@code MultiEdit}. */
final class FileCalls {
    private final Path workspace;

    FileCalls(Path workspace) {
        this.workspace = workspace;
    }

    /** @return why it could not be done; empty where it was */
    Optional<String> perform(String tool, JsonNode input) {
        try {
            Path file = inside(input.path("file_path").stringValue(""));
            switch (tool) {
                case "Write" -> write(file, input.path("content").stringValue(""));
                case "Edit" -> write(file, edited(content(file), input));
                case "MultiEdit" -> {
                    String content = content(file);
                    for (JsonNode edit : input.path("edits")) {
                        content = edited(content, edit);
                    }
                    write(file, content);
                }
                default -> {
                    return Optional.of("a " + tool + " call cannot be replayed");
                }
            }
            return Optional.empty();
        } catch (Refused e) {
            return Optional.ofNullable(e.getMessage());
        } catch (IOException e) {
            return Optional.of("the file cannot be changed: " + e);
        }
    }

    private static final class Refused extends Exception {
        private static final long serialVersionUID = 1;

        Refused(String message) {
            super(message);
        }
    }

    /** Links are followed as far as there is something, so that none leads out. */
    private Path inside(String name) throws Refused, IOException {
        if (name.isEmpty()) {
            throw new Refused("the call names no file");
        }
        Path root = workspace.toRealPath();
        Path file = workspace.resolve(name).normalize();
        Path existing = file;
        while (!Files.exists(existing, LinkOption.NOFOLLOW_LINKS)) {
            existing = existing.getParent();
            if (existing == null) {
                throw new Refused(name + " is outside the workspace");
            }
        }
        if (!Files.exists(existing)) {
            throw new Refused(name + " leads through a link to nowhere");
        }
        Path real = existing.toRealPath().resolve(existing.relativize(file)).normalize();
        if (!real.startsWith(root) || real.equals(root)) {
            throw new Refused(name + " is outside the workspace");
        }
        return real;
    }

    private static String content(Path file) throws IOException {
        return Files.exists(file) ? Files.readString(file) : "";
    }

    private static void write(Path file, String content) throws IOException {
        Path folder = file.getParent();
        if (folder != null) {
            Files.createDirectories(folder);
        }
        Files.write(file, content.getBytes(StandardCharsets.UTF_8));
    }

    private static String edited(String content, JsonNode edit) throws Refused {
        String before = edit.path("old_string").stringValue("");
        String after = edit.path("new_string").stringValue("");
        if (before.isEmpty()) {
            if (content.isEmpty()) {
                return after;
            }
            throw new Refused("the text to replace is empty, and the file is not");
        }
        int first = content.indexOf(before);
        if (first < 0) {
            throw new Refused("String to replace not found in file.\nString: " + before);
        }
        if (edit.path("replace_all").booleanValue(false)) {
            return content.replace(before, after);
        }
        if (content.indexOf(before, first + 1) >= 0) {
            throw new Refused(
                    "Found several matches of the string to replace, but replace_all is false.\nString: " + before);
        }
        return content.substring(0, first) + after + content.substring(first + before.length());
    }
}
