package dev.assay.store;

import static dev.assay.store.LogFixture.execute;
import static dev.assay.store.LogFixture.rows;
import static org.assertj.core.api.Assertions.assertThat;

import dev.assay.agent.AgentEvent;
import dev.assay.agent.CanonicalTool;
import dev.assay.agent.Phase;
import dev.assay.check.Evidence;
import dev.assay.process.Output;
import dev.assay.run.Attempt;
import dev.assay.run.Cause;
import dev.assay.run.Line;
import dev.assay.run.Outcome;
import dev.assay.run.Plan;
import dev.assay.run.RunListener.Node;
import dev.assay.run.StageResult;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

@Timeout(value = 2, unit = TimeUnit.MINUTES)
class RunStoreTest {
    @RegisterExtension
    static final LogFixture POSTGRES = new LogFixture();

    private static final JsonMapper JSON = new JsonMapper();
    private static final ObjectNode NOTHING = JSON.createObjectNode();

    @TempDir
    Path folder;

    private final ByteArrayOutputStream said = new ByteArrayOutputStream();
    private String url;
    private LogDatabase database;
    private RunStore store;

    @BeforeEach
    void open() throws SQLException {
        url = POSTGRES.newDatabase();
        database = LogDatabase.at(url);
        database.connection().close(); // the tables are there
        store = store(database, 32L << 20);
    }

    @AfterEach
    void close() {
        store.close();
        database.close();
    }

    private RunStore store(LogDatabase where, long memory) {
        return new RunStore(
                where,
                new PrintStream(said, true, StandardCharsets.UTF_8),
                Clock.systemUTC(),
                memory,
                Duration.ofSeconds(20));
    }

    @Test
    void should_spool_each_line_before_it_is_parsed() throws Exception {
        TestRun run = new TestRun(store, folder).start();
        Attempt attempt = run.attempt(Phase.IMPLEMENT, 1);
        run.line(attempt, "{\"a\": \"ä\\u0000\"}");
        run.line(Optional.empty(), Output.Stream.STDERR, new byte[] {'x', (byte) 0xFF});
        List<JsonNode> lines = Files.readAllLines(run.info.folder().resolve("events.jsonl")).stream()
                .map(line -> JSON.readTree(line))
                .toList();
        assertThat(lines).hasSize(2);
        assertThat(lines.get(0).path("seq").intValue()).isEqualTo(1);
        assertThat(lines.get(0).path("attempt").stringValue())
                .isEqualTo(attempt.id().toString());
        assertThat(lines.get(0).path("stream").stringValue()).isEqualTo("stdout");
        assertThat(lines.get(0).path("line").stringValue()).isEqualTo("{\"a\": \"ä\\u0000\"}");
        assertThat(lines.get(1).path("attempt").isNull()).isTrue();
        assertThat(lines.get(1).path("base64").binaryValue()).isEqualTo(new byte[] {'x', (byte) 0xFF});
    }

