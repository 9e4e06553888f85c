package dev.assay.supabase.storage;

import static dev.assay.supabase.SupabaseFixture.value;
import static dev.assay.supabase.storage.StorageProject.ALICE;
import static dev.assay.supabase.storage.StorageProject.BOB;
import static org.assertj.core.api.Assertions.assertThat;

import dev.assay.supabase.SupabaseFixture;
import dev.assay.supabase.storage.StorageProject.Answer;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** One project for all tests; each has names of its own. */
class StorageSurfaceTest {
    @RegisterExtension
    static final SupabaseFixture SUPABASE = new SupabaseFixture();

    @TempDir
    static Path folder;

    private static StorageProject storage;

    @BeforeAll
    static void open() throws Exception {
        String policies = new String(
                StorageSurfaceTest.class.getResourceAsStream("policies.sql").readAllBytes(), StandardCharsets.UTF_8);
        storage = new StorageProject(SUPABASE.open(StorageProject.app(folder, policies)));
        assertThat(storage.project.migrate().failure()).isEmpty();
    }

    @AfterAll
    static void close() {
        storage.project.close();
    }

    private static String note(String user, String name) {
        return "/object/notes/" + user + "/" + name;
    }

    @Test
    void should_let_a_user_write_only_where_a_policy_does() throws Exception {
        assertThat(storage.put("bob", note(ALICE, "write.txt"), "x").error())
                .isEqualTo("400 403 Unauthorized: new row violates row-level security policy");
        assertThat(storage.put("anon", note(ALICE, "write.txt"), "x").error())
                .isEqualTo("400 403 Unauthorized: new row violates row-level security policy");
        Answer stored = storage.put("alice", note(ALICE, "write.txt"), "mine", "Content-Type", "text/plain");

        assertThat(stored.status()).as(stored.text()).isEqualTo(200);
        assertThat(stored.json().path("Key").asString()).isEqualTo("notes/" + ALICE + "/write.txt");
        assertThat(value(
                        storage.project.superuserUrl(),
                        "select owner || ' ' || owner_id || ' ' || (metadata ->> 'size') || ' ' || (metadata ->> 'mimetype')"
                                + " from storage.objects where id = '"
                                + stored.json().path("Id").asString() + "'"))
                .isEqualTo(ALICE + " " + ALICE + " 4 text/plain");
    }

    @Test
    void should_show_a_policy_the_size_and_the_type_that_come() throws Exception {
        assertThat(storage.put("alice", "/object/avatars/big.png", "x".repeat(1001))
                        .error())
                .isEqualTo("400 403 Unauthorized: new row violates row-level security policy");
        assertThat(storage.put("alice", "/object/avatars/small.gif", "x").error())
                .contains("row-level security");
        assertThat(storage.put("alice", "/object/avatars/small.png", "x".repeat(1000))
                        .status())
                .isEqualTo(200);
    }

    @Test
    void should_let_a_user_read_only_what_a_policy_shows() throws Exception {
        storage.put("alice", note(ALICE, "read.txt"), "secret", "Content-Type", "text/plain");

        assertThat(storage.get("bob", note(ALICE, "read.txt")).error())
                .isEqualTo("400 404 not_found: Object not found");
        assertThat(storage.get("anon", note(ALICE, "read.txt")).error())
                .isEqualTo("400 404 not_found: Object not found");
        assertThat(storage.get("", note(ALICE, "read.txt")).error())
                .isEqualTo("400 404 Bucket not found: Bucket not found");
        assertThat(storage.get("", "/object/public/notes/" + ALICE + "/read.txt")
                        .error())
                .isEqualTo("400 404 Bucket not found: Bucket not found");
        assertThat(storage.get("bob", "/object/info/public/notes/" + ALICE + "/read.txt")
                        .error())
                .isEqualTo("400 404 Bucket not found: Bucket not found");
        assertThat(storage.get("bob", "/object/info/notes/" + ALICE + "/read.txt")
                        .error())
                .isEqualTo("400 404 not_found: Object not found");
        assertThat(storage.get("alice", note(ALICE, "read.txt")).text()).isEqualTo("secret");
        assertThat(storage.get("alice", "/object/authenticated/notes/" + ALICE + "/read.txt")
                        .text())
                .isEqualTo("secret");
        assertThat(storage.get("service", note(ALICE, "read.txt")).text()).isEqualTo("secret");
    }

