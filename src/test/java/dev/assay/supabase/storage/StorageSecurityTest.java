package dev.assay.supabase.storage;

import static dev.assay.supabase.SupabaseFixture.value;
import static dev.assay.supabase.storage.StorageProject.ALICE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertThrows;

import com.nimbusds.jwt.JWTClaimsSet;
import dev.assay.supabase.SupabaseFixture;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** What somebody must not get at, by a path, a token, a header or sheer size. */
class StorageSecurityTest {
    @RegisterExtension
    static final SupabaseFixture SUPABASE = new SupabaseFixture();

    @TempDir
    static Path folder;

    private static StorageProject storage;

    @BeforeAll
    static void open() throws Exception {
        String policies = new String(
                StorageSecurityTest.class.getResourceAsStream("policies.sql").readAllBytes(), StandardCharsets.UTF_8);
        Path app = StorageProject.app(folder, policies);
        Files.writeString(app.resolve("supabase/config.toml"), "[storage]\nfile_size_limit = \"400MiB\"\n");
        storage = new StorageProject(SUPABASE.open(app));
        assertThat(storage.project.migrate().failure()).isEmpty();
    }

    @AfterAll
    static void close() {
        storage.project.close();
    }

    private static String sql(String... statements) throws Exception {
        return value(storage.project.superuserUrl(), statements);
    }

    @Test
    void should_keep_to_its_folder_whatever_a_path_says() throws Exception {
        for (String path : List.of("..%2f..%2fetc%2fpasswd", "../../etc/passwd", "..%5c..%5cetc", "%2e%2e/%2e%2e/x")) {
            assertThat(storage.get("service", "/object/notes/" + path).status())
                    .as(path)
                    .isEqualTo(400);
        }
        // a name is a name: what looks like a way up is stored as it is, and is nobody else's object
        storage.send("service", "POST", "/object/notes/a%2f..%2f" + ALICE + "%2fup.txt", BodyPublishers.ofString("x"));
        assertThat(storage.get("alice", "/object/notes/" + ALICE + "/up.txt").error())
                .isEqualTo("400 404 not_found: Object not found");
        assertThat(storage.put("alice", "/object/notes/" + ALICE + "%2f..%2fbob%2fx", "x")
                        .status())
                .isEqualTo(200);
        assertThat(sql("select name from storage.objects where name like '%bob/x'"))
                .isEqualTo(ALICE + "/../bob/x");
    }

    @Test
    void should_open_no_file_that_a_row_put_in_by_hand_names() throws Exception {
        for (String version : List.of("../../../../../../etc/passwd", "/etc/passwd", "")) {
            sql("insert into storage.objects (bucket_id, name, version, metadata) values ('avatars', 'hand.txt', '"
                    + version + "', '{\"mimetype\":\"a\\r\\nX-Bad: 1\"}')"
                    + " on conflict (bucket_id, name) do update set version = excluded.version");
            assertThat(storage.get("", "/object/public/avatars/hand.txt").error())
                    .isEqualTo("400 404 Not found: The resource was not found");
        }
        assertThat(storage.send("", "HEAD", "/object/public/avatars/hand.txt", BodyPublishers.noBody())
                        .header("x-bad"))
                .isEmpty();
    }

    @Test
    void should_refuse_a_signed_url_that_is_forged_expired_or_for_something_else() throws Exception {
        String own = "/object/notes/" + ALICE + "/signed.txt";
        storage.put("alice", own, "signed");
        storage.put("alice", "/object/notes/" + ALICE + "/other.txt", "other");
        String url = storage.json("alice", "POST", own.replace("/object/", "/object/sign/"), "{\"expiresIn\":60}")
                .json()
                .path("signedURL")
                .asString();
        assertThat(storage.get("", url).text()).isEqualTo("signed");
        assertThat(storage.get("", url).header("expires")).endsWith("GMT");

        assertThat(storage.get("", url.replace("signed.txt", "other.txt")).error())
                .isEqualTo("400 400 InvalidSignature: Invalid signature");
        assertThat(storage.get("", url.substring(0, url.length() - 6) + "AAAAAA")
                        .error())
                .isEqualTo("400 400 InvalidJWT: signature verification failed");
        assertThat(storage.get("", url.substring(0, url.indexOf('?'))).error())
                .isEqualTo("400 400 Error: querystring must have required property 'token'");
        String path = url.substring(0, url.indexOf('?')) + "?token=";
        String name = "notes/" + ALICE + "/signed.txt";
        JWTClaimsSet.Builder claims =
                new JWTClaimsSet.Builder().claim("url", name).claim("scope", "storage:download");
        assertThat(storage.get(
                                "",
                                path
                                        + storage.sign(claims.expirationTime(
                                                Date.from(Instant.now().minusSeconds(1)))))
                        .error())
                .isEqualTo("400 400 InvalidJWT: \"exp\" claim timestamp check failed");
        // no other token of the project is a signed URL's, and no signed URL's token uploads
        assertThat(storage.get("", path + storage.token("alice")).error())
                .isEqualTo("400 400 InvalidSignature: Token is not scoped for download");
        assertThat(storage.get("", path + storage.token("service")).error())
                .isEqualTo("400 400 InvalidSignature: Token is not scoped for download");
        String token = url.substring(url.indexOf('?'));
        assertThat(storage.send("", "PUT", "/object/upload/sign/" + name + token, BodyPublishers.ofString("x"))
                        .error())
                .isEqualTo("400 400 InvalidSignature: Token is not scoped for upload");
        assertThat(storage.json("bob", "POST", own.replace("/object/", "/object/sign/"), "{\"expiresIn\":60}")
                        .error())
                .isEqualTo("400 404 not_found: Object not found");
        assertThat(storage.json("alice", "POST", own.replace("/object/", "/object/sign/"), "{\"expiresIn\":0}")
                        .error())
                .isEqualTo("400 400 Error: body/expiresIn must be >= 1");
    }

