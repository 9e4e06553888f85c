package dev.assay.supabase.rest;

import static org.assertj.core.api.Assertions.assertThat;

import com.nimbusds.jwt.PlainJWT;
import dev.assay.supabase.ProjectKeys;
import java.net.URLEncoder;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Whoever asks, and whatever is asked: nobody reads or writes what the database does not grant to the token's role. */
class RestSecurityTest {
    private static RestProject project;

    @BeforeAll
    static void open(@TempDir Path folder) throws Exception {
        project = new RestProject(folder);
        project.sql("create role bystander nologin; create role helper nologin; grant helper to authenticator;"
                + " grant usage on schema public to helper; grant select on public.people to helper");
    }

    @AfterAll
    static void close() {
        project.close();
    }

    @Test
    void should_refuse_tokens_that_are_not_the_projects() throws Exception {
        String secret = project.project.keys().jwtSecret();
        String unsigned = new PlainJWT(RestProject.claims("service_role").build()).serialize();
        String foreign = RestProject.sign(ProjectKeys.demo().jwtSecret(), RestProject.claims("service_role"));
        String expired = RestProject.sign(
                secret,
                RestProject.claims("service_role")
                        .expirationTime(Date.from(Instant.now().minusSeconds(60))));
        for (String token :
                List.of(unsigned, foreign, expired, ProjectKeys.demo().serviceKey())) {
            for (String path : List.of("/people", "/todos", "/rpc/hello", "/")) {
                refused(project.send("GET", path, token, List.of(), ""));
            }
            refused(project.send("POST", "/tags", token, List.of(), "{\"id\":77,\"name\":\"x\"}"));
        }
        assertThat(project.get("/tags?id=eq.77", "service").body()).isEqualTo("[]");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "bystander",
                "postgres",
                "supabase_admin",
                "authenticator",
                "none",
                "",
                "nobody",
                "\"anon\"",
                "anon\u0000"
            })
    void should_refuse_a_role_that_the_api_may_not_become(String role) throws Exception {
        String token = RestProject.sign(project.project.keys().jwtSecret(), RestProject.claims(role));
        refused(project.send("GET", "/people", token, List.of(), ""));
    }

    @Test
    void should_run_as_a_role_that_is_granted() throws Exception {
        String token = RestProject.sign(project.project.keys().jwtSecret(), RestProject.claims("helper"));
        assertThat(project.send("GET", "/people?select=id&id=eq.1", token, List.of(), "")
                        .body())
                .isEqualTo("[{\"id\":1}]");
        assertThat(project.send("GET", "/tags", token, List.of(), "").statusCode())
                .isEqualTo(403);
    }

    private static void refused(HttpResponse<String> answer) {
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(401);
        assertThat(answer.body()).doesNotContain("Ann", "milk", "hello");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "1) or true --",
                "' or '1'='1",
                "'; drop table public.tags; --",
                "\"; drop table public.tags; --",
                "\") from public.todos; drop table public.tags; --",
                "x' || (select title from public.todos where id = 3) || '",
                "1);reset role;select * from public.todos--",
                "\\' or 1=1 --",
                "$$; drop table public.tags; $$",
                "?",
                "$1",
                "{?= call pg_sleep(1)}",
                "a\u0000b",
                "/* */ union select title from public.todos",
                "%\"_\\",
                "todos.*",
                "\u0130\u0131\uD83D\uDE00",
            })
    void should_take_no_text_of_a_request_for_sql(String evil) throws Exception {
        String text = URLEncoder.encode(evil, StandardCharsets.UTF_8);
        String quoted =
                URLEncoder.encode('"' + evil.replace("\\", "\\\\").replace("\"", "\\\"") + '"', StandardCharsets.UTF_8);
        List<String> paths = new ArrayList<>();
        for (String name : List.of(text, quoted)) {
            paths.addAll(List.of(
                    "/" + name,
                    "/rpc/" + name,
                    "/rpc/hello?" + name + "=1",
                    "/rpc/find_people?wanted=" + name,
                    "/todos?select=" + name,
                    "/todos?select=id::" + name,
                    "/todos?select=" + name + ":id",
                    "/todos?select=data->" + name,
                    "/todos?select=data->>" + name + ",id",
                    "/todos?select=id," + name + "(id)",
                    "/todos?select=id,categories!" + name + "(id)",
                    "/todos?select=id," + name + ":categories(" + name + ")",
                    "/todos?" + name + "=eq.1",
                    "/todos?title=eq." + name,
                    "/todos?title=like." + name,
                    "/todos?title=not.in.(" + name + ")",
                    "/todos?id=in.(" + name + ")",
                    "/todos?title=eq(any).{" + name + "}",
                    "/todos?title=fts(" + name + ").x",
                    "/todos?title=fts." + name,
                    "/todos?title=is." + name,
                    "/todos?or=(title.eq." + name + ",id.eq.1)",
                    "/todos?or=(" + name + ".eq.1)",
                    "/todos?data->>" + name + "=eq.1",
                    "/todos?order=" + name,
                    "/todos?order=id." + name,
                    "/todos?select=id,categories()&order=categories(" + name + ")",
                    "/todos?limit=" + name,
                    "/todos?select=id,categories(id)&categories." + name + "=eq.1"));
        }
        for (String path : paths) {
            harmless(path, project.get(path, "alice"));
        }
        String json = '"' + jsonText(evil) + '"';
        for (String body : List.of(
                "{\"title\":" + json + "}",
                "{" + json + ":1}",
                "[{\"title\":\"x\",\"labels\":[" + json + "]}]",
                "{\"title\":\"x\",\"data\":{" + json + ":" + json + "}}")) {
            for (String query : List.of("", "?columns=" + quoted, "?on_conflict=" + quoted, "?select=" + quoted)) {
                for (String method : List.of("POST", "PATCH")) {
                    String path = "/todos"
                            + (method.equals("PATCH") ? (query + (query.isEmpty() ? "?" : "&") + "id=eq.3") : query);
                    harmless(
                            path,
                            project.send(
                                    method,
                                    path,
                                    project.token("alice"),
                                    List.of(
                                            Map.entry(
                                                    "Prefer",
                                                    "return=representation, resolution=merge-duplicates, missing=default, tx=rollback"),
                                            Map.entry("Content-Type", "application/json")),
                                    body));
                }
            }
        }
        for (String header : List.of("Accept-Profile", "Prefer", "Range", "Accept", "X-Anything", "Cookie")) {
            String value = evil.replaceAll("[^ -~]", "");
            if (!value.isEmpty()) {
                harmless(
                        header,
                        project.send(
                                "GET",
                                "/todos?select=id",
                                project.token("alice"),
                                List.of(Map.entry(header, value)),
                                ""));
            }
        }
        assertThat(project.get("/tags?select=id&order=id", "service").body())
                .isEqualToIgnoringWhitespace("[{\"id\":1},{\"id\":2}]");
    }

    private static String jsonText(String text) {
        return tools.jackson.databind.node.StringNode.valueOf(text).toString().replaceAll("^\"|\"$", "");
    }

    private static void harmless(String what, HttpResponse<String> answer) {
        assertThat(answer.statusCode()).as(what + " " + answer.body()).isLessThan(500);
        assertThat(answer.body()).as(what).doesNotContain("spy");
    }

    @Test
    void should_keep_the_claims_in_the_request_they_came_with() throws Exception {
        ExecutorService clients = Executors.newFixedThreadPool(16);
        try {
            List<Callable<HttpResponse<String>>> calls = new ArrayList<>();
            for (int i = 0; i < 200; i++) {
                String who = List.of("anon", "alice", "service").get(i % 3);
                calls.add(() -> project.get("/todos?select=id&order=id", who));
            }
            List<Future<HttpResponse<String>>> answers = clients.invokeAll(calls);
            for (int i = 0; i < answers.size(); i++) {
                String expected = List.of("[]", "[{\"id\":1},{\"id\":2}]", "[{\"id\":1},{\"id\":2},{\"id\":3}]")
                        .get(i % 3);
                assertThat(answers.get(i).get().body()).isEqualToIgnoringWhitespace(expected);
            }
        } finally {
            clients.shutdownNow();
        }
    }
}
