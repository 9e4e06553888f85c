package dev.assay.report.stored;

import static net.javacrumbs.jsonunit.assertj.JsonAssertions.assertThatJson;
import static org.assertj.core.api.Assertions.assertThat;

import dev.assay.store.ArchivedRun;
import java.io.IOException;
import java.io.StringReader;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.List;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;
import org.xml.sax.InputSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

class RunFormatTest {
    private static final JsonMapper JSON = new JsonMapper();
    private static final String HARMFUL = "<script>alert(1)</script> | [x](javascript:1) \\u001b[2J & more";

    @TempDir
    Path folder;

    @Test
    void should_show_what_others_said_as_text_alone() throws Exception {
        String markdown = written(RunFormat.MARKDOWN);
        String html = written(RunFormat.HTML);

        assertThat(markdown)
                .contains("\\<script\\>alert\\(1\\)\\</script\\> \\| \\[x\\]\\(javascript:1\\) ␛\\[2J &amp; more")
                .doesNotContainPattern("[^\\\\]<script");
        assertThat(html)
                .contains("&lt;script&gt;alert(1)", "default-src 'none'")
                .doesNotContain("<script", "src=\"http");
    }

    @Test
    void should_tell_a_run_in_the_order_in_which_people_ask() throws Exception {
        Files.createDirectories(folder.resolve("artifacts"));
        Files.write(folder.resolve("artifacts/shot.png"), new byte[] {1, 2, 3});

        assertThat(written(RunFormat.MARKDOWN))
                .startsWith("# todo-auth claude \\#1: failed\n\nrls: user B reads todos\n")
                .containsSubsequence(
                        "| took | 1 min 05 s |",
                        "| usage | 1,500 tokens · $0.25 |",
                        "## Evaluation",
                        "| rls | user B | failed | user B reads todos |",
                        "## Found on the way and tried again",
                        "| build › Tables › attempt 1 › rls | user B | superseded |",
                        "## Calls of agents",
                        "| Tables · verify · attempt 1 | claude/opus | passed · PASS · PROCEED | 2.0 s · 500 tokens |");
        assertThat(written(RunFormat.HTML))
                .contains(
                        "<details><summary>shot</summary><img alt=\"shot\" src=\"data:image/png;base64,AQID\"></details>")
                .contains("(which is not there any more)");
    }

    @Test
    void should_hold_every_row_as_json_and_as_lines() throws Exception {
        JsonNode whole = JSON.readTree(written(RunFormat.JSON));
        assertThat(whole.at("/run/id").asString()).isEqualTo("r1");
        assertThat(whole.path("attempts").size()).isOne();
        assertThat(whole.path("results").size()).isEqualTo(11);
        assertThat(whole.at("/events/1/raw").asString()).isEqualTo("two");
        assertThat(written(RunFormat.JSONL)
                        .lines()
                        .map(JSON::readTree)
                        .map(line -> line.path("kind").asString()))
                .startsWith("run", "attempt", "result")
                .endsWith("event", "event")
                .hasSize(15);
    }

    @Test
    void should_fold_attempts_in_ctrf_and_count_each_test_once() throws Exception {
        JsonNode report = JSON.readTree(written(RunFormat.CTRF));

        assertThat(report.at("/reportFormat").asString()).isEqualTo("CTRF");
        assertThatJson(report.at("/results/summary").toString()).isEqualTo("""
                {"tests": 2, "passed": 1, "failed": 1, "skipped": 0, "pending": 0, "other": 0, "flaky": 1,
                 "start": 1763719200000, "stop": 1763719265000}""");
        JsonNode early = report.at("/results/tests/0");
        assertThat(early.at("/suite").valueStream().map(JsonNode::asString))
                .containsExactly("todo-auth", "build", "Tables", "rls");
        assertThat(early.at("/retryAttempts/0/status").asString()).isEqualTo("failed");
        assertThat(early.path("status").asString()).isEqualTo("passed");
        assertThat(report.at("/results/tests/1/status").asString()).isEqualTo("failed");
        assertThat(report.at("/results/tests/1/id").asString())
                .isNotEqualTo(early.path("id").asString());
    }

    @Test
    void should_write_the_whole_tree_as_open_test_reporting() throws Exception {
        DocumentBuilderFactory factory = DocumentBuilderFactory.newInstance();
        factory.setNamespaceAware(true);
        Document document = factory.newDocumentBuilder()
                .parse(new InputSource(new StringReader(written(RunFormat.OPEN_TEST_REPORTING))));

        assertThat(document.getDocumentElement().getNamespaceURI())
                .isEqualTo("https://schemas.opentest4j.org/reporting/hierarchy/0.2.0");
        NodeList nodes = document.getElementsByTagNameNS("*", "child");
        assertThat(nodes.getLength()).isEqualTo(11);
        Element failed = null;
        for (int i = 0; i < nodes.getLength(); i++) {
            Element node = (Element) nodes.item(i);
            Element result =
                    (Element) node.getElementsByTagNameNS("*", "result").item(0);
            failed = result.getAttribute("status").equals("FAILED") ? node : failed;
        }
        assertThat(failed).isNotNull();
        assertThat(failed.getAttribute("name")).isEqualTo("user B");
        assertThat(failed.getTextContent()).contains("user B reads todos");
        assertThat(((Element) failed.getParentNode()).getAttribute("name")).isEqualTo("rls");
    }