    @Test
    void should_change_and_delete_only_what_a_policy_lets() throws Exception {
        String own = note(ALICE, "change.txt");
        storage.put("alice", own, "first");
        assertThat(storage.put("alice", own, "again").error())
                .isEqualTo("400 409 Duplicate: The resource already exists");
        assertThat(storage.send("bob", "PUT", own, BodyPublishers.ofString("bob's"))
                        .error())
                .contains("row-level security");
        assertThat(storage.json("bob", "POST", "/object/move", """
                {"bucketId":"notes","sourceKey":"%s/change.txt","destinationKey":"%s/stolen.txt"}
                """.formatted(ALICE, BOB))
                        .error())
                .isEqualTo("400 404 not_found: Object not found");
        assertThat(storage.json("alice", "POST", "/object/move", """
                {"bucketId":"notes","sourceKey":"%s/change.txt","destinationKey":"%s/gift.txt"}
                """.formatted(ALICE, BOB))
                        .error())
                .contains("row-level security");
        assertThat(storage.json("bob", "DELETE", "/object/notes", "{\"prefixes\":[\"" + ALICE + "/change.txt\"]}")
                        .text())
                .isEqualTo("[]");
        assertThat(storage.send("bob", "DELETE", own, BodyPublishers.noBody()).error())
                .isEqualTo("400 403 Unauthorized: Access denied");
        assertThat(storage.get("alice", own).text()).isEqualTo("first");

        assertThat(storage.send("alice", "PUT", own, BodyPublishers.ofString("second"))
                        .status())
                .isEqualTo(200);
        assertThat(storage.put("alice", own, "third", "x-upsert", "true").status())
                .isEqualTo(200);
        assertThat(storage.get("alice", own).text()).isEqualTo("third");
        assertThat(storage.json("alice", "DELETE", "/object/notes", "{\"prefixes\":[\"" + ALICE + "/change.txt\"]}")
                        .json()
                        .at("/0/name")
                        .asString())
                .isEqualTo(ALICE + "/change.txt");
        assertThat(storage.get("alice", own).error()).isEqualTo("400 404 not_found: Object not found");
    }

    @Test
    void should_serve_a_public_bucket_to_anybody_with_the_headers_that_were_given() throws Exception {
        storage.put(
                "service",
                "/object/avatars/head.txt",
                "hello world",
                "Content-Type",
                "text/plain;charset=UTF-8",
                "Cache-Control",
                "max-age=60");

        Answer whole = storage.get("", "/object/public/avatars/head.txt?download=a%20b.txt");
        assertThat(whole.text()).isEqualTo("hello world");
        assertThat(whole.header("content-type")).isEqualToIgnoringCase("text/plain;charset=UTF-8");
        assertThat(whole.header("cache-control")).isEqualTo("max-age=60");
        assertThat(whole.header("etag")).isEqualTo("\"5eb63bbbe01eeed093cb22bb8f5acdc3\"");
        assertThat(whole.header("content-length")).isEqualTo("11");
        assertThat(whole.header("last-modified")).endsWith("GMT");
        assertThat(whole.header("access-control-allow-origin")).isEqualTo("*");
        assertThat(whole.header("content-disposition"))
                .isEqualTo("attachment; filename=a%20b.txt; filename*=UTF-8''a%20b.txt");
        assertThat(storage.get("", "/object/avatars/head.txt").text()).isEqualTo("hello world");

        Answer unchanged = storage.get("", "/object/public/avatars/head.txt", "If-None-Match", whole.header("etag"));
        assertThat(unchanged.status()).isEqualTo(304);
        assertThat(unchanged.response().body()).isEmpty();
        Answer head = storage.send("", "HEAD", "/object/public/avatars/head.txt", BodyPublishers.noBody());
        assertThat(head.status()).isEqualTo(200);
        assertThat(head.header("content-length")).isEqualTo("11");
        assertThat(storage.send("", "HEAD", "/object/public/avatars/none.txt", BodyPublishers.noBody())
                        .status())
                .isEqualTo(400);
        assertThat(storage.get("", "/object/public/avatars/none.txt").error())
                .isEqualTo("400 404 not_found: Object not found");
    }

