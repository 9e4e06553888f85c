package dev.assay.supabase.command;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.UUID;

/**
 * Programs that stand first on a PATH: {@code supabase} itself, and those that would fetch the real one from npm
 * ({@code npx supabase}, {@code pnpm dlx supabase}, {@code bunx supabase}); these hand everything else on to the program
 * of their name further down the PATH.
 */
public final class CommandFolder {
    /** Always there, since the command itself runs on Node. */
    private static final List<String> ALWAYS = List.of("npx", "npm");
    /** Only where the machine has them: an app that looks for one must not find ours alone. */
    private static final List<String> WHERE_PRESENT = List.of("pnpm", "pnpx", "bun", "bunx", "yarn");

    private final String endpoint;
    private final String token;

    /**
     * @param endpoint URL of the project's {@link CommandSurface}
     * @param token that it asks for
     */
    public CommandFolder(String endpoint, String token) {
        this.endpoint = endpoint;
        this.token = token;
    }

    /**
     * Writes the programs; those that are there are replaced.
     *
     * @param folder is made where it is missing
     * @param path what PATH will hold behind it
     */
    public void write(Path folder, String path) {
        try {
            Files.createDirectories(folder);
            program(
                    folder.resolve("supabase"),
                    resource("supabase.cjs").replace("@ENDPOINT@", endpoint).replace("@TOKEN@", token));
            String forward = resource("forward.sh");
            for (String name : ALWAYS) {
                program(folder.resolve(name), forward);
            }
            for (String name : WHERE_PRESENT) {
                if (isOn(path, name, folder)) {
                    program(folder.resolve(name), forward);
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException("The supabase command cannot be written to " + folder, e);
        }
    }

    private static boolean isOn(String path, String name, Path folder) {
        for (String entry : path.split(File.pathSeparator, -1)) {
            if (!entry.isEmpty()
                    && !Path.of(entry).equals(folder)
                    && Files.isExecutable(Path.of(entry).resolve(name))) {
                return true;
            }
        }
        return false;
    }

    private static void program(Path file, String text) throws IOException {
        Path whole = Files.writeString(file.resolveSibling(file.getFileName() + "." + UUID.randomUUID()), text);
        Files.setPosixFilePermissions(whole, PosixFilePermissions.fromString("rwxr-xr-x"));
        Files.move(whole, file, StandardCopyOption.REPLACE_EXISTING);
    }

    private static String resource(String name) throws IOException {
        try (InputStream in = CommandFolder.class.getResourceAsStream(name)) {
            if (in == null) {
                throw new IOException(name + " is missing from the class path; build Assay again");
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}