    @Test
    void should_store_a_run_with_its_attempts_and_sums() throws Exception {
        TestRun run = new TestRun(store, folder).start();
        store.planAccepted(run.info, new Plan(List.of(), JSON.readTree("{\"steps\": [1]}")));
        Attempt first = run.attempt(Phase.IMPLEMENT, 1);
        run.line(Optional.of(first), Output.Stream.STDERR, "oh no".getBytes(StandardCharsets.UTF_8));
        run.bash(first, "c1", "npm test", false, NOTHING);
        run.finish(first, Outcome.ABORTED, Optional.empty(), 7);
        Attempt second = run.attempt(Phase.VERIFY, 1);
        run.finish(second, Outcome.PASSED, Optional.of(JSON.readTree("{\"status\": \"PASS\"}")), 0);
        Awaitility.await()
                .untilAsserted(
                        () -> assertThat(rows(url, "select status, tokens_input, cost_usd from orchestrator_runs"))
                                .containsExactly("running|200|0.0250"));
        run.finish();
        assertThat(rows(
                        url,
                        "select experiment, variant, status, outcome, planner_tool, planner_model, verifier_model,"
                                + " skills_mode, plan, tokens_output, cost_source, warnings, duration_ms, tags"
                                + " from orchestrator_runs"))
                .containsExactly("todo-auth|claude+codex|finished|passed|claude|opus|null|passive|{\"steps\": [1]}|80"
                        + "|cli|{\"a warning\"}|3000|{auth}");
        assertThat(rows(
                        url,
                        "select position, phase, step, build_phase, attempt, tool, model, session_id, outcome, cause,"
                                + " ending, exit_code, stderr_tail, parsed_result, commands_run, api_time_ms, diff"
                                + " from orchestrator_steps order by position"))
                .containsExactly(
                        "1|implement|schema|schema|1|claude|claude-opus|session-1|aborted|cli-crashed|CLI_CRASHED|7"
                                + "|oh no\n|null"
                                + "|[{\"ok\": false, \"command\": \"npm test\", \"exit_code\": 2}]|700|+ a line",
                        "2|verify|schema|schema|1|claude|claude-opus|session-1|passed|null|COMPLETED|0||"
                                + "{\"status\": \"PASS\"}|[]|700|+ a line");
    }

    @Test
    void should_find_tool_calls_as_people_ask_for_them() throws Exception {
        TestRun run = new TestRun(store, folder).start();
        Attempt attempt = run.attempt(Phase.IMPLEMENT, 1);
        run.bash(attempt, "c1", "npm test", true, JSON.readTree("{\"command\": \"npm test\"}"));
        run.text(attempt, "Bash is a tool");
        run.finish(attempt, Outcome.PASSED, Optional.empty(), 0);
        run.finish();
        assertThat(rows(
                        url,
                        "select seq, part, stream, type, tool, call_id, event_data->'tool_call'->'input'->>'command',"
                                + " convert_from(raw, 'UTF8') from orchestrator_events"
                                + " where event_data->>'type' = 'tool_call'"
                                + " and event_data->'tool_call'->>'name' = 'Bash'"))
                .containsExactly("1|0|stdout|tool_call|Bash|c1|npm test|{\"type\":\"tool_use\"}");
        assertThat(rows(
                        url,
                        "select seq, tool, is_error, duration_ms from orchestrator_events"
                                + " where type = 'tool_result'"))
                .containsExactly("2|Bash|f|250");
    }

    @Test
    void should_give_every_line_a_row_and_every_part_its_own() throws Exception {
        TestRun run = new TestRun(store, folder).start();
        Attempt attempt = run.attempt(Phase.IMPLEMENT, 1);
        Line two = run.line(attempt, "two in one");
        Line silent =
                run.line(Optional.of(attempt), Output.Stream.STDERR, "only said".getBytes(StandardCharsets.UTF_8));
        run.event(two, 0, new AgentEvent.Text("one", null, null));
        run.event(two, 1, new AgentEvent.Text("two", null, null));
        for (int i = 0; i < 100; i++) {
            run.line(attempt, "silent " + i);
        }
        run.finish();
        assertThat(rows(
                        url,
                        "select part, event_data->'text'->>'text', raw is not null from orchestrator_events"
                                + " where seq = " + two.seq() + " order by part"))
                .containsExactly("0|one|t", "1|two|f");
        assertThat(rows(
                        url,
                        "select type, stream, event_data->'unparsed'->>'line' from orchestrator_events"
                                + " where seq = " + silent.seq()))
                .containsExactly("unparsed|stderr|only said");
        assertThat(rows(url, "select count(distinct seq) from orchestrator_events"))
                .containsExactly(
                        Integer.toString(Files.readAllLines(run.info.folder().resolve("events.jsonl"))
                                .size()));
    }

