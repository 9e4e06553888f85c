package dev.assay.run;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PackageCacheTest {
    private static final String TARBALL =
            "make-fetch-happen:request-cache:https://packages.test/react/-/react-19.0.0.tgz";
    private static final String METADATA = "make-fetch-happen:request-cache:https://packages.test/react";

    @TempDir
    Path folder;

    private PackageCache cache;
    private Path shared;
    private Path home;
    private Path own;

    @BeforeEach
    void open() throws IOException {
        shared = folder.resolve("shared/_cacache");
        home = Files.createDirectories(folder.resolve("run/home"));
        own = PackageCache.own(home).resolve("_cacache");
        cache = new PackageCache(folder.resolve("shared"));
    }

    @Test
    void should_take_nothing_back_that_is_not_what_it_is_filed_under() throws Exception {
        cache.lend(home);
        Path content = file(own, TARBALL, "the tarball");
        Files.writeString(content, "something else");

        cache.takeBack(home, true, true);

        assertThat(files(shared)).isEmpty();
    }

    @Test
    void should_take_no_metadata_back_from_an_agent() throws Exception {
        cache.lend(home);
        file(own, TARBALL, "the tarball");
        file(own, METADATA, "{\"versions\": \"forged\"}");

        cache.takeBack(home, false, true);

        assertThat(content(shared, "the tarball")).hasContent("the tarball");
        assertThat(bucket(shared, TARBALL)).exists();
        assertThat(bucket(shared, METADATA)).doesNotExist();
    }

    @Test
    void should_not_read_through_links_that_an_agent_has_left() throws Exception {
        cache.lend(home);
        Path secret = Files.writeString(folder.resolve("secret"), "the tarball");
        Path content = file(own, TARBALL, "the tarball");
        Files.delete(content);
        Files.createSymbolicLink(content, secret);

        cache.takeBack(home, true, true);

        assertThat(files(shared)).isEmpty();
        assertThat(secret).hasContent("the tarball");
    }

    @Test
    void should_file_an_entry_where_its_key_says_and_not_where_it_was_found() throws Exception {
        cache.lend(home);
        file(own, TARBALL, "the tarball");
        Path elsewhere = bucket(own, METADATA);
        Files.createDirectories(elsewhere.getParent());
        Files.move(bucket(own, TARBALL), elsewhere);

        cache.takeBack(home, true, true);

        assertThat(bucket(shared, TARBALL)).exists();
        assertThat(bucket(shared, METADATA)).doesNotExist();
    }

    @Test
    void should_take_nothing_back_after_an_interrupt() throws Exception {
        cache.lend(home);
        file(own, TARBALL, "the tarball");

        cache.takeBack(home, true, false);

        assertThat(files(shared)).isEmpty();
        assertThat(PackageCache.own(home)).doesNotExist();
    }

    @Test
    void should_give_each_run_a_copy_that_it_may_spoil() throws Exception {
        Path content = file(shared, TARBALL, "the tarball");
        cache.lend(home);

        assertThat(content(own, "the tarball")).hasContent("the tarball");
        Files.writeString(content(own, "the tarball"), "spoilt");
        Files.writeString(bucket(own, TARBALL), "spoilt");
        cache.takeBack(home, true, true);

        assertThat(content).hasContent("the tarball");
        assertThat(Files.readString(bucket(shared, TARBALL))).contains(TARBALL);
        assertThat(PackageCache.own(home)).doesNotExist();
    }

    @Test
    void should_lend_to_the_next_run_what_this_one_has_downloaded() throws Exception {
        cache.lend(home);
        file(own, TARBALL, "the tarball");
        file(own, METADATA, "{\"versions\": 1}");
        cache.takeBack(home, true, true);

        cache.lend(home);

        assertThat(content(own, "the tarball")).hasContent("the tarball");
        assertThat(Files.readString(bucket(own, METADATA))).contains(METADATA);
        assertThat(files(shared)).noneMatch(file -> file.contains("tmp/"));
    }

    @Test
    void should_keep_the_last_word_on_a_key() throws Exception {
        file(shared, METADATA, "old");
        cache.lend(home);
        file(own, METADATA, "new");

        cache.takeBack(home, true, true);
        cache.lend(home);

        assertThat(Files.readString(bucket(own, METADATA)))
                .contains(integrity("new"))
                .doesNotContain(integrity("old"));
    }

    /** Files a content under a key, as npm does: a line more in the key's bucket. */
    private static Path file(Path cacache, String key, String text) throws Exception {
        Path content = content(cacache, text);
        Files.createDirectories(content.getParent());
        Files.writeString(content, text);
        String json = "{\"key\":\"" + key + "\",\"integrity\":\"" + integrity(text) + "\",\"time\":1,\"size\":"
                + text.length() + "}";
        Path bucket = bucket(cacache, key);
        Files.createDirectories(bucket.getParent());
        String before = Files.exists(bucket) ? Files.readString(bucket) : "";
        Files.writeString(bucket, before + "\n" + hex("SHA-1", json) + "\t" + json);
        return content;
    }

    private static Path content(Path cacache, String text) throws Exception {
        return spread(cacache.resolve("content-v2/sha512"), hex("SHA-512", text));
    }

    private static Path bucket(Path cacache, String key) throws Exception {
        return spread(cacache.resolve("index-v5"), hex("SHA-256", key));
    }

    private static Path spread(Path folder, String hex) {
        return folder.resolve(hex.substring(0, 2)).resolve(hex.substring(2, 4)).resolve(hex.substring(4));
    }

    private static String integrity(String text) throws Exception {
        return "sha512-"
                + Base64.getEncoder()
                        .encodeToString(MessageDigest.getInstance("SHA-512").digest(text.getBytes(UTF_8)));
    }

    private static String hex(String algorithm, String text) throws Exception {
        return HexFormat.of().formatHex(MessageDigest.getInstance(algorithm).digest(text.getBytes(UTF_8)));
    }

    private static List<String> files(Path folder) throws IOException {
        if (!Files.exists(folder)) {
            return List.of();
        }
        try (Stream<Path> walk = Files.walk(folder)) {
            return walk.filter(Files::isRegularFile)
                    .map(file -> folder.relativize(file).toString())
                    .toList();
        }
    }
}
