package dev.assay.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.assay.check.Evidence;
import dev.assay.run.Cause;
import dev.assay.run.Outcome;
import dev.assay.run.RunListener.Node;
import dev.assay.run.RunResult;
import dev.assay.run.StageResult;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class AllureReportTest {
    private static final JsonMapper JSON = new JsonMapper();

    @TempDir
    Path folder;

    private int told;

    @Test
    void should_say_so_when_the_folder_cannot_be_made() throws IOException {
        Path file = Files.writeString(folder.resolve("file"), "");

        assertThatThrownBy(() -> new AllureReport(file.resolve("results")))
                .isInstanceOf(UncheckedIOException.class)
                .hasMessageContaining("cannot be made");
    }

    @Test
    void should_show_red_only_what_decides() throws IOException {
        List<JsonNode> results = told("a", 1, false);

        assertThat(results)
                .extracting(result -> result.get("name").asString() + " "
                        + result.get("status").asString())
                .containsExactlyInAnyOrder(
                        "run failed",
                        "plan passed",
                        "implement passed",
                        "implement · attempt 2 passed",
                        "rls · todos · user B · attempt 1, superseded skipped",
                        "rls · todos · user B · recovered at attempt 2 passed",
                        "not run skipped",
                        "rls · todos · user B failed");
        assertThat(messages(results))
                .contains(
                        "superseded: user B can read a row of todos that belongs to user A\nexpected: 0 rows\n"
                                + "found: 1 row",
                        "recovered at attempt 2 · attempt 1: user B can read a row of todos that belongs to user A (and 2"
                                + " more lines) · 3 assertions",
                        "not contracted",
                        "recorded · 2 tool calls · 1,200 tokens, $0.05");
        assertThat(results)
                .extracting(result -> result.at("/statusDetails/trace").asString(""))
                .contains(
                        "cause: check-failed (the app does not do what the contract asks)",
                        "cause: skipped (left out)");
    }

    @Test
    void should_show_the_worlds_failures_as_broken_only_where_they_decide() throws IOException {
        ReportedRun run = listening("a", 1);
        run.start();
        for (boolean deciding : new boolean[] {true, false}) {
            Node node = run.leaf("check", "c" + deciding, "check", "", 0, Map.of());
            run.check(node, StageResult.of(Outcome.ABORTED, Cause.TARGET_UNAVAILABLE, "gone", deciding));
        }
        Node givenUp = run.leaf("call", "verify", "verify", "", 0, Map.of());
        run.check(givenUp, StageResult.of(Outcome.FAILED, Cause.NOT_VERIFIED, "no retries left", false));

        assertThat(results("a"))
                .extracting(result -> result.get("name").asString() + " "
                        + result.get("status").asString())
                .containsExactlyInAnyOrder("check broken", "check skipped", "verify · attempt 1, given up skipped");
        assertThat(messages(results("a")))
                .anyMatch(message -> message.equals("gone"))
                .anyMatch(message -> message.startsWith("aborted: gone"))
                .anyMatch(message -> message.startsWith("not verified: no retries left"));
    }

    @Test
    void should_attach_only_files_that_are_there_and_all_that_are() throws IOException {
        List<JsonNode> results = told("a", 1, false);

        List<String> sources = sources(results);
        assertThat(sources).hasSizeGreaterThan(6).doesNotHaveDuplicates();
        assertThat(sources)
                .allSatisfy(source ->
                        assertThat(folder.resolve("a").resolve(source)).isRegularFile());
        assertThat(files("a").stream().filter(name -> name.contains("-attachment")))
                .containsExactlyInAnyOrderElementsOf(sources);
    }

    @Test
    void should_show_what_agents_print_as_text() throws IOException {
        List<JsonNode> results = told("a", 1, false);

        for (JsonNode result : results) {
            result.findValues("type")
                    .forEach(type -> assertThat(type.asString()).isEqualTo("text/plain"));
            assertThat(result.has("descriptionHtml")).isFalse();
            assertThat(result.has("description")).isFalse();
            Stream.of("name", "message", "value")
                    .flatMap(key -> result.findValues(key).stream())
                    .forEach(text -> assertThat(text.asString()).doesNotContain("\u001b", "\u0007"));
        }
        JsonNode implement = named(results, "implement").get(0);
        assertThat(implement.at("/steps/0/name").asString()).isEqualTo("Bash: npm run build");
        assertThat(implement.at("/steps/1/name").asString()).startsWith("Bash: cat ␛[2J");
        assertThat(implement.at("/steps/1/status").asString()).isEqualTo("failed");
        assertThat(implement
                        .at("/attachments")
                        .valueStream()
                        .map(one -> one.get("name").asString()))
                .containsExactly("prompt", "events", "changes");
        assertThat(named(results, "plan")
                        .get(0)
                        .get("attachments")
                        .valueStream()
                        .map(one -> one.get("name").asString()))
                .containsExactly("prompt", "events", "plan");
        String events = Files.readString(folder.resolve("a")
                .resolve(implement.at("/attachments/1/source").asString()));
        assertThat(events).startsWith("{\"id\":").contains("<script>");
    }

    @Test
    void should_label_every_result_the_skipped_too() throws IOException {
        assertThat(told("a", 2, true))
                .allSatisfy(result -> assertThat(label(result, "parentSuite") + " | " + label(result, "suite") + " | "
                                + label(result, "epic"))
                        .isEqualTo("todo-auth | recorded #2 | Todo app with email auth"));
        assertThat(results("a"))
                .extracting(result ->
                        label(result, "subSuite") + " / " + result.get("name").asString())
                .contains(
                        "0 run / run",
                        "1 plan / plan",
                        "2.1 Tables <b>and</b> policies / implement",
                        "2.1 Tables <b>and</b> policies / rls · todos · user B · recovered at attempt 2",
                        "4 browser / not run",
                        "5 evaluation / rls · todos · user B");
    }

    @Test
    void should_keep_ids_over_runs_and_fold_attempts_but_not_repetitions() throws IOException {
        List<String> first = ids(told("a", 1, true), "historyId");
        List<String> again = ids(told("b", 1, false), "historyId");
        List<String> other = ids(told("c", 2, true), "historyId");

        assertThat(again).containsExactlyElementsOf(first);
        assertThat(other).doesNotContainAnyElementsOf(first);
        assertThat(ids(results("c"), "testCaseId")).containsExactlyElementsOf(ids(results("a"), "testCaseId"));
        // the run and seven leaves, of which two attempts of implement and of one check are the same test
        assertThat(first).hasSize(8);
        assertThat(first.stream().distinct()).hasSize(6);
        JsonNode attempt = named(results("a"), "implement").get(0);
        assertThat(attempt.get("parameters")
                        .valueStream()
                        .filter(parameter -> parameter.get("name").asString().equals("attempt"))
                        .map(parameter -> parameter.get("excluded").asBoolean()))
                .containsExactly(true);
    }

    @Test
    void should_copy_pictures_and_neither_follow_links_nor_trust_markup() throws IOException {
        Path picture = Files.write(folder.resolve("shot.png"), new byte[] {1, 2, 3});
        Path page = Files.writeString(folder.resolve("page.html"), "<script>");
        Path link = Files.createSymbolicLink(folder.resolve("link.png"), picture);
        ReportedRun run = listening("a", 1);
        run.start();
        run.check(
                run.leaf("check", "c", "check", "", 0, Map.of()),
                new StageResult(
                        Outcome.PASSED,
                        Optional.empty(),
                        "",
                        1,
                        true,
                        List.of(),
                        List.of(
                                new Evidence("shot", "image/png", null, picture),
                                new Evidence("page", "text/html", null, page),
                                new Evidence("link", "image/png", null, link),
                                new Evidence("gone", "image/png", null, folder.resolve("gone")))));

        JsonNode attachments = results("a").get(0).get("attachments");
        assertThat(attachments
                        .valueStream()
                        .map(one -> one.get("name").asString() + " "
                                + one.get("type").asString()))
                .containsExactly("shot image/png", "page text/plain");
        assertThat(folder.resolve("a").resolve(attachments.at("/0/source").asString()))
                .hasSameBinaryContentAs(picture);
    }

    @Test
    void should_write_a_category_for_every_cause_that_finds_its_results() throws IOException {
        List<JsonNode> results = told("a", 1, false);
        JsonNode categories = JSON.readTree(folder.resolve("a/categories.json"));

        assertThat(categories.size()).isEqualTo(Cause.values().length + 4);
        for (JsonNode result : results) {
            String status = result.get("status").asString();
            String message = result.at("/statusDetails/message").asString("");
            String trace = result.at("/statusDetails/trace").asString("");
            List<String> found = categories
                    .valueStream()
                    .filter(category -> category.get("matchedStatuses")
                            .valueStream()
                            .anyMatch(matched -> matched.asString().equals(status)))
                    .filter(category ->
                            message.matches(category.path("messageRegex").asString("(?s).*"))
                                    && trace.matches(category.path("traceRegex").asString("(?s).*")))
                    .map(category -> category.get("name").asString())
                    .toList();
            assertThat(found).hasSize(status.equals("passed") && !message.startsWith("recovered") ? 0 : 1);
        }
    }

    @Test
    void should_say_what_the_runs_were_run_with() throws IOException {
        told("a", 1, true);
        Properties environment = new Properties();
        try (var reader = Files.newBufferedReader(folder.resolve("a/environment.properties"), StandardCharsets.UTF_8)) {
            environment.load(reader);
        }

        assertThat(environment)
                .containsEntry("Agents", "RECORDED: replayed or built in, no model was asked")
                .containsEntry("Target", "embedded")
                .containsOnlyKeys("Agents", "Target", "Assay", "Java");
    }

    @Test
    void should_make_history_of_a_run_that_is_done_again_and_leave_the_others() throws IOException {
        List<String> first = sources(told("a", 1, false));
        List<String> other = sources(told("a", 2, true)).stream()
                .filter(source -> !first.contains(source))
                .toList();
        told("a", 1, true);
        told("a", 1, true);

        assertThat(results("a")).hasSize(16);
        assertThat(files("a")).doesNotContainAnyElementsOf(first).containsAll(other);
        JsonNode history = JSON.readTree(folder.resolve("a/history/history.json"));
        JsonNode check = history.get(named(results("a"), "run").stream()
                .filter(result -> label(result, "suite").equals("recorded #1"))
                .findFirst()
                .orElseThrow()
                .get("historyId")
                .asString());
        assertThat(check.at("/statistic").toString())
                .isEqualTo("{\"failed\":1,\"broken\":0,\"skipped\":0,\"passed\":1,\"unknown\":0,\"total\":2}");
        assertThat(check.get("items")
                        .valueStream()
                        .map(item -> item.get("status").asString()))
                .containsExactly("passed", "failed");
        // the second command left two runs: twelve tests and the four attempts that were folded
        JsonNode trend = JSON.readTree(folder.resolve("a/history/history-trend.json"));
        assertThat(trend.valueStream()
                        .map(point -> point.get("buildOrder").asInt() + ": "
                                + point.at("/data/failed").asInt() + " of "
                                + point.at("/data/total").asInt()))
                .containsExactly("3: 0 of 12", "2: 2 of 12", "1: 2 of 6");
        assertThat(JSON.readTree(folder.resolve("a/history/retry-trend.json"))
                        .at("/0/data/retry")
                        .asInt())
                .isEqualTo(4);
        assertThat(JSON.readTree(folder.resolve("a/history/categories-trend.json")).at("/2/data").properties().stream()
                        .map(Map.Entry::getKey))
                .contains("Agent: the app does not do what the contract asks", "Left out");
        assertThat(JSON.readTree(folder.resolve("a/executor.json"))
                        .get("buildOrder")
                        .asInt())
                .isEqualTo(4);
    }

    @Test
    void should_keep_the_results_of_a_run_that_is_checked_again() throws IOException {
        List<String> first = sources(told("a", 1, true));

        ReportedRun again = listening("a", new ReportedRun(folder, 1, "0198-run-1"));
        again.start();
        Node recheck = again.container("stage", "recheck-1", "recheck 1", "", 0, Map.of());
        again.check(again.leaf("check", "c", "c", recheck.uniqueId(), 1, Map.of("layer", "rls")), again.passed(1));

        assertThat(files("a")).containsAll(first);
        assertThat(results("a"))
                .hasSize(9)
                .extracting(result -> label(result, "subSuite"))
                .contains("6 recheck 1", "5 evaluation");
    }

    @Test
    void should_leave_alone_what_others_wrote_and_survive_what_was_cut_short() throws IOException {
        Path results = Files.createDirectories(folder.resolve("a/history")).getParent();
        Path theirs = Files.writeString(results.resolve("1-result.json"), """
                {"historyId": "1", "status": "passed", "labels": [{"name": "parentSuite", "value": "todo-auth"},
                 {"name": "suite", "value": "recorded #1"}, {"name": "framework", "value": "junit"}]}""");
        Path cut = Files.writeString(results.resolve("2-result.json"), "{\"historyId\": ");
        Files.writeString(results.resolve("history/history.json"), "{");
        Files.writeString(results.resolve("executor.json"), "");
        Path outside = Files.writeString(folder.resolve("outside.txt"), "");
        Files.writeString(
                results.resolve("3-result.json"),
                Files.readString(theirs)
                        .replace("junit", "assay")
                        .replace("\"status\"", "\"attachments\": [{\"source\": \"../outside.txt\"}], \"status\""));

        listening("a", 1).tellAll(true);

        assertThat(theirs).exists();
        assertThat(cut).exists();
        assertThat(outside).exists();
        assertThat(results.resolve("3-result.json")).doesNotExist();
        assertThat(JSON.readTree(results.resolve("history/history.json"))
                        .at("/1/items/0/status")
                        .asString())
                .isEqualTo("passed");
    }

    @Test
    void should_invite_to_the_report_once_there_is_something_to_report() throws IOException {
        ReportedRun run = listening("target/allure-results", 1);
        AllureReport report = (AllureReport) run.listener;
        assertThat(report.invitation(folder)).isEmpty();

        run.start();

        assertThat(report.invitation(folder))
                .contains(
                        "report: the results for Allure are in target/allure-results; allure generate makes a report of"
                                + " them");
        Files.writeString(folder.resolve("pom.xml"), "<profile><id>report</id></profile>");
        assertThat(report.invitation(folder))
                .contains("report: mvn -Preport makes target/allure-report/index.html of target/allure-results");
    }

    @Test
    void should_keep_results_where_the_properties_on_the_class_path_say() {
        assertThat(AllureReport.directoryIn(folder)).isEqualTo(folder.resolve("target/allure-results"));
    }

    private static List<String> sources(List<JsonNode> results) {
        return results.stream()
                .flatMap(result -> result.findValues("source").stream())
                .map(JsonNode::asString)
                .toList();
    }

    private List<String> files(String name) throws IOException {
        try (Stream<Path> files = Files.list(folder.resolve(name))) {
            return files.map(file -> file.getFileName().toString()).toList();
        }
    }

    @Test
    void should_put_a_rechecks_results_beside_those_of_the_run_and_leave_the_run_as_a_whole() throws IOException {
        List<JsonNode> before = told("a", 1, true);

        ReportedRun again = listening("a", 1);
        again.listener.recheckStarted(again.info, "run x");
        Node stage = again.container("stage", "recheck-1", "recheck-1", "", 0, Map.of());
        Node check = again.leaf("check", "todos.user-b", "todos · user B", stage.uniqueId(), 1, Map.of("layer", "rls"));
        again.check(check, StageResult.of(Outcome.FAILED, Cause.CHECK_FAILED, "user B can read", true));
        again.listener.recheckFinished(
                again.info,
                new RunResult(
                        Outcome.FAILED,
                        Optional.of(Cause.CHECK_FAILED),
                        "user B can read",
                        false,
                        List.of(),
                        ReportedRun.usage(),
                        Duration.ofSeconds(1)));

        assertThat(results("a"))
                .hasSize(before.size() + 1)
                .containsAll(before)
                .filteredOn(result -> result.get("status").asString().equals("failed"))
                .singleElement()
                .satisfies(
                        result -> assertThat(result.get("fullName").asString()).contains("/recheck-1/"));
    }

    @Test
    void should_add_to_a_run_that_is_gone_on_with_what_it_left_before() throws IOException {
        List<JsonNode> before = told("a", 1, false);

        ReportedRun again = listening("a", 1);
        again.listener.runResumed(again.info);

        assertThat(results("a")).hasSameSizeAs(before).containsAll(before);
    }

    private ReportedRun listening(String name, int repetition) {
        return listening(name, new ReportedRun(folder, repetition, "0198-run-" + ++told));
    }

    private ReportedRun listening(String name, ReportedRun run) {
        run.listener = new AllureReport(folder.resolve(name), run);
        return run;
    }

    private List<JsonNode> told(String name, int repetition, boolean passes) throws IOException {
        listening(name, repetition).tellAll(passes);
        return results(name);
    }

    private List<JsonNode> results(String name) throws IOException {
        try (Stream<Path> files = Files.list(folder.resolve(name))) {
            return files.filter(file -> file.getFileName().toString().endsWith("-result.json"))
                    .<JsonNode>map(JSON::readTree)
                    .toList();
        }
    }

    private static List<JsonNode> named(List<JsonNode> results, String name) {
        return results.stream()
                .filter(result -> result.get("name").asString().equals(name))
                .toList();
    }

    private static List<String> messages(List<JsonNode> results) {
        return results.stream()
                .map(result -> result.at("/statusDetails/message").asString(""))
                .toList();
    }

    private static List<String> ids(List<JsonNode> results, String key) {
        return results.stream()
                .map(result -> result.get(key).asString())
                .sorted()
                .toList();
    }

    private static String label(JsonNode result, String name) {
        return result.get("labels")
                .valueStream()
                .filter(label -> label.get("name").asString().equals(name))
                .map(label -> label.get("value").asString())
                .findFirst()
                .orElse("");
    }
}
