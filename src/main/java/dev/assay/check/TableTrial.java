package dev.assay.check;

import dev.assay.check.AccessMatrix.Act;
import dev.assay.check.AccessMatrix.Actor;
import dev.assay.check.TestUsers.User;
import dev.assay.check.catalog.Catalog;
import dev.assay.check.catalog.Column;
import dev.assay.check.catalog.Owners;
import dev.assay.check.catalog.Owners.Owner;
import dev.assay.check.catalog.RowMaker;
import dev.assay.check.catalog.Table;
import java.sql.Connection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** Tries one act on one table as one role: on a row of user A's that service wrote, judged by what service reads after. */
final class TableTrial {
    private final Table table;
    private final RowMaker rows;
    private final Unfiltered unfiltered;
    private final TestUsers users;
    private final Api anon;
    private final Optional<Owner> owner;

    TableTrial(Table table, Catalog catalog, Connection connection, TestUsers users, Api anon) {
        this.table = table;
        this.rows = new RowMaker(connection, catalog);
        this.unfiltered = new Unfiltered(connection);
        this.users = users;
        this.anon = anon;
        this.owner = new Owners(catalog).of(table);
    }

    /**
     * What came of trying.
     *
     * @param done whether the act had its effect, as service sees it
     * @param impossible whether the table offers nothing to try it on
     * @param unfiltered whether only a request without a filter did it
     * @param seen the row, for the finding
     */
    record Attempt(boolean done, boolean impossible, boolean unfiltered, Answer answer, String seen) {
        static final Attempt IMPOSSIBLE = new Attempt(false, true, false, new Answer(0, ""), "");

        static Attempt of(boolean done, Answer answer, String seen) {
            return new Attempt(done, false, false, answer, seen);
        }
    }

    /** Whether anything says whose a row is. */
    boolean owned() {
        return owner.isPresent();
    }

    /** The columns that say whose a row is. */
    List<String> deciding() {
        return owner.map(Owner::deciding).orElse(List.of());
    }

    /** @param hard whether every way is tried: where the role must not be able to */
    Attempt attempt(Actor actor, Act act, boolean hard) throws InterruptedException {
        return switch (act) {
            case SELECT -> select(actor);
            case INSERT -> insert(actor, hard);
            case UPDATE -> update(actor, hard);
            case DELETE -> delete(actor, hard);
            case REASSIGN -> reassign(actor, hard);
        };
    }

    /** Deletes what trying left behind. */
    void cleanUp() {
        rows.cleanUp();
    }

    /** What was asked and answered since the last call. */
    String log() {
        return anon.log();
    }

    private Attempt select(Actor actor) throws InterruptedException {
        Map<String, String> row = row();
        List<String> granted = table.columns().stream()
                .filter(column -> column.granted(actor.role(), "SELECT"))
                .map(Column::name)
                .toList();
        // Where only some columns are granted, a role must name them.
        String columns = granted.isEmpty() || granted.size() == table.columns().size()
                ? ""
                : "&select=" + granted.stream().map(Api::encode).collect(Collectors.joining(","));
        Answer answer = api(actor).get(at(row) + columns);
        return Attempt.of(answer.rows() > 0, answer, answer.body());
    }

    private Attempt insert(Actor actor, boolean denied) throws InterruptedException {
        // Denied is to do it in user A's name; a stranger who may insert does it in his own.
        String name = !denied && actor == Actor.USER_B ? "user B" : "user A";
        Map<String, String> values = rows.values(table, users.user(name).id());
        if (!denied) {
            values.keySet().removeIf(column -> leftToDatabase(column, actor));
        }
        rows.clear(table, values);
        Set<Map<String, String>> before = rows.keys(table, values);
        Answer answer = api(actor)
                .post("/rest/v1/" + Api.encode(table.name()), typed(table, values), Map.of("Prefer", "return=minimal"));
        Set<Map<String, String>> added = rows.keys(table, values);
        added.removeAll(before);
        added.forEach(key -> rows.delete(table, key));
        return Attempt.of(!added.isEmpty(), answer, RowMaker.shown(values));
    }

    private boolean leftToDatabase(String name, Actor actor) {
        Column column = table.column(name).orElseThrow();
        return !column.granted(actor.role(), "INSERT")
                && !column.defaultExpression().isEmpty();
    }

