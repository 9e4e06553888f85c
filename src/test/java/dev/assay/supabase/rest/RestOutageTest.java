package dev.assay.supabase.rest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.assay.supabase.ApiKeys;
import dev.assay.supabase.Gateway;
import dev.assay.supabase.ProjectKeys;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.Statement;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The schema changes, the database goes away and comes back. */
class RestOutageTest {
    private static RestProject project;

    @BeforeAll
    static void open(@TempDir Path folder) throws Exception {
        project = new RestProject(folder);
    }

    @AfterAll
    static void close() {
        project.close();
    }

    @Test
    void should_say_that_no_database_answers() throws Exception {
        int nobody;
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            nobody = socket.getLocalPort();
        }
        ApiKeys keys = new ApiKeys(ProjectKeys.demo(), false, Clock.systemUTC());
        try (RestSurface rest = new RestSurface(
                        RestSettings.of("jdbc:postgresql://127.0.0.1:" + nobody + "/x?user=authenticator"), keys);
                Gateway gateway = new Gateway(0, List.of(rest))) {
            HttpResponse<String> answer = HttpClient.newHttpClient()
                    .send(
                            HttpRequest.newBuilder(URI.create(gateway.url() + "/rest/v1/todos"))
                                    .build(),
                            HttpResponse.BodyHandlers.ofString());
            assertThat(answer.statusCode()).as(answer.body()).isEqualTo(503);
            assertThat(answer.body()).contains("PGRST001");
        }
    }

    @Test
    void should_recover_when_connections_are_killed_or_refused() throws Exception {
        assertThat(project.get("/tags", "anon").statusCode()).isEqualTo(200);
        String url = project.project.superuserUrl();
        String database = url.replaceFirst(".*/([^/?]+)\\?.*", "$1");
        try (Connection admin = DriverManager.getConnection(url.replace("/" + database + "?", "/postgres?"));
                Statement statement = admin.createStatement()) {
            statement.execute(
                    "select pg_terminate_backend(pid) from pg_stat_activity where datname = '" + database + "'");
            assertThat(project.get("/tags", "anon").statusCode()).isEqualTo(200);

            try {
                statement.execute("alter database " + database + " with allow_connections false");
                statement.execute(
                        "select pg_terminate_backend(pid) from pg_stat_activity where datname = '" + database + "'");
                HttpResponse<String> answer = project.get("/tags", "anon");
                assertThat(answer.statusCode()).as(answer.body()).isEqualTo(503);
            } finally {
                statement.execute("alter database " + database + " with allow_connections true");
            }
        }
        await().atMost(Duration.ofSeconds(30))
                .until(() -> project.get("/tags", "anon").statusCode() == 200);
    }

    @Test
    void should_know_a_schema_that_has_just_changed() throws Exception {
        assertThat(project.get("/plants", "anon").statusCode()).isEqualTo(404);
        project.sql("create table public.plants (id int primary key, name text)");
        assertThat(project.get("/plants", "anon").body()).isEqualTo("[]");
        project.sql("create table public.pots (id int primary key, plant_id int references public.plants(id))");
        assertThat(project.get("/plants?select=id,pots(id)", "anon").body()).isEqualTo("[]");
        project.sql("alter table public.plants add column height int default 5");
        assertThat(insert("/plants", "{\"id\":1,\"height\":7}")).isEqualTo(201);
        project.sql("create function public.tall(h int) returns int language sql as 'select h'");
        assertThat(project.get("/rpc/tall?h=1", "anon").body()).isEqualTo("1");
        project.sql("drop function public.tall(int);"
                + " create function public.tall(m int) returns int language sql as 'select m + 1'");
        assertThat(project.get("/rpc/tall?m=1", "anon").body()).isEqualTo("2");
        project.sql("alter table public.plants rename column name to label");
        assertThat(project.get("/plants?select=label", "anon").body()).isEqualTo("[{\"label\":null}]");
        project.sql("drop table public.pots, public.plants");
        assertThat(project.get("/plants", "anon").statusCode()).isEqualTo(404);
    }

    private static int insert(String path, String body) throws Exception {
        return project.send(
                        "POST",
                        path,
                        project.token("service"),
                        List.of(Map.entry("Content-Type", "application/json")),
                        body)
                .statusCode();
    }

    @Test
    void should_describe_itself_at_its_root_by_what_the_role_may_use() throws Exception {
        String forAnon = project.get("/", "anon").body();
        assertThat(forAnon)
                .contains("\"swagger\":\"2.0\"", "\"/todos\"", "\"/rpc/add\"")
                .doesNotContain("secrets");
        assertThat(project.get("/", "service").body()).contains("\"/secrets\"");
    }
}
