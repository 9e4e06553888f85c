package dev.assay.postgres;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/**
 * A data folder kept as a tar, by what it was made from: binaries, {@code initdb} arguments, superuser, and the key of
 * its initializer.
 */
final class Template {
    private static final Duration READY = Duration.ofSeconds(60);
    /** One that was not used for so long is of an older version. */
    private static final Duration KEPT = Duration.ofDays(14);

    private final PostgresCluster.Options options;
    private final PostgresBinaries binaries;
    private final Account account;
    private final List<String> initdb;
    private final Map<String, String> settings;
    private final Path folder;
    private final Path tar;

    Template(
            PostgresCluster.Options options,
            PostgresBinaries binaries,
            Account account,
            List<String> initdb,
            Map<String, String> settings) {
        this.options = options;
        this.binaries = binaries;
        this.account = account;
        this.initdb = initdb;
        this.settings = settings;
        this.folder = options.cache().resolve("postgres").resolve("templates");
        this.tar = folder.resolve(
                digest(binaries.hash(), options.superuser(), options.templateKey(), initdb.toString()) + ".tar");
    }

    /** Puts the data into a folder, making the tar first where it is not there. */
    void copyTo(ThrowAwayFolder target) throws IOException, SQLException, InterruptedException {
        if (!Files.exists(tar)) {
            try (CacheLock lock = CacheLock.on(folder.resolve(tar.getFileName() + ".lock"))) {
                if (!Files.exists(tar)) {
                    make(target);
                    return;
                }
            }
        }
        DataFolder.unpack(tar, target.data());
        account.own(target.data());
        Files.setLastModifiedTime(tar, FileTime.from(Instant.now()));
    }

    private void make(ThrowAwayFolder target) throws IOException, SQLException, InterruptedException {
        Path data = target.data();
        DataFolder.initialise(binaries, account, data, options.superuser(), initdb, target.log());
        String password = Files.readString(data.resolve(DataFolder.PASSWORD_FILE));
        Postmaster postmaster = Postmaster.start(binaries, account, data, target.log(), settings, 0, READY);
        options.initializer()
                .initialize(PostgresCluster.url(postmaster.port(), "postgres", options.superuser(), password));
        postmaster.stopFast();
        Path part = folder.resolve("making-" + UUID.randomUUID());
        try {
            DataFolder.pack(data, part);
            Files.setPosixFilePermissions(part, PosixFilePermissions.fromString("rw-------"));
            Files.move(part, tar, StandardCopyOption.ATOMIC_MOVE);
        } finally {
            Files.deleteIfExists(part);
        }
        deleteOld();
    }

    private void deleteOld() throws IOException {
        Instant limit = Instant.now().minus(KEPT);
        try (var files = Files.newDirectoryStream(folder, "{*.tar,making-*}")) {
            for (Path file : files) {
                if (Files.getLastModifiedTime(file).toInstant().isBefore(limit)) {
                    Files.deleteIfExists(file);
                }
            }
        }
    }

    private static String digest(String... parts) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            for (String part : parts) {
                digest.update(part.getBytes(StandardCharsets.UTF_8));
                digest.update((byte) 0);
            }
            return HexFormat.of().formatHex(digest.digest(), 0, 12);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e); // every JVM has it
        }
    }
}
