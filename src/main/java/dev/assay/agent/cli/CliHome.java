package dev.assay.agent.cli;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Puts into a run's HOME what a CLI looks for there: its settings and a copy of the user's sign-in. An earlier agent may
 * have been at work in it, so a link is replaced and never written through.
 */
final class CliHome {
    private static final Set<PosixFilePermission> OWNERS = PosixFilePermissions.fromString("rw-------");

    private final Path home;

    CliHome(Path home) {
        this.home = home;
    }

    void write(Map<String, String> files) throws IOException {
        for (Map.Entry<String, String> file : files.entrySet()) {
            write(file.getKey(), file.getValue().getBytes(StandardCharsets.UTF_8));
        }
    }

    /** Copies the user's sign-in files where they are there and the run has none yet: a CLI renews its own copy. */
    void signIn(Cli cli, Optional<Path> user) throws IOException {
        if (user.isEmpty()) {
            return;
        }
        for (Map.Entry<String, String> file : cli.signInFiles().entrySet()) {
            if (Files.exists(home.resolve(file.getValue()), LinkOption.NOFOLLOW_LINKS)) {
                continue;
            }
            byte[] signIn;
            try {
                signIn = Files.readAllBytes(user.get().resolve(file.getKey()));
            } catch (NoSuchFileException e) {
                continue; // not signed in that way
            }
            write(file.getValue(), signIn);
        }
    }

    private void write(String name, byte[] bytes) throws IOException {
        Path file = home.resolve(name).normalize();
        Path folder = file.getParent();
        if (!file.startsWith(home) || folder == null) {
            throw new IllegalArgumentException("A CLI's file must be below the run's HOME, not " + name + ".");
        }
        Files.createDirectories(folder);
        if (!folder.toRealPath().startsWith(home.toRealPath())) {
            throw new IOException(folder + " leads out of the run's HOME; nothing is written there.");
        }
        Files.deleteIfExists(file);
        Files.createFile(file, PosixFilePermissions.asFileAttribute(OWNERS));
        Files.write(file, bytes, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS);
    }
}
