package dev.assay.supabase.rest;

import static net.javacrumbs.jsonunit.assertj.JsonAssertions.assertThatJson;
import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;

/**
 * A request, and the answer that PostgREST gives it: {@code ## name}, the request line with who asks (anon, alice,
 * service), headers, after a blank line a body; then {@code => status}, headers that must be there parted by {@code |},
 * and the JSON (or, after {@code ~}, text) that must come. Every write is rolled back.
 */
record RestCase(
        String name,
        String method,
        String path,
        String who,
        List<Map.Entry<String, String>> headers,
        String body,
        int status,
        List<Map.Entry<String, String>> expectedHeaders,
        String expected) {

    /** The cases of a file, each as a test. */
    static Stream<DynamicTest> tests(String file, RestProject project) throws Exception {
        String text = new String(RestCase.class.getResourceAsStream(file).readAllBytes(), StandardCharsets.UTF_8);
        return Stream.of(text.split("(?m)^## ", -1))
                .skip(1)
                .map(RestCase::parse)
                .map(one -> DynamicTest.dynamicTest(one.name(), () -> one.run(project)));
    }

    private static RestCase parse(String text) {
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
        return new RestCase(
                name,
                line[0],
                line[1].substring(0, as),
                line[1].substring(as + 4),
                headers,
                body,
                Integer.parseInt(first[0]),
                first.length == 1
                        ? List.of()
                        : Stream.of(first[1].split(" \\| ", -1))
                                .map(RestCase::header)
                                .toList(),
                answer[1].strip());
    }

    private static Map.Entry<String, String> header(String line) {
        int colon = line.indexOf(": ");
        return Map.entry(line.substring(0, colon), line.substring(colon + 2));
    }

    private void run(RestProject project) throws Exception {
        List<Map.Entry<String, String>> sent = new ArrayList<>(headers);
        if (!method.equals("GET") && !method.equals("HEAD")) {
            sent.add(Map.entry("Prefer", "tx=rollback"));
        }
        if (!body.isEmpty() && sent.stream().noneMatch(h -> h.getKey().equals("Content-Type"))) {
            sent.add(Map.entry("Content-Type", "application/json"));
        }
        HttpResponse<String> answer = project.send(method, path, project.token(who), sent, body);
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(status);
        for (Map.Entry<String, String> header : expectedHeaders) {
            assertThat(answer.headers().allValues(header.getKey())).contains(header.getValue());
        }
        if (expected.startsWith("~")) {
            assertThat(answer.body()).isEqualTo(expected.substring(1).replace("\\n", "\n"));
        } else {
            assertThatJson(answer.body()).isEqualTo(expected);
        }
    }
}