    private Attempt update(Actor actor, boolean denied) throws InterruptedException {
        Map<String, String> row = row();
        Optional<Map<String, String>> change = rows.change(table, row, actor.role());
        if (change.isEmpty()) {
            return Attempt.IMPOSSIBLE;
        }
        Answer answer = api(actor).patch(at(row), typed(table, change.get()));
        boolean changed = rows.read(table, row).filter(now -> !now.equals(row)).isPresent();
        if (!changed && denied && unfiltered.updates(caller(actor), table, change.get(), () -> changed(row))) {
            return unfiltered("UPDATE " + table.name() + " SET " + RowMaker.shown(change.get()), answer);
        }
        return Attempt.of(changed, answer, shownKey(row));
    }

    private Attempt delete(Actor actor, boolean denied) throws InterruptedException {
        Map<String, String> row = row();
        Answer answer = api(actor).delete(at(row));
        boolean gone = rows.read(table, row).isEmpty();
        if (!gone
                && denied
                && unfiltered.deletes(
                        caller(actor), table, () -> rows.read(table, row).isEmpty())) {
            return unfiltered("DELETE FROM " + table.name(), answer);
        }
        return Attempt.of(gone, answer, shownKey(row));
    }

    /** User A gives a row of his to user B, or user B takes it. */
    private Attempt reassign(Actor actor, boolean denied) throws InterruptedException {
        Map<String, String> row = row();
        Map<String, String> other =
                rows.deciding(table, rows.values(table, users.user("user B").id()));
        if (other.isEmpty()) {
            return Attempt.IMPOSSIBLE;
        }
        rows.clear(table, other); // user B's only row, where there can be but one, would stand in the way
        Answer answer = api(actor).patch(at(row), typed(table, other));
        boolean moved = moved(row, other);
        if (moved) {
            Map<String, String> now = new LinkedHashMap<>(row);
            now.putAll(other);
            rows.delete(table, RowMaker.key(table, now));
        } else if (denied && unfiltered.updates(caller(actor), table, other, () -> moved(row, other))) {
            return unfiltered("UPDATE " + table.name() + " SET " + RowMaker.shown(other), answer);
        }
        return Attempt.of(moved, answer, shownKey(row) + " → " + RowMaker.shown(other));
    }

    private Attempt unfiltered(String statement, Answer answer) {
        return new Attempt(true, false, true, answer, statement);
    }

    private boolean changed(Map<String, String> row) {
        return rows.read(table, row).filter(row::equals).isEmpty();
    }

    private boolean moved(Map<String, String> row, Map<String, String> other) {
        Map<String, String> now = new LinkedHashMap<>(row);
        now.putAll(other);
        return rows.read(table, now)
                .filter(found -> found.entrySet().containsAll(other.entrySet()))
                .isPresent();
    }

    private Map<String, String> row() throws InterruptedException {
        String user = users.user("user A").id();
        Map<String, String> values = rows.values(table, user);
        Map<String, String> row = rows.insert(table, values, user);
        if (rows.read(table, row).isEmpty()) {
            throw new CheckError("A row of " + table.name() + " that service wrote is not there.");
        }
        return row;
    }

    private Api api(Actor actor) throws InterruptedException {
        return switch (actor) {
            case ANON -> anon;
            case USER_A -> users.user("user A").api();
            case USER_B -> users.user("user B").api();
            case SERVICE -> anon.service();
        };
    }

    private Unfiltered.Caller caller(Actor actor) throws InterruptedException {
        Optional<User> user = switch (actor) {
            case USER_A -> Optional.of(users.user("user A"));
            case USER_B -> Optional.of(users.user("user B"));
            case ANON, SERVICE -> Optional.empty();
        };
        return new Unfiltered.Caller(actor.role(), user.map(User::id));
    }

    private String at(Map<String, String> row) {
        return Api.rows(table.name(), RowMaker.key(table, row));
    }

    private String shownKey(Map<String, String> row) {
        return RowMaker.shown(RowMaker.key(table, row));
    }

    /** A body for REST: JSON columns must go as JSON, not as text that holds it. */
    static Map<String, Object> typed(Table table, Map<String, String> values) {
        Map<String, Object> typed = new LinkedHashMap<>();
        values.forEach((name, value) -> {
            String base = table.column(name).orElseThrow().base();
            typed.put(name, base.startsWith("json") ? Answer.parse(value) : value);
        });
        return typed;
    }
}
