package dev.assay.tools;

import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A folder of finished installations, shared by all processes of a user. A tool is put together in a folder beside its
 * place and then renamed, so that what is there is whole; a file lock lets one installer work at a time.
 */
final class ToolCache {
    /** Written last, so that a folder with it is whole. */
    private static final String FINISHED = "assay-tool.txt";

    private final Path folder;
    private final PrintStream out;

    /** Puts a tool into an empty folder, and throws where it could not. */
    @FunctionalInterface
    interface Installer {
        void install(Path staging) throws IOException, InterruptedException;
    }

    ToolCache(Path folder, PrintStream out) {
        this.folder = folder;
        this.out = out;
    }

    /** The installation of that name, where it is there and whole: with its program. */
    Optional<Path> look(String name, Path program) {
        Path place = folder.resolve(name);
        boolean whole = Files.isRegularFile(place.resolve(FINISHED)) && Files.isExecutable(place.resolve(program));
        return whole ? Optional.of(place) : Optional.empty();
    }

    /** The installation of that name, made by the installer where it is not there or not whole. */
    Path get(String name, Path program, Installer installer) throws InterruptedException {
        Optional<Path> there = look(name, program);
        if (there.isPresent()) {
            return there.get();
        }
        try {
            Files.createDirectories(folder);
            Path lockFile = folder.resolve(name + ".lock");
            try (FileChannel channel = FileChannel.open(lockFile, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
                    FileLock held = lock(channel, name)) {
                there = look(name, program);
                return there.isPresent() ? there.get() : install(name, installer);
            }
        } catch (IOException | UncheckedIOException e) {
            throw new ToolMissing(
                    name,
                    "it could not be put into " + folder + " (" + e + ").",
                    "Make room and see that the folder can be written to, or choose another cache folder.",
                    e);
        }
    }

    private Path install(String name, Installer installer) throws IOException, InterruptedException {
        // With the lock held, what lies about is from installers that were killed.
        try (DirectoryStream<Path> left = Files.newDirectoryStream(folder, "." + name + "-*")) {
            for (Path path : left) {
                delete(path);
            }
        }
        Path staging = folder.resolve("." + name + "-" + UUID.randomUUID());
        Files.createDirectory(staging);
        try {
            installer.install(staging);
            Files.writeString(staging.resolve(FINISHED), name + "\n");
            Path place = folder.resolve(name);
            delete(place);
            return Files.move(staging, place, StandardCopyOption.ATOMIC_MOVE);
        } finally {
            delete(staging);
        }
    }

    private FileLock lock(FileChannel channel, String name) throws IOException, InterruptedException {
        boolean said = false;
        while (true) {
            FileLock lock = tryLock(channel);
            if (lock != null) {
                return lock;
            }
            if (!said) {
                out.println(name + ": another process is installing it; waiting …");
                said = true;
            }
            TimeUnit.MILLISECONDS.sleep(100);
        }
    }

    private static @Nullable FileLock tryLock(FileChannel channel) throws IOException {
        try {
            return channel.tryLock();
        } catch (OverlappingFileLockException e) {
            return null; // held by another thread of this JVM
        }
    }

    static void delete(Path path) throws IOException {
        if (!Files.exists(path, LinkOption.NOFOLLOW_LINKS)) {
            return;
        }
        List<Path> inside;
        try (Stream<Path> walk = Files.walk(path)) {
            inside = walk.sorted(Comparator.reverseOrder()).toList();
        }
        for (Path each : inside) {
            Files.deleteIfExists(each);
        }
    }
}
