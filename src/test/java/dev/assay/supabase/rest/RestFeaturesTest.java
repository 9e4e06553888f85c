package dev.assay.supabase.rest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/** What a project turns on by itself: aggregates, plans, a function before each request, types and forms of its own. */
class RestFeaturesTest {
    private static RestProject project;

    @BeforeAll
    static void open(@TempDir Path folder) throws Exception {
        project = new RestProject(folder);
        String sql = new String(
                RestFeaturesTest.class.getResourceAsStream("features.sql").readAllBytes(), StandardCharsets.UTF_8);
        String database = project.project.superuserUrl().replaceFirst(".*/([^/?]+)\\?.*", "$1");
        project.sql(sql.replace("DATABASE", database));
        await().atMost(Duration.ofSeconds(30))
                .until(() -> project.get("/sales?select=count()", "anon").statusCode() == 200);
    }

    @AfterAll
    static void close() {
        project.close();
    }

    @TestFactory
    Stream<DynamicTest> should_do_what_the_project_turns_on() throws Exception {
        return RestCase.tests("features.txt", project);
    }

    @Test
    void should_explain_instead_of_answering() throws Exception {
        HttpResponse<String> json = project.send(
                "GET",
                "/shops?id=eq.1",
                project.token("anon"),
                List.of(Map.entry("Accept", "application/vnd.pgrst.plan+json; options=verbose")),
                "");
        assertThat(json.statusCode()).as(json.body()).isEqualTo(200);
        assertThat(json.headers().firstValue("Content-Type"))
                .hasValue("application/vnd.pgrst.plan+json; for=\"application/json\"; options=verbose; charset=utf-8");
        assertThat(json.body()).contains("\"Plan\"", "\"Query Identifier\"");

        HttpResponse<String> text = project.send(
                "DELETE",
                "/shops?id=eq.1",
                project.token("service"),
                List.of(Map.entry("Accept", "application/vnd.pgrst.plan")),
                "");
        assertThat(text.body()).contains("Delete on shops").doesNotContain("{");
        assertThat(project.get("/shops?select=id&id=eq.1", "anon").body()).isEqualTo("[{\"id\":1}]");
    }
}