    @Test
    void should_keep_what_jsonb_refuses_as_raw_bytes() throws Exception {
        TestRun run = new TestRun(store, folder).start();
        Attempt attempt = run.attempt(Phase.IMPLEMENT, 1);
        byte[] bytes = {'a', 0, 'b', (byte) 0xC3, (byte) 0x28};
        Line line = run.line(Optional.of(attempt), Output.Stream.STDOUT, bytes);
        run.event(line, 0, new AgentEvent.Unparsed(new String(bytes, StandardCharsets.UTF_8)));
        Line half = run.line(attempt, "half");
        run.event(
                half,
                0,
                new AgentEvent.ToolStarted(
                        "id\u0000",
                        "Ba\u0000sh",
                        CanonicalTool.SHELL,
                        JSON.readTree("{\"ke\\u0000y\": [\"\\ud800x\", \"\\ud83d\\ude00\"]}"),
                        null,
                        "echo \u0000",
                        null,
                        null,
                        null));
        run.finish(attempt, Outcome.FAILED, Optional.of(JSON.readTree("{\"issues\": [\"nul \\u0000\"]}")), 0);
        run.finish();
        assertThat(rows(
                        url,
                        "select event_data->'unparsed'->>'line', event_data->>'sanitized', encode(raw, 'hex')"
                                + " from orchestrator_events where seq = 1"))
                .containsExactly("a\uFFFDb\uFFFD(|true|610062c328");
        assertThat(rows(
                        url,
                        "select tool, call_id, event_data->'tool_call'->'input', event_data->>'sanitized'"
                                + " from orchestrator_events where seq = 2"))
                .containsExactly("Ba\uFFFDsh|id\uFFFD|{\"ke\uFFFDy\": [\"\uFFFDx\", \"😀\"]}|true");
        assertThat(rows(url, "select parsed_result->'issues'->>0, commands_run->0->>'command' from orchestrator_steps"))
                .containsExactly("nul \uFFFD|echo \uFFFD");
        assertThat(said.toString(StandardCharsets.UTF_8)).isEmpty();
    }

    @Test
    void should_mark_runs_of_a_curtailed_variant_whether_they_are_over_or_under_way() throws Exception {
        TestRun over = new TestRun(store, folder.resolve("over")).start();
        over.finish();
        TestRun underWay = new TestRun(store, folder.resolve("under-way")).start();

        store.runCurtailed(over.info, "80%: it cannot pass");
        store.runCurtailed(underWay.info, "80%: it cannot pass");
        underWay.finish();

        assertThat(rows(url, "select id, status, curtailed from orchestrator_runs order by started_at, id"))
                .containsExactlyInAnyOrder(
                        over.info.id() + "|finished|80%: it cannot pass",
                        underWay.info.id() + "|finished|80%: it cannot pass");
    }

    @Test
    void should_keep_one_event_out_when_the_database_refuses_it_and_no_other() throws Exception {
        TestRun run = new TestRun(store, folder).start();
        Attempt attempt = run.attempt(Phase.IMPLEMENT, 1);
        run.text(attempt, "before");
        Line line = run.line(attempt, "a number that is too big for jsonb");
        ObjectNode huge = JSON.createObjectNode();
        huge.put("n", new java.math.BigDecimal("1e200000"));
        run.event(line, 0, new AgentEvent.Notice("strange", huge));
        run.text(attempt, "after");
        run.finish();
        assertThat(rows(
                        url,
                        "select seq, type, event_data->>'refused' is not null, raw is not null"
                                + " from orchestrator_events where type <> 'unparsed' order by seq"))
                .containsExactly("1|text|f|t", "2|strange|t|t", "3|text|f|t");
    }

