package dev.assay.agent.recorded;

import dev.assay.agent.claude.ClaudeLines;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * What the file calls of a stream leave open: files that commands made, patches whose text the stream does not hold,
 * links and modes. Further calls bring them, so that a replay ends with the run's own files whatever its commands do.
 */
final class Leftovers {
    /** Far below what one argument may hold, in base64 characters. */
    private static final int PIECE = 64 << 10;

    private final Path workspace;
    private final ClaudeLines form;
    private final Instant at;
    private final List<ObjectNode> lines = new ArrayList<>();
    private int calls;

    /** @param workspace where the agent worked */
    Leftovers(Path workspace, ClaudeLines form, Instant at) {
        this.workspace = workspace;
        this.form = form;
        this.at = at;
    }

    /**
     * The calls that make one folder's files another's; the copy is made so at once.
     *
     * @param copy the files as the stream's own calls leave them
     * @param before its files that git does not ignore
     * @param after the files as they were
     * @param wanted its files that git does not ignore
     */
    List<ObjectNode> between(Path copy, Set<String> before, Path after, Set<String> wanted) throws IOException {
        for (String file : before) {
            if (!wanted.contains(file)) {
                command("rm -rf -- " + quoted(file), "Remove " + file);
                Files.deleteIfExists(copy.resolve(file));
            }
        }
        for (String file : wanted) {
            Path here = copy.resolve(file);
            Path there = after.resolve(file);
            if (file.endsWith("/") || isMark(there)) {
                continue; // a repository inside the workspace, which git names as a folder
            }
            if (!same(here, there)) {
                bring(file, here, there);
            }
        }
        return lines;
    }

    /** What a run's history holds in the place of a repository inside the workspace. */
    private static boolean isMark(Path file) throws IOException {
        return file.endsWith(".assay") && Files.isRegularFile(file) && Files.size(file) == 0;
    }

    private static boolean same(Path here, Path there) throws IOException {
        if (!Files.exists(here, LinkOption.NOFOLLOW_LINKS)
                || Files.isSymbolicLink(here) != Files.isSymbolicLink(there)) {
            return false;
        }
        if (Files.isSymbolicLink(there)) {
            return Files.readSymbolicLink(here).equals(Files.readSymbolicLink(there));
        }
        return Files.isRegularFile(here)
                && Files.isExecutable(here) == Files.isExecutable(there)
                && Arrays.equals(Files.readAllBytes(here), Files.readAllBytes(there));
    }

    private void bring(String file, Path here, Path there) throws IOException {
        if (Files.isDirectory(here, LinkOption.NOFOLLOW_LINKS)) {
            command("rm -rf -- " + quoted(file), "Remove " + file);
            WorkspaceTree.delete(here);
        }
        if (Files.isSymbolicLink(there)) {
            String target = Files.readSymbolicLink(there).toString();
            command(folder(file) + "ln -sfn -- " + quoted(target) + " " + quoted(file), "Link " + file);
        } else {
            if (Files.isSymbolicLink(here)) {
                command("rm -f -- " + quoted(file), "Remove " + file);
            }
            content(file, here, Files.readAllBytes(there));
            if (Files.isExecutable(there) != (Files.isRegularFile(here) && Files.isExecutable(here))) {
                String mode = Files.isExecutable(there) ? "+x" : "-x";
                command("chmod " + mode + " -- " + quoted(file), "Set the mode of " + file);
            }
        }
        Path folder = here.getParent();
        if (folder != null) {
            Files.createDirectories(folder);
        }
        Files.copy(
                there,
                here,
                LinkOption.NOFOLLOW_LINKS,
                StandardCopyOption.REPLACE_EXISTING,
                StandardCopyOption.COPY_ATTRIBUTES);
    }

    private void content(String file, Path here, byte[] content) throws IOException {
        if (Files.isRegularFile(here, LinkOption.NOFOLLOW_LINKS) && Arrays.equals(Files.readAllBytes(here), content)) {
            return;
        }
        Optional<String> text = text(content);
        if (text.isPresent()) {
            ObjectNode input = JsonNodeFactory.instance.objectNode();
            input.put("file_path", workspace.resolve(file).toString()).put("content", text.get());
            call("Write", input, "File created successfully at: " + workspace.resolve(file));
            return;
        }
        String encoded = Base64.getEncoder().encodeToString(content);
        for (int from = 0; from < encoded.length(); from += PIECE) {
            String piece = encoded.substring(from, Math.min(encoded.length(), from + PIECE));
            command(
                    folder(file) + "printf %s " + piece + " | base64 -d " + (from == 0 ? "> " : ">> ") + quoted(file),
                    "Write " + file);
        }
    }

    private static Optional<String> text(byte[] content) {
        try {
            return Optional.of(StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(content))
                    .toString());
        } catch (CharacterCodingException e) {
            return Optional.empty(); // no text
        }
    }

    private static String folder(String file) {
        int slash = file.lastIndexOf('/');
        return slash < 0 ? "" : "mkdir -p -- " + quoted(file.substring(0, slash)) + " && ";
    }

    private void command(String script, String description) {
        ObjectNode input = JsonNodeFactory.instance.objectNode();
        call("Bash", input.put("command", script).put("description", description), "(Bash completed with no output)");
    }

    private void call(String tool, ObjectNode input, String output) {
        String id = "toolu_workspace_" + ++calls;
        lines.add(form.call(at, id, tool, input, null));
        lines.add(form.gave(at, id, output, false));
    }

    /** A word of a shell command. */
    static String quoted(String word) {
        return "'" + word.replace("'", "'\\''") + "'";
    }
}
