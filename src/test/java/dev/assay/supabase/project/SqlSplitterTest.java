package dev.assay.supabase.project;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class SqlSplitterTest {
    private static List<String> texts(String script) {
        return SqlSplitter.split(script).stream().map(SqlStatement::text).toList();
    }

    @Test
    void should_keep_an_unclosed_quote_to_the_end_for_the_server_to_refuse() {
        assertThat(texts("select 'a; select 2;")).containsExactly("select 'a; select 2;");
        assertThat(texts("select $$ a; select 2;")).containsExactly("select $$ a; select 2;");
        assertThat(texts("select 1 /* a; select 2;")).containsExactly("select 1");
    }

    @Test
    void should_find_nothing_where_there_is_nothing() {
        assertThat(texts("")).isEmpty();
        assertThat(texts(" ;; -- only; this\n/* and; /* that; */ ; */ ;")).isEmpty();
    }

    @Test
    void should_split_at_semicolons_and_tell_the_line() {
        assertThat(SqlSplitter.split("\uFEFF-- first\nselect 1;\n\n/* x\n */ select\n 2 ;select 3"))
                .containsExactly(
                        new SqlStatement("select 1", 2),
                        new SqlStatement("select\n 2", 5),
                        new SqlStatement("select 3", 6));
    }

    @Test
    void should_not_split_in_strings_and_names() {
        assertThat(texts("select 'it''s; a', \"odd;\"\"name\"; select 2"))
                .containsExactly("select 'it''s; a', \"odd;\"\"name\"", "select 2");
        assertThat(texts("select E'a\\';b', 'a\\'; select 2")).containsExactly("select E'a\\';b', 'a\\'", "select 2");
    }

    @Test
    void should_not_split_in_dollar_quotes() {
        assertThat(texts("do $$ begin perform 1; end $$; select 2"))
                .containsExactly("do $$ begin perform 1; end $$", "select 2");
        assertThat(texts("select $a$ $b$ ; $$ ; $a$; select $1; select a$b; select 2"))
                .containsExactly("select $a$ $b$ ; $$ ; $a$", "select $1", "select a$b", "select 2");
    }

    @Test
    void should_not_split_in_comments() {
        assertThat(texts("select 1 -- a; b\n + 2; select /* a; /* b; */ c; */ 3"))
                .containsExactly("select 1 -- a; b\n + 2", "select /* a; /* b; */ c; */ 3");
    }

    @Test
    void should_not_split_in_atomic_bodies_and_parentheses() {
        String function = """
                create function f(a int) returns int language sql
                begin atomic
                  select case when a > 0 then 1 else 2 end;
                  select case a when 1 then case when true then 2 end end;
                end""";
        assertThat(texts(function + "; select 2")).containsExactly(function, "select 2");
        String rule = "create rule r as on insert to t do also (delete from a; delete from b)";
        assertThat(texts(rule + ";select 2")).containsExactly(rule, "select 2");
    }

    @Test
    void should_take_begin_for_a_statement_of_its_own() {
        assertThat(texts("begin; select 1; end; commit;")).containsExactly("begin", "select 1", "end", "commit");
    }

    @Test
    void should_know_what_stands_outside_a_transaction() {
        assertThat(new SqlStatement("CREATE UNIQUE  INDEX\nCONCURRENTLY i on t (a)", 1).standsAlone())
                .isTrue();
        assertThat(new SqlStatement("vacuum", 1).standsAlone()).isTrue();
        assertThat(new SqlStatement("create index i on t (a)", 1).standsAlone()).isFalse();
        assertThat(new SqlStatement("select 'vacuum'", 1).standsAlone()).isFalse();
    }

    @Test
    void should_find_the_line_of_a_position() {
        SqlStatement statement = new SqlStatement("select\n  1,\n  x", 10);
        assertThat(statement.lineAt(1)).isEqualTo(10);
        assertThat(statement.lineAt(15)).isEqualTo(12);
        assertThat(statement.lineAt(999)).isEqualTo(12);
    }
}