    private String written(RunFormat format) throws IOException, SQLException {
        StringWriter out = new StringWriter();
        format.document()
                .write(
                        run(),
                        each -> List.of("one", "two")
                                .forEach(raw ->
                                        each.accept(JSON.createObjectNode().put("raw", raw))),
                        out);
        return out.toString();
    }

    private ArchivedRun run() {
        ObjectNode run = row("""
                {"id": "r1", "experiment": "todo-auth", "title": "Todos", "variant": "claude", "repetition": 1,
                 "source": "real", "target_kind": "embedded", "outcome": "failed", "cause": "check-failed",
                 "message": "rls: user B reads todos", "prompt": "HARMFUL", "unique_id": "[run:1]", "tags": ["auth"],
                 "planner_tool": "claude", "implementer_tool": "claude", "verifier_tool": "claude", "warnings": [],
                 "tokens_input": 1000, "tokens_output": 500, "cost_usd": 0.25, "duration_ms": 65000,
                 "started_at": "2025-11-21T10:00:00+00:00", "host": "h", "partial": false}""");
        run.put("folder", folder.toString());
        ObjectNode verify = row("""
                {"title": "Tables", "phase": "verify", "attempt": 1, "tool": "claude", "model": "opus", "outcome": "passed",
                 "parsed_result": {"status": "PASS", "recommendation": "PROCEED"}, "prompt": "HARMFUL", "answer": "HARMFUL",
                 "diff": "", "duration_ms": 2000, "tokens_output": 500}""");
        String user = "{\"name\": \"shot\", \"media_type\": \"image/png\", \"path\": \"artifacts/shot.png\"}";
        String gone = "{\"name\": \"trace\", \"media_type\": \"application/zip\", \"path\": \"artifacts/gone.zip\"}";
        return new ArchivedRun(
                run,
                List.of(verify),
                List.of(
                        container("[stage:build]", "build", "stage"),
                        container("[stage:build]/[step:t]", "Tables", "step"),
                        container("[stage:build]/[step:t]/[attempt:1]", "attempt 1", "attempt"),
                        container("[stage:build]/[step:t]/[attempt:1]/[layer:rls]", "rls", "layer"),
                        leaf("[stage:build]/[step:t]/[attempt:1]/[layer:rls]", "superseded", false, "", ""),
                        leaf("[stage:build]/[step:t]/[attempt:2]/[layer:rls]", "passed", false, "", ""),
                        container("[stage:build]/[step:t]/[attempt:2]", "attempt 2", "attempt"),
                        container("[stage:build]/[step:t]/[attempt:2]/[layer:rls]", "rls", "layer"),
                        container("[stage:evaluation]", "evaluation", "stage"),
                        container("[stage:evaluation]/[layer:rls]", "rls", "layer"),
                        leaf(
                                "[stage:evaluation]/[layer:rls]",
                                "failed",
                                true,
                                "user B reads todos",
                                user + ", " + gone)));
    }

    private static ObjectNode container(String id, String name, String type) {
        return node(id, name, type, false, "passed", false, "", "");
    }

    private static ObjectNode leaf(String parent, String outcome, boolean deciding, String message, String evidence) {
        return node(parent + "/[check:b]", "user B", "check", true, outcome, deciding, message, evidence);
    }

    private static ObjectNode node(
            String id,
            String name,
            String type,
            boolean leaf,
            String outcome,
            boolean deciding,
            String message,
            String evidence) {
        String whole = "[run:1]/" + id;
        ObjectNode node = row("""
                {"layer": "rls", "started_at": "2025-11-21T10:00:01+00:00", "finished_at": "2025-11-21T10:00:02+00:00",
                 "duration_ms": 1000, "artifacts": ["a.png"], "evidence": [EVIDENCE]}""".replace("EVIDENCE", evidence));
        return node.put("unique_id", whole)
                .put("parent_id", whole.substring(0, whole.lastIndexOf("/[")))
                .put("name", name)
                .put("type", type)
                .put("leaf", leaf)
                .put("outcome", outcome)
                .put("deciding", deciding)
                .put("message", message);
    }

    private static ObjectNode row(String json) {
        return (ObjectNode) JSON.readTree(json.replace("HARMFUL", HARMFUL));
    }
}
