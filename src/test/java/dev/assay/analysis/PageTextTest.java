package dev.assay.analysis;

import static org.assertj.core.api.Assertions.assertThat;

import dev.assay.analysis.Page.Section;
import dev.assay.analysis.Page.Table;
import java.util.List;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.node.JsonNodeFactory;

class PageTextTest {
    private static Page page(Table table, String... notes) {
        return new Page(
                "Title", List.of(new Section("Part", table, List.of(notes))), JsonNodeFactory.instance.objectNode());
    }

    private static final Table WIDE = new Table(
            List.of("variant", ">passed", "message", ">cost"),
            List.of(List.of("a/one", "12.5 %", "a long message that tells of much and more", "$1.00")));

    @Test
    void should_make_what_agents_wrote_inert() {
        Page page = page(
                new Table(List.of("message"), List.of(List.of("\u001b[31mred\u001b[0m\nnext | <b>\u202e"))),
                "note \u0007");
        String text = new PageText(true, 100).text(page);
        assertThat(text.replaceAll("\u001b\\[[012]m", "")).doesNotContain("\u001b", "\u0007", "\u202e");
        assertThat(PageText.markdown(page)).contains("\\<b\\>", "\\|").doesNotContain("\u001b");
    }

    @Test
    void should_fit_the_terminal_by_cutting_words_and_never_figures() {
        String text = new PageText(false, 50).text(page(WIDE));
        assertThat(text.lines()).allMatch(line -> line.length() <= 50);
        assertThat(text).contains("12.5 %", "$1.00", "…");
    }

    @Test
    void should_show_below_each_other_what_does_not_fit_beside() {
        String text = new PageText(false, 24).text(page(WIDE));
        assertThat(text.lines()).allMatch(line -> line.length() <= 26);
        assertThat(text).contains("12.5 %", "$1.00");
        assertThat(text.lines().filter(line -> line.startsWith("a/one"))).hasSizeGreaterThan(1);
    }

    @Test
    void should_cut_nothing_and_colour_nothing_where_there_is_no_terminal() {
        String text = new PageText(false, 100_000).text(page(WIDE, "a note"));
        assertThat(text)
                .contains("a long message that tells of much and more", "a note")
                .doesNotContain("\u001b");
        assertThat(new PageText(true, 100).text(page(WIDE))).contains("\u001b[1mTitle\u001b[0m");
    }

    @Test
    void should_say_times_money_and_shares_with_units() {
        assertThat(Figures.time(300)).isEqualTo("0.3 s");
        assertThat(Figures.time(31_400)).isEqualTo("31 s");
        assertThat(Figures.time(245_000)).isEqualTo("4 min 05 s");
        assertThat(Figures.time(3_720_000)).isEqualTo("1 h 02 min");
        assertThat(Figures.dollars(0.004)).isEqualTo("$0.0040");
        assertThat(Figures.dollars(1234.5)).isEqualTo("$1,234.50");
        assertThat(Figures.percent(0.625)).isEqualTo("62.5 %");
        assertThat(Figures.bar(0)).isEqualTo("··········");
        assertThat(Figures.bar(0.5)).isEqualTo("█████·····");
        assertThat(Figures.bar(0.55)).isEqualTo("█████▌····");
        assertThat(Figures.bar(1)).isEqualTo("██████████");
    }
}