    @Test
    void should_serve_parts() throws Exception {
        storage.put("service", "/object/avatars/range.txt", "0123456789");
        Answer part = storage.get("", "/object/public/avatars/range.txt", "Range", "bytes=2-4");
        assertThat(part.status()).isEqualTo(206);
        assertThat(part.text()).isEqualTo("234");
        assertThat(part.header("content-range")).isEqualTo("bytes 2-4/10");
        assertThat(storage.get("", "/object/public/avatars/range.txt", "Range", "bytes=-3")
                        .text())
                .isEqualTo("789");
        assertThat(storage.get("", "/object/public/avatars/range.txt", "Range", "bytes=7-")
                        .text())
                .isEqualTo("789");
        assertThat(storage.get("", "/object/public/avatars/range.txt", "Range", "bytes=10-")
                        .error())
                .isEqualTo("416 416 invalid_range: invalid range provided");
    }

    @Test
    void should_make_the_buckets_of_the_config_and_start_afresh_after_a_reset(@TempDir Path app) throws Exception {
        Path files = Files.createDirectories(app.resolve("supabase/start/deep"));
        Files.writeString(files.resolve("a.txt"), "from the start");
        Files.writeString(app.resolve("supabase/config.toml"), """
                [storage]
                file_size_limit = "1KiB"
                [storage.buckets."my.files"]
                public = true
                file_size_limit = "1MiB"
                allowed_mime_types = ["text/plain"]
                objects_path = "./start"
                """);
        try (var project = SUPABASE.open(app)) {
            StorageProject own = new StorageProject(project);
            assertThat(project.migrate().failure()).isEmpty();
            Answer file = own.get("", "/object/public/my.files/deep/a.txt");
            assertThat(file.text()).isEqualTo("from the start");
            assertThat(file.header("content-type")).isEqualTo("text/plain");
            assertThat(own.get("service", "/bucket/my.files")
                            .json()
                            .path("file_size_limit")
                            .intValue())
                    .isEqualTo(1 << 20);
            assertThat(own.put("service", "/object/my.files/b.txt", "x".repeat(1025), "Content-Type", "text/plain")
                            .error())
                    .isEqualTo("400 413 Payload too large: The object exceeded the maximum allowed size");
            own.put("service", "/object/my.files/b.txt", "x", "Content-Type", "text/plain");

            assertThat(project.reset().failure()).isEmpty();

            assertThat(own.get("", "/object/public/my.files/b.txt").status()).isEqualTo(400);
            assertThat(own.get("", "/object/public/my.files/deep/a.txt").text()).isEqualTo("from the start");
            Files.writeString(app.resolve("supabase/config.toml"), "[storage.buckets.x]\nobjects_path = \"none\"\n");
            assertThat(project.migrate().failure().orElseThrow().toString()).contains("objects_path");
        }
    }

    @Test
    void should_name_a_route_that_it_does_not_have() throws Exception {
        assertThat(storage.send("service", "POST", "/upload/resumable", BodyPublishers.noBody())
                        .error())
                .isEqualTo("501 501 NotSupported: Resumable upload (TUS) is not part of the embedded Supabase;"
                        + " use a local or hosted target for it");
        assertThat(storage.get("service", "/render/image/public/avatars/x.png").status())
                .isEqualTo(501);
        assertThat(storage.get("service", "/object").error())
                .isEqualTo("404 404 Not Found: Route GET:/object not found");
        assertThat(storage.json("service", "POST", "/bucket", "{}").error())
                .isEqualTo("400 400 Error: body must have required property 'name'");
        assertThat(storage.json("service", "POST", "/bucket", "{").error())
                .startsWith("400 400 Error: Body is not valid JSON");
        assertThat(storage.json(
                                "service",
                                "POST",
                                "/object/list/avatars",
                                "{\"prefix\":\"\",\"sortBy\":{\"column\":\"x\"}}")
                        .error())
                .isEqualTo("400 400 Error: body/sortBy/column must be equal to one of the allowed values");
    }
}
