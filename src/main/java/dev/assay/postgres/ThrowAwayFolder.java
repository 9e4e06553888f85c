package dev.assay.postgres;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.Map;
import java.util.UUID;

/**
 * The folder of a throw-away cluster and the script that deletes it, with its server, once this JVM is gone. Its name
 * says whose it is: process, start time and the namespace in which these mean something.
 */
final class ThrowAwayFolder implements AutoCloseable {
    private static final String PREFIX = "assay-pg-";
    private static final Path RAM = Path.of("/dev/shm");
    private static final long RAM_NEEDED = 1L << 30;

    private final Path path;
    private final Process watchdog;

    private ThrowAwayFolder(Path path, Process watchdog) {
        this.path = path;
        this.watchdog = watchdog;
    }

    /** Makes one in RAM where a gigabyte is free, else among the temporary files; clears away what dead JVMs left. */
    static ThrowAwayFolder create() throws IOException, InterruptedException {
        Path temporary = Path.of(System.getProperty("java.io.tmpdir"));
        clearLeftovers(temporary);
        boolean ram = Files.isDirectory(RAM) && Files.isWritable(RAM);
        if (ram) {
            clearLeftovers(RAM);
            ram = Files.getFileStore(RAM).getUsableSpace() >= RAM_NEEDED;
        }
        Path path = (ram ? RAM : temporary)
                .toAbsolutePath()
                .resolve(PREFIX + ProcessId.current() + "-" + pidNamespace() + "-"
                        + UUID.randomUUID().toString().substring(0, 8));
        Process watchdog = watch(path, ProcessBuilder.Redirect.PIPE);
        boolean made = false;
        try {
            FileTree.createPrivate(path);
            made = true;
            return new ThrowAwayFolder(path, watchdog);
        } finally {
            if (!made) {
                watchdog.getOutputStream().close();
            }
        }
    }

    private static Process watch(Path path, ProcessBuilder.Redirect input) throws IOException {
        return Script.command("throw-away.sh", Map.of("ASSAY_PG_FOLDER", path.toString()))
                .redirectInput(input)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
    }

    /** A process number means nothing outside its namespace, and RAM may be shared between containers. */
    private static String pidNamespace() throws IOException {
        return Files.readSymbolicLink(Path.of("/proc/self/ns/pid")).toString().replaceAll("\\D", "");
    }

    private static void clearLeftovers(Path parent) throws IOException, InterruptedException {
        String namespace = pidNamespace();
        try (var folders = Files.newDirectoryStream(parent, PREFIX + "*")) {
            for (Path folder : folders) {
                String[] parts = folder.getFileName()
                        .toString()
                        .substring(PREFIX.length())
                        .split("-", -1);
                boolean dead = parts.length == 4
                        && parts[2].equals(namespace)
                        && ProcessId.parse(parts[0] + "-" + parts[1])
                                .filter(owner -> !owner.alive())
                                .isPresent();
                if (dead && Files.isDirectory(folder, LinkOption.NOFOLLOW_LINKS) && isOurs(folder)) {
                    watch(
                                    folder.toAbsolutePath(),
                                    ProcessBuilder.Redirect.from(
                                            Path.of("/dev/null").toFile()))
                            .waitFor();
                }
            }
        }
    }

    private static boolean isOurs(Path folder) throws IOException {
        return Files.getOwner(folder).equals(Files.getOwner(Path.of("/proc/self")));
    }

    Path path() {
        return path;
    }

    Path data() {
        return path.resolve("data");
    }

    Path log() {
        return path.resolve("server.log");
    }

    /** Deletes the folder, whose server is stopped, and lets the script go. */
    @Override
    public void close() throws IOException {
        FileTree.delete(path);
        try (OutputStream pipe = watchdog.getOutputStream()) {
            pipe.write("bye\n".getBytes(StandardCharsets.US_ASCII));
        }
    }

    /** Leaves all to the script: it stops what runs on the folder and deletes it. */
    void abandon() throws IOException {
        watchdog.getOutputStream().close();
    }
}