    @Test
    void should_store_results_in_order_with_their_evidence() throws Exception {
        TestRun run = new TestRun(store, folder).start();
        Node step = run.node("step", "schema", Map.of("step", "schema", "buildPhase", "schema"));
        Node check = run.node("check", "rls-1", Map.of("layer", "rls", "step", "schema", "attempt", "1"));
        Node skipped = run.node("check", "skipped", Map.of("layer", "browser"));
        store.stageStarted(run.info, step);
        store.stageStarted(run.info, check);
        store.stageFinished(
                run.info,
                check,
                new StageResult(
                        Outcome.SUPERSEDED,
                        Optional.of(Cause.CHECK_FAILED),
                        "user B can read a row",
                        4,
                        false,
                        List.of("a note"),
                        List.of(
                                new Evidence("row", "application/json", "{\"id\": 1}", null),
                                new Evidence(
                                        "page",
                                        "image/png",
                                        null,
                                        run.info.artifacts().resolve("page.png")))));
        Attempt verify = run.attempt(Phase.VERIFY, 1);
        run.finish(verify, Outcome.PASSED, Optional.empty(), 0);
        store.stageFinished(run.info, skipped, StageResult.of(Outcome.SKIPPED, Cause.SKIPPED, "not contracted", false));
        store.stageFinished(run.info, step, StageResult.PASSED);
        run.finish();
        assertThat(rows(
                        url,
                        "select position, type, layer, step, attempt, leaf, outcome, cause, assertions, notes"
                                + " from orchestrator_results order by position"))
                .containsExactly(
                        "1|step|null|schema|null|f|passed|null|0|{}",
                        "2|check|rls|schema|1|t|superseded|check-failed|4|{\"a note\"}",
                        "4|check|browser|null|null|t|skipped|skipped|0|{}");
        assertThat(rows(
                        url,
                        "select r.position < s.position and r.finished_at <= s.finished_at"
                                + " from orchestrator_results r, orchestrator_steps s where r.layer = 'rls'"))
                .containsExactly("t");
        assertThat(rows(
                        url,
                        "select evidence->0->>'text', evidence->1->>'path', artifacts from orchestrator_results"
                                + " where layer = 'rls'"))
                .containsExactly("{\"id\": 1}|artifacts/page.png|{artifacts/page.png}");
    }

    @Test
    void should_not_multiply_in_views() throws Exception {
        TestRun run = new TestRun(store, folder).start();
        for (int i = 1; i <= 3; i++) {
            Attempt attempt = run.attempt(Phase.IMPLEMENT, i);
            for (int n = 0; n < 100; n++) {
                run.bash(attempt, "call-" + n, "command " + n, n % 10 != 0, NOTHING);
                run.text(attempt, "text");
                run.text(attempt, "more");
            }
            run.finish(attempt, Outcome.PASSED, Optional.empty(), 0);
            Node check = run.node("check", "c" + i, Map.of("layer", "api"));
            store.stageStarted(run.info, check);
            store.stageFinished(
                    run.info,
                    check,
                    new StageResult(Outcome.PASSED, Optional.empty(), "", 5, true, List.of(), List.of()));
        }
        Attempt verify = run.attempt(Phase.VERIFY, 1);
        run.finish(
                verify, Outcome.ABORTED, Optional.of(JSON.readTree("{\"issues\": [\"no index\", \"no policy\"]}")), 3);
        run.finish();
        assertThat(rows(url, "select count(*) from orchestrator_events")).containsExactly("1200");
        assertThat(rows(
                        url,
                        "select steps, attempts, retries, checks, checks_passed, assertions, events, tool_calls,"
                                + " tool_errors, tokens_input, cost_usd from orchestrator_run_summary"))
                .containsExactly("1|4|2|3|3|15|1200|300|30|200|0.0250");
        assertThat(rows(
                        url,
                        "select attempt, tool, calls, errors, duration_ms from orchestrator_tool_usage"
                                + " order by attempt"))
                .containsExactly("1|Bash|100|10|25000", "2|Bash|100|10|25000", "3|Bash|100|10|25000");
        assertThat(rows(
                        url,
                        "select count(*), count(distinct (seq, part)), count(exit_code), sum(duration_ms)"
                                + " from orchestrator_commands"))
                .containsExactly("300|300|300|75000");
        assertThat(rows(
                        url,
                        "select error_type, said_in, count(*), min(message) from orchestrator_errors"
                                + " group by 1, 2 order by 1, 2"))
                .containsExactly(
                        "EXIT_ERROR|null|1|it crashed",
                        "PARSED_ERROR|tool_result|30|said command 0",
                        "PARSED_ERROR|verdict|2|no index");
        execute(url, "delete from orchestrator_runs");
        assertThat(rows(url, "select count(*) from orchestrator_events")).containsExactly("0");
    }

