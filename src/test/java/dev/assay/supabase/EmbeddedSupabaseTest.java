package dev.assay.supabase;

import static dev.assay.supabase.SupabaseFixture.value;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

class EmbeddedSupabaseTest {
    @RegisterExtension
    static final SupabaseFixture SUPABASE = new SupabaseFixture();

    private @TempDir Path folder;

    private static int signUp(SupabaseProject project, String key) throws IOException, InterruptedException {
        return HttpClient.newHttpClient()
                .send(
                        HttpRequest.newBuilder(URI.create(project.url() + "/auth/v1/signup"))
                                .header("apikey", key)
                                .POST(HttpRequest.BodyPublishers.ofString(
                                        "{\"email\":\"ann@example.com\",\"password\":\"correct horse\"}"))
                                .build(),
                        HttpResponse.BodyHandlers.ofString())
                .statusCode();
    }

    @Test
    void should_tell_of_a_broken_config_and_take_it_over_once_it_is_mended() throws Exception {
        Path config = folder.resolve("supabase/config.toml");
        try (SupabaseProject project = SUPABASE.open(folder, "[auth")) {
            assertThat(signUp(project, project.keys().anonKey())).isEqualTo(200);
            assertThat(project.migrate().failure()).hasValueSatisfying(failure -> {
                assertThat(failure.file()).isEqualTo("supabase/config.toml");
                assertThat(failure.message()).startsWith("supabase/config.toml:1: not valid TOML");
                assertThat(failure.infrastructure()).isFalse();
            });

            Files.writeString(config, "[auth]\nenable_signup = false\n");
            assertThat(project.migrate().failure()).isEmpty();
            assertThat(project.config().auth().signups()).isFalse();
            assertThat(signUp(project, project.keys().anonKey())).isEqualTo(422);

            Files.delete(config);
            assertThat(project.reset().failure()).isEmpty();
            assertThat(signUp(project, project.keys().anonKey())).isEqualTo(200);
        }
    }

    @Test
    void should_keep_two_projects_apart() throws Exception {
        CompletableFuture<SupabaseProject> opening = CompletableFuture.supplyAsync(() -> {
            try {
                return SUPABASE.open(folder);
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        });
        try (SupabaseProject one = SUPABASE.open(folder);
                SupabaseProject two = opening.join()) {
            assertThat(signUp(one, two.keys().anonKey())).isEqualTo(401);
            assertThat(signUp(one, one.keys().anonKey())).isEqualTo(200);
            assertThat(signUp(one, one.keys().anonKey())).isEqualTo(422);
            assertThat(signUp(two, two.keys().publishableKey())).isEqualTo(200);
            value(one.jdbcUrl(), "create table public.mine (id int)");
            assertThat(value(two.jdbcUrl(), "select to_regclass('public.mine') is null"))
                    .isEqualTo("t");
        }
    }

    @Test
    void should_leave_no_database_and_no_port_after_a_close() throws Exception {
        SupabaseProject gone = SUPABASE.open(folder);
        String name = value(gone.jdbcUrl(), "select current_database()");
        int port = URI.create(gone.url()).getPort();
        signUp(gone, gone.keys().anonKey());
        gone.close();
        gone.close();

        try (SupabaseProject other = SUPABASE.open(folder)) {
            assertThat(value(other.jdbcUrl(), "select count(*) from pg_database where datname = '" + name + "'"))
                    .isEqualTo("0");
        }
        new ServerSocket(port, 1, InetAddress.getLoopbackAddress()).close();
    }

    @Test
    void should_give_the_well_known_address_to_one_project_only() throws Exception {
        int port;
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = free.getLocalPort();
        }
        Files.createDirectories(folder.resolve("supabase"));
        Files.writeString(folder.resolve("supabase/config.toml"), "[api]\nport = " + port + "\n");
        EmbeddedSupabase supabase = SUPABASE.supabase();

        try (SupabaseProject first = supabase.open(folder, EmbeddedSupabase.Identity.WELL_KNOWN)) {
            org.junit.jupiter.api.Assumptions.assumeTrue(
                    first.keys().equals(ProjectKeys.demo()), "another process has the well-known address");
            assertThat(first.url()).isEqualTo("http://127.0.0.1:" + port);
            assertThat(first.databaseUrl()).endsWith("@127.0.0.1:" + supabase.databasePort() + "/postgres");
            try (SupabaseProject second = supabase.open(folder, EmbeddedSupabase.Identity.WELL_KNOWN)) {
                assertThat(second.url()).isNotEqualTo(first.url());
                assertThat(second.keys().anonKey()).isNotEqualTo(first.keys().anonKey());
            }
        }
        try (ServerSocket taken = new ServerSocket(port, 1, InetAddress.getLoopbackAddress());
                SupabaseProject third = supabase.open(folder, EmbeddedSupabase.Identity.WELL_KNOWN)) {
            assertThat(third.url()).isNotEqualTo("http://127.0.0.1:" + taken.getLocalPort());
        }
    }
}
