package dev.assay.store;

import static dev.assay.store.LogFixture.execute;
import static dev.assay.store.LogFixture.rows;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.sql.SQLException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class SqlQueryTest {
    @RegisterExtension
    static final LogFixture POSTGRES = new LogFixture();

    private static String url;
    private static LogDatabase database;
    private static SqlQuery query;

    @BeforeAll
    static void open() throws SQLException {
        url = POSTGRES.newDatabase();
        execute(url, "create table kept as select 1 as n");
        database = LogDatabase.at(url);
        query = new SqlQuery(database);
    }

    @AfterAll
    static void close() {
        database.close();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "delete from kept",
                "/* select */ drop table kept",
                "-- select\n( update kept set n = 2",
                "copy kept to program 'true'",
                "do $$ begin delete from kept; end $$",
                "commit",
                ""
            })
    void should_refuse_what_does_not_read(String sql) throws SQLException {
        assertThatThrownBy(() -> query.run(sql)).isInstanceOf(IllegalArgumentException.class);
        assertThat(rows(url, "select n from kept")).containsExactly("1");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "select 1; delete from kept",
                "select 1; commit; delete from kept",
                "select ';' || $$;$$; select 2"
            })
    void should_refuse_two_statements(String sql) throws SQLException {
        assertThatThrownBy(() -> query.run(sql))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("One statement is asked for");
        assertThat(rows(url, "select n from kept")).containsExactly("1");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "with gone as (delete from kept returning n) select * from gone",
                "explain analyze delete from kept",
                "select set_config('transaction_read_only', 'off', false), n from kept for update",
                "select * into other from kept"
            })
    void should_refuse_writes_that_look_like_reading(String sql) throws SQLException {
        assertThatThrownBy(() -> query.run(sql)).isInstanceOf(SQLException.class);
        assertThat(rows(url, "select n from kept")).containsExactly("1");
    }

    @Test
    void should_say_what_the_server_says() {
        assertThatThrownBy(() -> query.run("select nothing from kept"))
                .isInstanceOf(SQLException.class)
                .hasMessageContaining("column \"nothing\" does not exist");
    }

    @Test
    void should_give_json_with_types() throws Exception {
        var result = query.run("select 1 as n, 1.50 as d, true as b, '{\"a\": [1]}'::jsonb as j, array['x', null] as t,"
                + " null as nothing, 'text' as n, timestamptz '2026-11-21 10:00:00Z' at time zone 'UTC' as at,"
                + " 'Infinity'::float8 as f, '{\"a\": \"?\"}'::jsonb ? 'a' as has;");
        assertThat(result.toJson()).contains("\"d\" : 1.50");
        JsonNode row = new JsonMapper().readTree(result.toJson()).get(0);
        assertThat(row)
                .hasToString("{\"n\":1,\"d\":1.5,\"b\":true,\"j\":{\"a\":[1]},\"t\":[\"x\",null],\"nothing\":null,"
                        + "\"n_2\":\"text\",\"at\":\"2026-11-21 10:00:00\",\"f\":\"Infinity\",\"has\":true}");
        assertThat(query.run("select 1 where false").toJson()).isEqualTo("[ ]");
    }

    @Test
    void should_give_a_table() throws Exception {
        String table = query.run("select n, repeat('x', n * n) as name, n % 2 = 0 as even"
                        + " from generate_series(9, 11) n order by n")
                .toTable(80);
        assertThat(table.lines())
                .containsExactly(
                        "n  | name" + " ".repeat(63) + " | even",
                        "---+-" + "-".repeat(67) + "-+------",
                        " 9 | " + "x".repeat(66) + "… | false",
                        "10 | " + "x".repeat(66) + "… | true",
                        "11 | " + "x".repeat(66) + "… | false",
                        "(3 rows)");
        assertThat(table.lines()).allMatch(line -> line.length() <= 80);
    }

    @Test
    void should_not_let_stored_text_speak_to_the_terminal() throws Exception {
        assertThat(query.run("select E'a\\nb\\x1b[31m\\u202e' as t").toTable(80).lines())
                .containsExactly(
                        "t", "-".repeat("a\\nb\\u001b[31m\\u202e".length()), "a\\nb\\u001b[31m\\u202e", "(1 row)");
    }

    @Test
    void should_read_the_views_of_an_empty_log() throws Exception {
        assertThat(query.run("table orchestrator_run_summary").rows()).isEmpty();
        assertThat(query.run("select * from orchestrator_errors").columns()).contains("error_type", "message");
    }
}
