package dev.assay.run;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Stream;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * npm's cache, shared by all runs and out of their reach: each run gets a copy of its own, and what it has downloaded comes
 * back after it. An agent can put anything into its copy, so only content that has the digest that it is filed under is
 * taken back, and from agents that nobody wrote only tarballs: npm checks those against a lock file or the registry's own
 * word, whoever filed them.
 *
 * <p>The form is that of npm's {@code cacache}, content version 2 and index version 5: {@code content-v2/sha512/ab/cd/…} by
 * digest, and {@code index-v5/ab/cd/…} by the SHA-256 of a key, with lines of a SHA-1, a tab and JSON, the last of which
 * counts.
 *
 * @param shared the folder with {@code _cacache} that outlives the runs
 */
public record PackageCache(Path shared) {
    /** An index line is a few hundred bytes; a bucket that is longer was not written by npm. */
    private static final long LONGEST_BUCKET = 1 << 20;

    private static final String CONTENT = "content-v2";
    private static final String INDEX = "index-v5";

    /** What an index line says: the content of a key. */
    private record Entry(String key, String digest, String line) {
        /** Where its content is. */
        Path content(Path cacache) {
            return spread(cacache.resolve(CONTENT).resolve("sha512"), digest);
        }

        Path bucket(Path cacache) {
            return spread(
                    cacache.resolve(INDEX),
                    HexFormat.of().formatHex(sha("SHA-256").digest(key.getBytes(StandardCharsets.UTF_8))));
        }

        /** Whether npm checks it against what somebody else said of it. */
        boolean isTarball() {
            return key.startsWith("pacote:tarball:")
                    || (key.startsWith("make-fetch-happen:request-cache:") && key.endsWith(".tgz"));
        }
    }

    /** Where a run's own copy is: beside each HOME of it. */
    static Path own(Path home) {
        return home.resolveSibling("packages");
    }

    /** Gives a run a copy of its own. */
    void lend(Path home) throws IOException {
        Path from = shared.resolve("_cacache");
        Path to = own(home).resolve("_cacache");
        Files.createDirectories(to);
        if (!Files.isDirectory(from)) {
            return;
        }
        for (Path content : files(from.resolve(CONTENT))) {
            copy(content, to.resolve(from.relativize(content).toString()));
        }
        for (Path bucket : files(from.resolve(INDEX))) {
            Path copy = to.resolve(from.relativize(bucket).toString());
            Optional<String> last = lastLine(bucket);
            if (last.isPresent()) {
                Files.createDirectories(copy.getParent());
                Files.writeString(copy, "\n" + last.get());
            }
        }
    }

    /**
     * Takes back what is new in a run's copy, and removes the copy.
     *
     * @param trusted whether what ran there came with the experiment, so that what it downloaded is what the registry gave
     * @param whole whether the run came to its end; else the copy is only removed
     */
    void takeBack(Path home, boolean trusted, boolean whole) throws IOException {
        Path from = own(home).resolve("_cacache");
        Path to = shared.resolve("_cacache");
        for (Path bucket : whole ? files(from.resolve(INDEX)) : List.<Path>of()) {
            Optional<Entry> entry = lastLine(bucket).flatMap(PackageCache::entry);
            if (entry.isPresent() && (trusted || entry.get().isTarball())) {
                takeBack(entry.get(), from, to);
            }
        }
        AppFiles.delete(own(home));
    }

    private static void takeBack(Entry entry, Path from, Path to) throws IOException {
        Path bucket = entry.bucket(to);
        boolean known = Files.exists(bucket)
                && lastLine(bucket)
                        .flatMap(PackageCache::entry)
                        .filter(there -> there.digest().equals(entry.digest()))
                        .isPresent();
        Path content = entry.content(to);
        if (known && Files.exists(content)) {
            return;
        }
        if (!Files.exists(content)) {
            Path downloaded = entry.content(from);
            if (!Files.isRegularFile(downloaded, LinkOption.NOFOLLOW_LINKS)) {
                return;
            }
            Path staged = staged(to);
            Files.copy(downloaded, staged, LinkOption.NOFOLLOW_LINKS);
            if (!sha512(staged).equals(entry.digest())) {
                Files.delete(staged);
                return;
            }
            put(staged, content);
        }
        Path staged = staged(to);
        Files.writeString(staged, "\n" + entry.line());
        put(staged, bucket);
    }

    /** A file beside the others; renamed when it is whole, as other processes read what is there. */
    private static Path staged(Path cacache) throws IOException {
        return Files.createDirectories(cacache.resolve("tmp")).resolve("assay-" + UUID.randomUUID());
    }

    private static void put(Path staged, Path place) throws IOException {
        Files.createDirectories(place.getParent());
        Files.move(staged, place, StandardCopyOption.ATOMIC_MOVE);
    }

    /** Another run may be adding to the shared cache, and npm removes what is broken. */
    private static void copy(Path file, Path to) throws IOException {
        Files.createDirectories(to.getParent());
        Files.copy(file, to, StandardCopyOption.REPLACE_EXISTING, LinkOption.NOFOLLOW_LINKS);
    }

    private static List<Path> files(Path folder) throws IOException {
        List<Path> files = new ArrayList<>();
        if (Files.isDirectory(folder, LinkOption.NOFOLLOW_LINKS)) {
            Files.walkFileTree(folder, new SimpleFileVisitor<>() {
                @Override
                public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
                    if (attributes.isRegularFile()) {
                        files.add(file);
                    }
                    return FileVisitResult.CONTINUE;
                }

                @Override
                public FileVisitResult visitFileFailed(Path file, IOException gone) {
                    return FileVisitResult.CONTINUE; // removed meanwhile, or nothing that npm wrote
                }
            });
        }
        return files;
    }

    private static Optional<String> lastLine(Path bucket) throws IOException {
        if (Files.size(bucket) > LONGEST_BUCKET) {
            return Optional.empty();
        }
        String text = new String(Files.readAllBytes(bucket), StandardCharsets.UTF_8);
        try (Stream<String> lines = text.lines()) {
            return lines.filter(line -> !line.isBlank()).reduce((first, second) -> second);
        }
    }

    private static Optional<Entry> entry(String line) {
        int tab = line.indexOf('\t');
        try {
            JsonNode json = new JsonMapper().readTree(line.substring(tab + 1));
            String key = json.path("key").stringValue("");
            String integrity = json.path("integrity").stringValue("");
            if (tab < 0 || key.isEmpty() || !integrity.startsWith("sha512-")) {
                return Optional.empty();
            }
            byte[] digest = Base64.getDecoder().decode(integrity.substring("sha512-".length()));
            return digest.length == 64
                    ? Optional.of(new Entry(key, HexFormat.of().formatHex(digest), line))
                    : Optional.empty();
        } catch (JacksonException | IllegalArgumentException e) {
            return Optional.empty(); // not written by npm, or cut off: npm skips such lines too
        }
    }

    private static Path spread(Path folder, String hex) {
        return folder.resolve(hex.substring(0, 2)).resolve(hex.substring(2, 4)).resolve(hex.substring(4));
    }

    private static String sha512(Path file) throws IOException {
        MessageDigest sha = sha("SHA-512");
        try (var in = Files.newInputStream(file)) {
            byte[] buffer = new byte[1 << 16];
            for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
                sha.update(buffer, 0, read);
            }
        }
        return HexFormat.of().formatHex(sha.digest());
    }

    private static MessageDigest sha(String algorithm) {
        try {
            return MessageDigest.getInstance(algorithm);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has " + algorithm, e);
        }
    }
}
