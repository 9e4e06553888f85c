package dev.assay.supabase.rest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class QueryParserTest {

    @ParameterizedTest
    @ValueSource(
            strings = {
                "select=a(",
                "select=a)",
                "select=a,,b",
                "select=a:",
                "select=a::",
                "select=a::int)",
                "select=a::int;drop",
                "select=a.evil()",
                "select=...a",
                "select=\"a",
                "a=1",
                "a=eq",
                "a=foo.1",
                "a=in.1",
                "a=in.(1",
                "a=in.(1)x",
                "a=is.maybe",
                "a=neq(any).{1}",
                "a=eq(some).{1}",
                "or=()",
                "or=(a.eq.1",
                "or=(a.eq.1)x",
                "or=a.eq.1",
                "order=a.up",
                "order=a.asc.desc",
                "order=a.nullsfirst.nullsfirst",
                "order=a(b",
                "limit=-1",
                "a.=eq.1",
                ".=eq.1",
                "a;b=eq.1",
            })
    void should_refuse_what_it_cannot_read(String query) {
        assertThatThrownBy(() -> QueryParser.parse(query, false)).isInstanceOfSatisfying(Refusal.class, refusal -> {
            assertThat(refusal.status()).isIn(400, 416);
            assertThat(refusal.json()).containsPattern("PGRST10[03]");
        });
    }

    @Test
    void should_refuse_nesting_without_end() {
        String deep = "a(".repeat(5000) + "b" + ")".repeat(5000);
        assertThatThrownBy(() -> QueryParser.parse("select=" + deep, false)).isInstanceOf(Refusal.class);
        assertThatThrownBy(() -> QueryParser.parse("or=(" + "and(".repeat(5000), false))
                .isInstanceOf(Refusal.class);
    }

    @Test
    void should_take_no_number_for_no_limit() {
        assertThat(QueryParser.parse("limit=undefined&offset=", false).top()).isEqualTo(Scope.EMPTY);
    }

    @Test
    void should_select_everything_unless_told_otherwise() {
        assertThat(QueryParser.parse("", false).select()).containsExactly(SelectItem.Column.of("*"));
    }

    @Test
    void should_read_columns_with_alias_path_and_cast() {
        assertThat(QueryParser.select("x:a->b->>0::text,\"odd, (name)\",a-b"))
                .containsExactly(
                        new SelectItem.Column(
                                new Field(
                                        "a",
                                        List.of(new Field.Step(false, "b", false), new Field.Step(true, "0", true))),
                                "x",
                                "text",
                                null,
                                null),
                        SelectItem.Column.of("odd, (name)"),
                        SelectItem.Column.of("a-b"));
    }

    @Test
    void should_read_embeds() {
        assertThat(QueryParser.select("x:a!hint!inner(b,c(*)),...d(e),f()"))
                .containsExactly(
                        new SelectItem.Embed(
                                "a",
                                "x",
                                "hint",
                                true,
                                false,
                                List.of(
                                        SelectItem.Column.of("b"),
                                        new SelectItem.Embed(
                                                "c", null, null, false, false, List.of(SelectItem.Column.of("*"))))),
                        new SelectItem.Embed("d", null, null, false, true, List.of(SelectItem.Column.of("e"))),
                        new SelectItem.Embed("f", null, null, false, false, List.of()));
    }

    @Test
    void should_read_aggregates() {
        assertThat(QueryParser.select("count(),n:a.sum()::int,count(x)"))
                .containsExactly(
                        new SelectItem.Column(new Field("*"), null, null, "count", null),
                        new SelectItem.Column(new Field("a"), "n", null, "sum", "int"),
                        new SelectItem.Embed("count", null, null, false, false, List.of(SelectItem.Column.of("x"))));
    }

    @Test
    void should_keep_the_scopes_of_embeds_apart() {
        Query query = QueryParser.parse("id=gt.1&a.b.id=eq.2&a.order=x.desc.nullslast,y&a.limit=3&offset=4", false);
        assertThat(query.top().conditions()).containsExactly(filter("id", Operator.GT, "1"));
        assertThat(query.top().offset()).isEqualTo(4);
        assertThat(query.scope(List.of("a", "b")).conditions()).containsExactly(filter("id", Operator.EQ, "2"));
        assertThat(query.scope(List.of("a")).limit()).isEqualTo(3);
        assertThat(query.scope(List.of("a")).orders())
                .containsExactly(
                        new Order(new Field("x"), null, "desc", "last"), new Order(new Field("y"), null, null, null));
    }

    @Test
    void should_read_logic_trees() {
        Query query = QueryParser.parse("a.not.or=(x.eq.\"1,2\",not.and(y.in.(1,\"a)\"),z.cs.{1,2}))", false);
        assertThat(query.scope(List.of("a")).conditions())
                .containsExactly(new Condition.Logic(
                        true,
                        false,
                        List.of(
                                filter("x", Operator.EQ, "1,2"),
                                new Condition.Logic(
                                        true,
                                        true,
                                        List.of(
                                                new Condition.Filter(
                                                        new Field("y"),
                                                        false,
                                                        Operator.IN,
                                                        null,
                                                        null,
                                                        "",
                                                        List.of("1", "a)")),
                                                filter("z", Operator.CS, "{1,2}"))))));
    }

    @Test
    void should_take_the_whole_value_outside_of_trees() {
        assertThat(QueryParser.parse("a=eq.x,\"y\").z%26", false).top().conditions())
                .containsExactly(filter("a", Operator.EQ, "x,\"y\").z&"));
    }

    @Test
    void should_tell_arguments_from_filters() {
        Query query = QueryParser.parse("a=1&b=eq.2&c=not.is.null&d=eq&e=x.y&a=%2B+", true);
        assertThat(query.arguments())
                .containsExactly(
                        Map.entry("a", "1"), Map.entry("d", "eq"), Map.entry("e", "x.y"), Map.entry("a", "+ "));
        assertThat(query.top().conditions()).hasSize(2);
    }

    @Test
    void should_decode_percents_that_mean_something() {
        assertThat(QueryParser.decoded("100%25+%C3%A9%zz%")).isEqualTo("100% é%zz%");
    }

    private static Condition filter(String column, Operator operator, String value) {
        return new Condition.Filter(new Field(column), false, operator, null, null, value, List.of());
    }
}
