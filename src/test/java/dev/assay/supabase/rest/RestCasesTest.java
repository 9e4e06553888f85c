package dev.assay.supabase.rest;

import static net.javacrumbs.jsonunit.assertj.JsonAssertions.assertThatJson;
import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/** Runs the requests of {@code cases.txt} against a real database, and compares the answers. */
class RestCasesTest {
    private static RestProject project;

    @BeforeAll
    static void open(@TempDir Path folder) throws Exception {
        project = new RestProject(folder);
    }

    @AfterAll
    static void close() {
        project.close();
    }

    private record Case(
            String name,
            String method,
            String path,
            String who,
            List<Map.Entry<String, String>> headers,
            String body,
            int status,
            List<Map.Entry<String, String>> expectedHeaders,
            String expected) {}

    @TestFactory
    Stream<DynamicTest> should_answer_as_postgrest() throws Exception {
        String text =
                new String(RestCasesTest.class.getResourceAsStream("cases.txt").readAllBytes(), StandardCharsets.UTF_8);
        return Stream.of(text.split("(?m)^## ", -1))
                .skip(1)
                .map(RestCasesTest::parse)
                .map(one -> DynamicTest.dynamicTest(one.name(), () -> run(one)));
    }

    private static Case parse(String text) {
        String[] halves = text.split("(?m)^=> ", 2);
        List<String> request = new ArrayList<>(List.of(halves[0].strip().split("\n", -1)));
        String name = request.remove(0);
        String[] line = request.remove(0).split(" ", 2);
        int as = line[1].lastIndexOf(" as ");
        List<Map.Entry<String, String>> headers = new ArrayList<>();
        while (!request.isEmpty() && !request.get(0).isEmpty()) {
            headers.add(header(request.remove(0)));
        }
        String body = request.isEmpty() ? "" : String.join("\n", request.subList(1, request.size()));
        String[] answer = halves[1].strip().split("\n", 2);
        String[] first = answer[0].split(" ", 2);
        return new Case(
                name,
                line[0],
                line[1].substring(0, as),
                line[1].substring(as + 4),
                headers,
                body,
                Integer.parseInt(first[0]),
                first.length == 1 ? List.of() : List.of(header(first[1])),
                answer[1].strip());
    }

    private static Map.Entry<String, String> header(String line) {
        int colon = line.indexOf(": ");
        return Map.entry(line.substring(0, colon), line.substring(colon + 2));
    }

    private static void run(Case one) throws Exception {
        List<Map.Entry<String, String>> headers = new ArrayList<>(one.headers());
        if (!one.method().equals("GET") && !one.method().equals("HEAD")) {
            headers.add(Map.entry("Prefer", "tx=rollback"));
        }
        if (!one.body().isEmpty() && headers.stream().noneMatch(h -> h.getKey().equals("Content-Type"))) {
            headers.add(Map.entry("Content-Type", "application/json"));
        }
        HttpResponse<String> answer =
                project.send(one.method(), one.path(), project.token(one.who()), headers, one.body());
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(one.status());
        for (Map.Entry<String, String> header : one.expectedHeaders()) {
            assertThat(answer.headers().firstValue(header.getKey())).hasValue(header.getValue());
        }
        if (one.expected().startsWith("~")) {
            assertThat(answer.body()).isEqualTo(one.expected().substring(1).replace("\\n", "\n"));
        } else {
            assertThatJson(answer.body()).isEqualTo(one.expected());
        }
    }
}
