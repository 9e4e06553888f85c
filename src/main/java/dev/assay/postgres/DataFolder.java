package dev.assay.postgres;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;

/** Makes a server's data folder: by {@code initdb}, or from a tar of one. */
final class DataFolder {
    /** Keeps the superuser's password with the data that it opens; PostgreSQL leaves unknown files alone. */
    static final String PASSWORD_FILE = "assay.password";

    private static final int BUFFER = 1 << 18;

    private DataFolder() {}

    static String randomPassword() {
        byte[] bytes = new byte[24];
        new SecureRandom().nextBytes(bytes);
        return HexFormat.of().formatHex(bytes);
    }

    /**
     * Makes a new one with a random superuser password, which is kept in {@link #PASSWORD_FILE}.
     *
     * @param arguments further arguments of {@code initdb}
     * @throws PostgresUnavailable with what {@code initdb} said
     */
    static void initialise(
            PostgresBinaries binaries, Account account, Path data, String superuser, List<String> arguments, Path log)
            throws IOException, InterruptedException {
        FileTree.createPrivate(data);
        account.own(data);
        Path passwordFile = Files.createTempFile(
                data.getParent(),
                "new-",
                ".password",
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        try {
            Files.writeString(passwordFile, randomPassword());
            account.own(passwordFile);
            List<String> command = new ArrayList<>(List.of(
                    binaries.program("initdb").toString(),
                    "-D",
                    data.toString(),
                    "-U",
                    superuser,
                    "--pwfile=" + passwordFile,
                    "-A",
                    "scram-sha-256",
                    "-E",
                    "UTF8",
                    "--locale=C",
                    "--no-sync",
                    "--no-instructions"));
            command.addAll(arguments);
            Process initdb = Postmaster.quiet(new ProcessBuilder(account.line(command)), log)
                    .start();
            int code;
            try {
                code = initdb.waitFor();
            } finally {
                initdb.destroyForcibly();
            }
            if (code != 0) {
                throw new PostgresUnavailable("PostgreSQL's initdb failed with exit code " + code + " on " + data
                        + ". It said:\n" + PostgresUnavailable.tail(log));
            }
            Files.move(passwordFile, data.resolve(PASSWORD_FILE));
        } finally {
            Files.deleteIfExists(passwordFile);
        }
    }

    static void pack(Path data, Path tar) throws IOException {
        try (OutputStream out =
                        new BufferedOutputStream(Files.newOutputStream(tar, StandardOpenOption.CREATE_NEW), BUFFER);
                TarArchiveOutputStream archive = new TarArchiveOutputStream(out);
                var files = Files.walk(data)) {
            archive.setBigNumberMode(TarArchiveOutputStream.BIGNUMBER_POSIX);
            archive.setLongFileMode(TarArchiveOutputStream.LONGFILE_POSIX);
            for (Path file : (Iterable<Path>) files.skip(1)::iterator) {
                String name = data.relativize(file).toString();
                if (name.equals("postmaster.opts")) {
                    continue; // the last server's command line, of no use to the next
                }
                archive.putArchiveEntry(new TarArchiveEntry(file, name));
                if (Files.isRegularFile(file)) {
                    Files.copy(file, archive);
                }
                archive.closeArchiveEntry();
            }
        }
    }

    static void unpack(Path tar, Path data) throws IOException {
        FileTree.createPrivate(data);
        byte[] buffer = new byte[BUFFER];
        try (InputStream in = Files.newInputStream(tar);
                TarArchiveInputStream archive =
                        new TarArchiveInputStream(new java.io.BufferedInputStream(in, BUFFER))) {
            for (TarArchiveEntry entry = archive.getNextEntry(); entry != null; entry = archive.getNextEntry()) {
                Path file = data.resolve(entry.getName()).normalize();
                if (!file.startsWith(data)) {
                    throw new IOException("the template has an entry outside its folder: " + entry.getName());
                }
                if (entry.isDirectory()) {
                    Files.createDirectories(file);
                } else {
                    try (OutputStream out = Files.newOutputStream(file, StandardOpenOption.CREATE_NEW)) {
                        for (int n = archive.read(buffer); n >= 0; n = archive.read(buffer)) {
                            out.write(buffer, 0, n);
                        }
                    }
                }
            }
        }
    }
}
