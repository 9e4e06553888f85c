package dev.assay.store;

import static dev.assay.store.LogFixture.execute;
import static org.assertj.core.api.Assertions.assertThat;

import dev.assay.store.RunList.Choice;
import dev.assay.store.RunList.Condition;
import dev.assay.store.RunList.Order;
import dev.assay.store.RunList.Page;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import tools.jackson.databind.node.ObjectNode;

class RunListTest {
    @RegisterExtension
    static final LogFixture POSTGRES = new LogFixture();

    private static LogDatabase database;

    @BeforeAll
    static void store() throws SQLException {
        String url = POSTGRES.newDatabase();
        database = LogDatabase.at(url);
        database.connection().close();
        String columns = "insert into orchestrator_runs (id, experiment, variant, repetition, source, target_kind,"
                + " prompt, unique_id, status, outcome, cost_usd, duration_ms, planner_tool, implementer_tool,"
                + " verifier_tool, started_at, heartbeat_at) values ";
        execute(
                url,
                columns
                        + "('20260301-120000-aaaaaa', 'todo-auth', 'claude', 1, 'real', 'embedded', '', '', 'finished',"
                        + " 'passed', 0.5, 1000, 'claude', 'claude', 'claude', '2026-03-01 12:00:00Z', null),"
                        + "('20260301-120000-aabbbb', 'todo-auth', 'recorded', 1, 'recorded', 'embedded', '', '',"
                        + " 'finished', 'failed', null, 9000, 'recorded', 'nop', 'recorded', '2026-03-01 12:00:00Z',"
                        + " null),"
                        + "('20260302-090000-cccccc', 'todo_auth', 'claude', 2, 'real', 'embedded', '', '', 'running',"
                        + " null, 2, null, 'claude', 'codex', 'claude', '2026-03-02 09:00:00Z', '2026-03-02 09:00:05Z'),"
                        + "('20260303-090000-dddddd', 'chat', 'claude', 1, 'real', 'embedded', '', '', 'running', null,"
                        + " null, null, 'claude', 'codex', 'claude', '2026-03-03 09:00:00Z', 'infinity')");
    }

    @AfterAll
    static void close() {
        database.close();
    }

    @Test
    void should_find_nothing_where_nothing_is_so() throws SQLException {
        Page page = read(List.of("nowhere"), List.of(), "", Order.NEWEST, 20);

        assertThat(page.runs()).isEmpty();
        assertThat(page.matching()).isZero();
        assertThat(page.stored()).isEqualTo(4);
    }

    @Test
    void should_take_no_sign_of_a_name_for_a_pattern_of_sql() throws SQLException {
        assertThat(ids(read(List.of("todo_auth"), List.of(), "", Order.NEWEST, 20)))
                .containsExactly("20260302-090000-cccccc");
        assertThat(read(List.of("%"), List.of(), "", Order.NEWEST, 20).runs()).isEmpty();
        assertThat(read(List.of("todo?auth", "c*t"), List.of(), "", Order.NEWEST, 20)
                        .runs())
                .hasSize(4);
    }

    @Test
    void should_call_a_run_interrupted_whose_process_died() throws SQLException {
        assertThat(ids(read(List.of(), List.of(Condition.INTERRUPTED), "", Order.NEWEST, 20)))
                .containsExactly("20260302-090000-cccccc");
        assertThat(ids(read(List.of(), List.of(Condition.RUNNING), "", Order.NEWEST, 20)))
                .containsExactly("20260303-090000-dddddd");
        assertThat(read(List.of("todo_auth"), List.of(), "", Order.NEWEST, 1).runs())
                .singleElement()
                .satisfies(run -> assertThat(run.path("status").asString()).isEqualTo("interrupted"));
    }

    @Test
    void should_choose_by_outcome_and_source_and_say_how_many_there_are() throws SQLException {
        assertThat(ids(read(List.of(), List.of(Condition.PASSED, Condition.FAILED), "", Order.NEWEST, 20)))
                .containsExactlyInAnyOrder("20260301-120000-aaaaaa", "20260301-120000-aabbbb");
        assertThat(ids(read(List.of(), List.of(), "recorded", Order.NEWEST, 20)))
                .containsExactly("20260301-120000-aabbbb");
        Page first = read(List.of(), List.of(), "", Order.NEWEST, 1);
        assertThat(ids(first)).containsExactly("20260303-090000-dddddd");
        assertThat(first.matching()).isEqualTo(4);
    }

    @Test
    void should_sort() throws SQLException {
        assertThat(ids(read(List.of(), List.of(), "", Order.DEAREST, 2)))
                .containsExactly("20260302-090000-cccccc", "20260301-120000-aaaaaa");
        assertThat(ids(read(List.of(), List.of(), "", Order.LONGEST, 1))).containsExactly("20260301-120000-aabbbb");
        assertThat(ids(read(List.of(), List.of(), "", Order.EXPERIMENT, 1))).containsExactly("20260303-090000-dddddd");
    }

    @Test
    void should_shorten_ids_to_what_no_other_run_begins_with() throws SQLException {
        assertThat(read(List.of("todo-auth"), List.of(), "", Order.NEWEST, 20).runs())
                .extracting(run -> run.path("short_id").asString())
                .containsExactlyInAnyOrder("20260301-120000-aaa", "20260301-120000-aab");
        Page others = read(List.of("chat", "todo_auth"), List.of(), "", Order.NEWEST, 20);
        assertThat(others.runs())
                .extracting(run -> run.path("short_id").asString())
                .containsExactly("20260303-0900", "20260302-0900");
        for (ObjectNode run : others.runs()) {
            assertThat(new RunArchive(database)
                            .read(run.path("short_id").asString())
                            .id())
                    .isEqualTo(run.path("id").asString());
        }
    }

    private static List<String> ids(Page page) {
        return page.runs().stream().map(run -> run.path("id").asString()).toList();
    }

    private static Page read(
            List<String> experiments, List<Condition> conditions, String source, Order order, int limit)
            throws SQLException {
        return new RunList(database)
                .read(new Choice(
                        experiments, conditions, Optional.of(source).filter(name -> !name.isEmpty()), order, limit));
    }
}