    @Test
    void should_refuse_keys_that_do_not_hold() throws Exception {
        assertThat(storage.get("", "/bucket").error())
                .isEqualTo("400 400 Error: headers must have required property 'authorization'");
        assertThat(storage.get("no.jwt.atall", "/bucket").error()).startsWith("400 403 Unauthorized: ");
        String expired = storage.sign(StorageProject.user(ALICE)
                .expirationTime(Date.from(Instant.now().minusSeconds(60))));
        assertThat(storage.get(expired, "/bucket").error())
                .isEqualTo("400 403 Unauthorized: \"exp\" claim timestamp check failed");
        assertThat(storage.get(expired, "/object/notes/" + ALICE + "/x").error())
                .isEqualTo("400 404 Bucket not found: Bucket not found");
        assertThat(storage.json("alice", "POST", "/bucket/notes/empty", "{}").error())
                .isEqualTo("403 403 Unauthorized: Access denied: Invalid role");
    }

    @Test
    void should_hold_no_more_of_an_upload_than_a_buffer() throws Exception {
        // larger than the gateway ever holds of a body, in chunks: its length is not told
        long size = 80L << 20;
        var stored = storage.send(
                "service", "POST", "/object/avatars/huge.bin", BodyPublishers.ofInputStream(() -> new Zeros(size)));
        assertThat(stored.status()).as(stored.text()).isEqualTo(200);
        var head = storage.send("", "HEAD", "/object/public/avatars/huge.bin", BodyPublishers.noBody());
        assertThat(head.header("content-length")).isEqualTo(Long.toString(size));
        var bucket = storage.json("service", "POST", "/bucket", "{\"name\":\"tight\",\"file_size_limit\":\"1MB\"}");
        assertThat(bucket.status()).isEqualTo(200);
        assertThat(storage.send(
                                "service",
                                "POST",
                                "/object/tight/huge.bin",
                                BodyPublishers.ofInputStream(() -> new Zeros(size)))
                        .error())
                .isEqualTo("400 413 Payload too large: The object exceeded the maximum allowed size");
        storage.json("service", "DELETE", "/object/avatars", "{\"prefixes\":[\"huge.bin\"]}");
        assertThat(sql("select count(*) from storage.objects where name = 'huge.bin'"))
                .isEqualTo("0");
    }

    @Test
    void should_keep_nothing_of_an_upload_that_breaks_off() throws Exception {
        String own = "/object/notes/" + ALICE + "/broken.txt";
        storage.put("alice", own, "whole");
        try (Socket socket = new Socket(
                "127.0.0.1", java.net.URI.create(storage.project.url()).getPort())) {
            OutputStream out = socket.getOutputStream();
            out.write(("PUT /storage/v1" + own + " HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer "
                            + storage.token("alice") + "\r\nContent-Length: 100000\r\n\r\nhalf")
                    .getBytes(StandardCharsets.US_ASCII));
            out.flush();
        }
        assertThat(storage.get("alice", own).text()).isEqualTo("whole");
    }

    @Test
    void should_answer_a_full_disk_and_go_on_when_there_is_room(@TempDir Path disk) throws Exception {
        ObjectFiles full = new ObjectFiles(disk.resolve("files"), Long.MAX_VALUE);
        String version = "00000000-0000-4000-8000-000000000001";
        StorageError refused = assertThrows(StorageError.class, () -> full.write(version, new Zeros(10), 100));
        assertThat(refused.http()).isEqualTo(500);
        assertThat(refused.json()).contains("No space left on device").contains("Free disk space and try again");
        try (Stream<Path> left = Files.walk(disk).filter(Files::isRegularFile)) {
            assertThat(left).isEmpty();
        }
        ObjectFiles free = new ObjectFiles(disk.resolve("files"), 0);
        assertThat(free.write(version, new Zeros(10), 100).size()).isEqualTo(10);
        free.clear();
    }

    @Test
    void should_leave_no_part_of_a_file_that_broke_off_or_was_too_long(@TempDir Path disk) {
        ObjectFiles files = new ObjectFiles(disk, 0);
        String version = "00000000-0000-4000-8000-000000000002";
        assertThrows(StorageError.class, () -> files.write(version, new Zeros(11), 10));
        assertThrows(
                IOException.class,
                () -> files.write(
                        version,
                        new InputStream() {
                            @Override
                            public int read() throws IOException {
                                throw new IOException("gone");
                            }
                        },
                        10));
        assertThat(disk).isEmptyDirectory();
        assertThat(files.open(version)).isEmpty();
    }

    /** So many bytes, made as they are read. */
    private static final class Zeros extends InputStream {
        private long left;

        Zeros(long size) {
            this.left = size;
        }

        @Override
        public int read() {
            return left-- > 0 ? 0 : -1;
        }

        @Override
        public int read(byte[] to, int offset, int length) {
            if (left <= 0) {
                return -1;
            }
            int taken = (int) Math.min(left, length);
            java.util.Arrays.fill(to, offset, offset + taken, (byte) 0);
            left -= taken;
            return taken;
        }
    }
}