    @Test
    void should_show_an_event_within_moments() {
        TestRun run = new TestRun(store, folder).start();
        run.text(run.attempt(Phase.IMPLEMENT, 1), "hello");
        Awaitility.await()
                .pollInterval(Duration.ofMillis(20))
                .untilAsserted(
                        () -> assertThat(rows(url, "select event_data->'text'->>'text' from orchestrator_events"))
                                .containsExactly("hello"));
        assertThat(rowsOf("select heartbeat_at is null or status = 'running' from orchestrator_runs"))
                .containsExactly("t");
        run.finish();
    }

    @Test
    void should_lose_and_double_nothing_when_lines_are_written_twice() throws Exception {
        TestRun run = new TestRun(store, folder, "twice").start();
        Attempt attempt = run.attempt(Phase.IMPLEMENT, 1);
        for (int i = 0; i < 20; i++) {
            run.text(attempt, "text " + i);
        }
        run.finish();
        TestRun again = new TestRun(store, folder, "twice").start();
        for (int i = 0; i < 30; i++) {
            again.text(attempt, "again " + i);
        }
        again.finish();
        assertThat(
                        rows(
                                url,
                                "select count(*), count(distinct seq),"
                                        + " count(*) filter (where event_data->'text'->>'text' like 'text%') from orchestrator_events"))
                .containsExactly("30|30|20");
    }

    @Test
    void should_store_the_end_of_a_run_whose_thread_was_interrupted() throws Exception {
        TestRun run = new TestRun(store, folder).start();
        run.text(run.attempt(Phase.IMPLEMENT, 1), "before");
        Thread.currentThread().interrupt();
        Line last = run.line(Optional.empty(), Output.Stream.ASSAY, "cancelled".getBytes(StandardCharsets.UTF_8));
        run.event(last, 0, new AgentEvent.Warning("interrupted", "cancelled"));
        run.finish();
        assertThat(Thread.interrupted()).as("the interrupt is kept").isTrue();
        assertThat(rows(url, "select status, events from orchestrator_run_summary"))
                .containsExactly("finished|2");
        assertThat(Files.readAllLines(run.info.folder().resolve("events.jsonl")))
                .hasSize(2);
    }

    @Test
    void should_finish_a_run_without_a_database_and_read_it_in_later() throws Exception {
        String later = POSTGRES.newDatabase();
        LogDatabase nowhere = LogDatabase.at("jdbc:postgresql://127.0.0.1:1/log");
        RunStore away = new RunStore(
                nowhere,
                new PrintStream(said, true, StandardCharsets.UTF_8),
                Clock.systemUTC(),
                2000,
                Duration.ofMillis(50));
        TestRun run = new TestRun(away, folder).start();
        Attempt attempt = run.attempt(Phase.IMPLEMENT, 1);
        for (int i = 0; i < 50; i++) {
            run.text(attempt, "text " + i);
        }
        run.finish(attempt, Outcome.PASSED, Optional.empty(), 0);
        run.finish();
        away.close();
        nowhere.close();
        assertThat(said.toString(StandardCharsets.UTF_8))
                .contains("The log database postgresql://127.0.0.1:1/log cannot be reached")
                .contains("The run goes on")
                .contains("assay ingest " + run.info.folder());
        try (LogDatabase back = LogDatabase.at(later)) {
            Ingest ingest = new Ingest(back, complaint -> said.writeBytes(complaint.getBytes(StandardCharsets.UTF_8)));
            assertThat(ingest.read(run.info.folder())).isGreaterThan(50);
            ingest.read(run.info.folder());
        }
        assertThat(rows(later, "select status, outcome, events, attempts, tokens_input from orchestrator_run_summary"))
                .containsExactly("finished|passed|50|1|200");
        assertThat(run.info.folder().resolve("pending.jsonl")).doesNotExist();
    }

    private List<String> rowsOf(String sql) {
        try {
            return rows(url, sql);
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }
}
