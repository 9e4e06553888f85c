package dev.assay.run;

import static dev.assay.run.ScriptedRun.PROCEED;
import static dev.assay.run.ScriptedRun.plan;
import static dev.assay.run.ScriptedRun.step;
import static dev.assay.run.ScriptedRun.verdict;
import static org.assertj.core.api.Assertions.assertThat;

import dev.assay.agent.AgentEvent;
import dev.assay.agent.AgentRequest;
import dev.assay.agent.CanonicalTool;
import dev.assay.agent.Ending;
import dev.assay.agent.Phase;
import dev.assay.experiment.SkillsMode;
import dev.assay.postgres.PostgresCluster;
import dev.assay.report.AllureReport;
import dev.assay.run.Guidance.Filter;
import dev.assay.run.ScriptedRun.Reply;
import dev.assay.store.LogDatabase;
import dev.assay.store.RunStore;
import dev.assay.store.SqlQuery;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.JsonNodeFactory;

/** What the loop leaves in a real PostgreSQL and in Allure's results: a selection of verdicts, limits and outcomes. */
@Timeout(value = 3, unit = TimeUnit.MINUTES)
class LoopRowsTest {
    private static PostgresCluster cluster;

    @TempDir
    Path folder;

    private LogDatabase database;
    private RunStore store;
    private ScriptedRun run;

    @BeforeAll
    static void start() throws InterruptedException {
        cluster = PostgresCluster.start(
                PostgresCluster.Options.empty(Path.of(System.getProperty("user.home"), ".cache", "assay")));
    }

    @AfterAll
    static void stop() {
        cluster.close();
    }

    @BeforeEach
    void open() {
        String name = "log_" + java.util.UUID.randomUUID().toString().replace("-", "");
        cluster.createDatabase(name, "template0", cluster.superuser());
        database = LogDatabase.at(cluster.jdbcUrl(name, cluster.superuser(), cluster.superuserPassword()));
        store = new RunStore(database, System.out, Clock.systemUTC());
        run = new ScriptedRun(folder);
        run.listeners.add(store);
        run.listeners.add(new AllureReport(folder.resolve("allure-results")));
    }

    @AfterEach
    void close() {
        run.close();
        store.close();
        database.close();
    }

    /** The verdicts of each step, in order; the last one again and again. */
    private void verdicts(String plan, Map<String, List<Object>> verdicts) {
        Map<String, Integer> asked = new HashMap<>();
        run.agent(request -> switch (request.phase()) {
            case PLAN -> plan;
            case REPLAN -> "{\"unchanged\":false,\"steps\":[" + step("last") + "]}";
            case RESEARCH ->
                Reply.seen("An upsert needs both.", search("supabase upsert policy"), page("https://docs.test/upsert"));
            case VERIFY -> {
                String step = request.stepId().orElseThrow();
                List<Object> own = verdicts.getOrDefault(step, List.of(PROCEED));
                yield own.get(Math.min(asked.merge(step, 1, Integer::sum), own.size()) - 1);
            }
            default -> implemented(request);
        });
    }

    private static Object implemented(AgentRequest request) {
        return request.stepId().equals(Optional.of("slow")) && request.attempt() == 1
                ? Reply.endedAfterWork(Ending.TIMED_OUT)
                : "done";
    }

    private List<String> rows(String sql) throws Exception {
        store.close(); // all that was told is there
        return new SqlQuery(database)
                .run(sql).rows().stream()
                        .map(row -> row.stream()
                                .map(value ->
                                        value.isNull() ? "" : value.isString() ? value.asString() : value.toString())
                                .collect(Collectors.joining("|")))
                        .toList();
    }

    private List<String> allure() throws IOException {
        JsonMapper json = new JsonMapper();
        try (Stream<Path> files = Files.list(folder.resolve("allure-results"))) {
            return files.filter(file -> file.toString().endsWith("-result.json"))
                    .map(file -> json.readTree(file))
                    .map(LoopRowsTest::line)
                    .sorted()
                    .toList();
        }
    }

    private static String line(JsonNode result) {
        // the groups are numbered by their place in the run
        String group = result.path("labels")
                .valueStream()
                .filter(label -> label.path("name").asString().equals("subSuite"))
                .map(label -> label.path("value").asString())
                .map(name -> name.replaceFirst("^[0-9.]+ ", ""))
                .findFirst()
                .orElse("");
        return group + "/" + result.path("name").asString() + " "
                + result.path("status").asString();
    }

