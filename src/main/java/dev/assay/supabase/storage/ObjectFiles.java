package dev.assay.supabase.storage;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Optional;

/**
 * The bytes of objects, a file for each version. A file is whole or absent: it gets its name when it is complete. A
 * version that is no UUID, which only a row put in by hand can have, has no file.
 */
public final class ObjectFiles {
    /** Kept free: the database may live on the same disk. */
    private static final long RESERVE = 64L << 20;

    private static final int BUFFER = 1 << 16;
    private static final long LOOK_EVERY = 8L << 20;

    private final Path folder;
    private final long reserve;

    /**
     * @param folder made when it is needed
     */
    public ObjectFiles(Path folder) {
        this(folder, RESERVE);
    }

    ObjectFiles(Path folder, long reserve) {
        this.folder = folder;
        this.reserve = reserve;
    }

    /**
     * A file that was written.
     *
     * @param size in bytes
     * @param etag MD5 in quotes
     */
    record Written(long size, String etag) {}

    /**
     * Writes a version's bytes.
     *
     * @param limit most bytes
     * @throws StorageError where there are more, or the disk does not take them
     * @throws IOException where the bytes broke off
     */
    Written write(String version, InputStream content, long limit) throws IOException {
        Path part = folder.resolve(version + ".part");
        boolean kept = false;
        try {
            Written written = copied(part, content, limit);
            keep(part, version);
            kept = true;
            return written;
        } finally {
            if (!kept) {
                Files.deleteIfExists(part);
            }
        }
    }

    private Written copied(Path part, InputStream content, long limit) throws IOException {
        MessageDigest digest = md5();
        long size = 0;
        long looked = 0;
        byte[] buffer = new byte[BUFFER];
        try (OutputStream out = opened(part)) {
            for (int read = content.read(buffer); read >= 0; read = content.read(buffer)) {
                size += read;
                if (size > limit) {
                    throw StorageError.tooLarge("object");
                }
                if (size - looked >= LOOK_EVERY) {
                    looked = size;
                    checkSpace();
                }
                digest.update(buffer, 0, read);
                put(out, buffer, read);
            }
        }
        return new Written(size, '"' + HexFormat.of().formatHex(digest.digest()) + '"');
    }

    private OutputStream opened(Path part) {
        try {
            Files.createDirectories(folder);
            checkSpace();
            return Files.newOutputStream(part, StandardOpenOption.CREATE_NEW);
        } catch (IOException e) {
            throw StorageError.disk(e);
        }
    }

    private static void put(OutputStream out, byte[] buffer, int length) {
        try {
            out.write(buffer, 0, length);
        } catch (IOException e) {
            throw StorageError.disk(e);
        }
    }

    private void checkSpace() {
        try {
            if (Files.getFileStore(folder).getUsableSpace() < reserve) {
                throw StorageError.disk(new IOException("No space left on device"));
            }
        } catch (IOException e) {
            throw StorageError.disk(e);
        }
    }

    private void keep(Path part, String version) {
        try {
            Files.move(part, folder.resolve(version), StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            throw StorageError.disk(e);
        }
    }

    /** Opens a version for reading; empty where it has no file. */
    Optional<SeekableByteChannel> open(String version) {
        if (!Scope.isUuid(version)) {
            return Optional.empty();
        }
        try {
            return Optional.of(Files.newByteChannel(folder.resolve(version)));
        } catch (NoSuchFileException e) {
            return Optional.empty();
        } catch (IOException e) {
            throw StorageError.disk(e);
        }
    }

    /** Gives another version the same bytes; false where there are none. */
    boolean copy(String from, String to) {
        if (!Scope.isUuid(from)) {
            return false;
        }
        try (InputStream in = Files.newInputStream(folder.resolve(from))) {
            write(to, in, Long.MAX_VALUE);
            return true;
        } catch (NoSuchFileException e) {
            return false;
        } catch (IOException e) {
            throw StorageError.disk(e);
        }
    }

    /** Deletes a version; none is no error. Who reads it already reads on. */
    void delete(String version) {
        if (!Scope.isUuid(version)) {
            return;
        }
        try {
            Files.deleteIfExists(folder.resolve(version));
        } catch (IOException e) {
            throw StorageError.disk(e);
        }
    }

    /** Deletes all, and the folder. */
    public void clear() {
        if (!Files.isDirectory(folder)) {
            return;
        }
        try (var files = Files.newDirectoryStream(folder)) {
            for (Path file : files) {
                Files.deleteIfExists(file);
            }
            Files.deleteIfExists(folder);
        } catch (IOException e) {
            throw new UncheckedIOException("The files of the project's storage in " + folder + " are left behind", e);
        }
    }

    private static MessageDigest md5() {
        try {
            return MessageDigest.getInstance("MD5");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e); // every JVM has it
        }
    }
}
