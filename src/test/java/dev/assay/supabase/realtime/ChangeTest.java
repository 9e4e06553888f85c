package dev.assay.supabase.realtime;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ChangeTest {
    private static Change read(String line) {
        return Change.read(line, (schema, table) -> true).orElseThrow();
    }

    @Test
    void should_read_values_of_all_kinds() {
        Change change = read("table public.\"Odd \"\"name\"\"\": INSERT: id[integer]:-1 \"a b\"[text]:'it''s \\ [x]:'"
                + " tags[text[]]:'{a,b}' kind[public.\"we[ird]:\"]:'k' bits[bit]:B'101' ok[boolean]:true n[numeric]:1.50"
                + " none[text]:null");

        assertThat(change.table()).isEqualTo("Odd \"name\"");
        assertThat(change.row())
                .containsEntry("id", "-1")
                .containsEntry("a b", "it's \\ [x]:")
                .containsEntry("tags", "{a,b}")
                .containsEntry("kind", "k")
                .containsEntry("bits", "101")
                .containsEntry("ok", "true")
                .containsEntry("n", "1.50")
                .containsEntry("none", null)
                .hasSize(8);
    }

    @Test
    void should_read_old_keys_untouched_values_and_what_has_none() {
        Change update = read("table public.t: UPDATE: old-key: id[integer]:1 new-tuple: id[integer]:2"
                + " body[text]:unchanged-toast-datum");
        Change delete = read("table public.t: DELETE: id[integer]:1");
        Change nameless = read("table public.t: DELETE: (no-tuple-data)");

        assertThat(update.old()).containsExactly(java.util.Map.entry("id", "1"));
        assertThat(update.row()).containsExactly(java.util.Map.entry("id", "2"));
        assertThat(update.unchanged()).containsExactly("body");
        assertThat(delete.old()).containsEntry("id", "1");
        assertThat(delete.row()).isEmpty();
        assertThat(nameless.old()).isEmpty();
    }

    @Test
    void should_leave_out_what_is_no_change_of_a_row_or_not_wanted() {
        assertThat(Change.read("BEGIN 7", (schema, table) -> true)).isEmpty();
        assertThat(Change.read("table public.a, public.b: TRUNCATE: (no-flags)", (schema, table) -> true))
                .isEmpty();
        assertThat(Change.read("table public.a: INSERT: id[integer]:1", (schema, table) -> table.equals("b")))
                .isEmpty();
    }
}