    @Test
    void should_store_each_attempt_and_result_of_a_run_that_uses_every_verdict() throws Exception {
        run.diagnostics = List.of("echo two errors; exit 2");
        verdicts(
                plan(
                        step("looked-up"),
                        step("diagnosed"),
                        step("slow"),
                        step("odd"),
                        step("skipped", "frontend", ""),
                        step("given-up", "frontend", ""),
                        step("unreached", "frontend", ",\"needs\":[\"given-up\"]"),
                        step("replanned", "frontend", ",\"needs\":[]"),
                        step("dropped", "frontend", "")),
                Map.of(
                        "looked-up", List.of(verdict("FAIL", "WEB_SEARCH", ",\"query\":\"how\""), PROCEED),
                        "diagnosed",
                                List.of(
                                        verdict("FAIL", "RUN_DIAGNOSTIC", ",\"command\":\"echo two errors; exit 2\""),
                                        PROCEED),
                        "odd", List.of("fine"),
                        "skipped", List.of(verdict("FAIL", "SKIP", ",\"reason\":\"nobody asked\"")),
                        "given-up", List.of(verdict("FAIL", "RETRY", "")),
                        "replanned", List.of(verdict("PASS", "MODIFY_PLAN", ""))));

        assertThat(run.run().outcome()).isEqualTo(Outcome.PASSED);

        assertThat(rows("select status, outcome, cause, partial,"
                        + " (select string_agg(s->>'id', ' ') from jsonb_array_elements(plan->'steps') s)"
                        + " from orchestrator_runs"))
                .containsExactly("finished|passed||false|looked-up diagnosed slow odd skipped given-up unreached"
                        + " replanned last");
        assertThat(rows("select phase, step, attempt, tool, outcome, cause from orchestrator_steps"
                        + " where step in ('looked-up', 'diagnosed', 'slow', 'odd') or phase = 'replan'"
                        + " order by position"))
                .containsExactly(
                        "implement|looked-up|1|scripted|passed|",
                        "verify|looked-up|1|scripted|passed|",
                        "research|looked-up|1|scripted|passed|",
                        "implement|looked-up|2|scripted|passed|",
                        "verify|looked-up|2|scripted|passed|",
                        "implement|diagnosed|1|scripted|passed|",
                        "verify|diagnosed|1|scripted|passed|",
                        "diagnose|diagnosed|1|assay|passed|",
                        "implement|diagnosed|2|scripted|passed|",
                        "verify|diagnosed|2|scripted|passed|",
                        "implement|slow|1|scripted|failed|timed-out",
                        "verify|slow|1|scripted|passed|",
                        "implement|odd|1|scripted|passed|",
                        "verify|odd|1|scripted|failed|schema-failed",
                        "verify|odd|2|scripted|failed|schema-failed",
                        "replan||1|scripted|passed|");
        assertThat(rows("select parsed_result->>'query', parsed_result->'searches'->>0, parsed_result->'pages'->>0"
                        + " from orchestrator_steps where phase = 'research'"))
                .containsExactly("how|supabase upsert policy|https://docs.test/upsert");
        assertThat(rows("select exit_code, commands_run->0->>'command', commands_run->0->>'exit_code', stdout_tail"
                        + " from orchestrator_steps where phase = 'diagnose'"))
                .singleElement()
                .asString()
                .startsWith("2|echo two errors; exit 2|2|two errors");
        assertThat(rows("select parsed_result->>'status', parsed_result->>'recommendation' from orchestrator_steps"
                        + " where phase = 'verify' and step in ('skipped', 'replanned')"))
                .containsExactly("FAIL|SKIP", "PASS|MODIFY_PLAN");
        assertThat(rows("select step, outcome, cause from orchestrator_results where type = 'step' order by position"))
                .containsExactly(
                        "looked-up|passed|",
                        "diagnosed|passed|",
                        "slow|passed|",
                        "odd|failed|schema-failed",
                        "skipped|skipped|skipped",
                        "given-up|failed|not-verified",
                        "unreached|skipped|unreached",
                        "replanned|passed|",
                        "last|passed|");
        assertThat(rows("select step, phase, attempt, outcome, cause, deciding from orchestrator_results"
                        + " where leaf and phase in ('implement', 'verify') and step in ('slow', 'given-up')"
                        + " and (outcome <> 'passed') order by position"))
                .containsExactly(
                        "slow|implement|1|superseded|timed-out|false",
                        "given-up|verify|1|superseded|verdict-retry|false",
                        "given-up|verify|2|superseded|verdict-retry|false",
                        "given-up|verify|3|failed|not-verified|false");
        assertThat(rows("select diff from orchestrator_steps where step = 'looked-up' and phase = 'implement'"
                        + " order by attempt"))
                .hasSize(2)
                .allMatch(diff -> diff.contains("work.txt"));
        assertThat(allure())
                .noneMatch(line -> line.endsWith("failed") || line.endsWith("broken"))
                .contains(
                        "looked-up/research passed",
                        "diagnosed/diagnose passed",
                        "given-up/verify · attempt 3, given up skipped",
                        "replanned/replan 1 passed",
                        "unreached/unreached skipped");
    }

    @Test
    void should_store_a_run_that_ends_where_nothing_more_may_be_spent() throws Exception {
        run.agent(request -> request.phase() == Phase.IMPLEMENT ? Ending.LIMIT_BUDGET : ScriptedRun.worksWell(request));

        run.run();

        assertThat(rows("select outcome, cause from orchestrator_runs")).containsExactly("failed|limit-budget");
        assertThat(rows("select phase, outcome, cause from orchestrator_results where deciding"))
                .containsExactly("implement|failed|limit-budget");
        assertThat(allure()).anyMatch(line -> line.equals("schema/implement failed"));
    }

    @Test
    void should_store_which_skills_were_at_hand_and_which_were_taken_in() throws Exception {
        run.skills = SkillsMode.PASSIVE;
        run.guidance = new Guidance(Path.of("skills").toAbsolutePath(), Filter.PHASE_MATCHED, false);
        run.agent(ScriptedRun::worksWell);

        run.run();

        assertThat(rows("select s.phase, e.event_data->'skills'->>'mode', e.event_data->'skills'->'available'->>0,"
                        + " e.event_data->'skills'->'loaded'->>0 from orchestrator_events e"
                        + " join orchestrator_steps s on s.id = e.step_id where e.type = 'skills'"))
                .containsExactly("implement|passive|schema|schema");
    }

    private static AgentEvent search(String query) {
        return call(CanonicalTool.WEB_SEARCH, query, null);
    }

    private static AgentEvent page(String url) {
        return call(CanonicalTool.WEB_FETCH, "", url);
    }

    private static AgentEvent call(CanonicalTool tool, String query, @org.jspecify.annotations.Nullable String url) {
        return new AgentEvent.ToolStarted(
                tool.id(),
                "Web",
                tool,
                JsonNodeFactory.instance.objectNode().put("query", query),
                null,
                null,
                url,
                null,
                null);
    }
}
