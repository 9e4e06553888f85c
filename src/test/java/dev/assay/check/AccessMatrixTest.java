package dev.assay.check;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.assay.check.AccessMatrix.Act;
import dev.assay.check.AccessMatrix.Actor;
import dev.assay.check.AccessMatrix.Expected;
import dev.assay.experiment.Access;
import dev.assay.experiment.Access.Who;
import dev.assay.experiment.Contract.TableRule;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AccessMatrixTest {
    @Test
    void should_refuse_access_by_membership() {
        Access via = new Access.Via("members", "team_id", "user_id", Optional.empty(), Map.of());

        assertThatThrownBy(() -> matrix(via, true)).isInstanceOf(IllegalArgumentException.class);
    }

    /** Each word is a role; the letters are select, insert, update, delete, reassign: a allowed, d denied, - open. */
    @ParameterizedTest
    @CsvSource({
        "owner,       aaaad, ddddd, dddd-",
        "public-read, aaaad, adddd, addd-",
        "none,        dddd-, ddddd, dddd-",
        "chat,        aaaad, adddd, dddd-",
        "open,        aaaa-, aaaa-, aaaa-"
    })
    void should_expand_an_access_to_its_cells(String access, String userA, String userB, String anon) {
        AccessMatrix matrix = matrix(named(access), true);

        assertThat(row(matrix, Actor.USER_A)).isEqualTo(userA);
        assertThat(row(matrix, Actor.USER_B)).isEqualTo(userB);
        assertThat(row(matrix, Actor.ANON)).isEqualTo(anon);
        assertThat(row(matrix, Actor.SERVICE)).isEqualTo("aaaa-");
    }

    @ParameterizedTest
    @CsvSource({"true, -----, d-ddd, -ddd-", "false, -----, -----, -ddd-"})
    void should_hold_a_table_that_no_rule_names_to_the_default_contract(
            boolean owned, String userA, String userB, String anon) {
        AccessMatrix matrix = AccessMatrix.of(Optional.empty(), owned);

        assertThat(row(matrix, Actor.USER_A)).isEqualTo(userA);
        assertThat(row(matrix, Actor.USER_B)).isEqualTo(userB);
        assertThat(row(matrix, Actor.ANON)).isEqualTo(anon);
    }

    @Test
    void should_hold_a_table_whose_rows_nobody_owns_to_the_default_contract() {
        AccessMatrix matrix = matrix(new Access.Owner(), false);

        assertThat(matrix.isDefault()).isTrue();
        assertThat(row(matrix, Actor.ANON)).isEqualTo("-ddd-");
        assertThat(matrix(new Access.None(), false).isDefault()).isFalse();
    }

    private static Access named(String name) {
        return switch (name) {
            case "owner" -> new Access.Owner();
            case "public-read" -> new Access.PublicRead();
            case "none" -> new Access.None();
            case "chat" -> new Access.Spelled(Who.SIGNED_IN, Who.SELF, Who.OWNER, Who.OWNER);
            default -> new Access.Spelled(Who.ANYONE, Who.ANYONE, Who.ANYONE, Who.ANYONE);
        };
    }

    private static AccessMatrix matrix(Access access, boolean owned) {
        return AccessMatrix.of(Optional.of(new TableRule("rows", "*", access, 1)), owned);
    }

    private static String row(AccessMatrix matrix, Actor actor) {
        StringBuilder row = new StringBuilder();
        for (Act act : Act.values()) {
            Expected expected = matrix.expected(actor, act);
            row.append(expected == Expected.ALLOWED ? 'a' : expected == Expected.DENIED ? 'd' : '-');
        }
        return row.toString();
    }
}
