package dev.assay.check;

import dev.assay.check.AccessMatrix.Actor;
import dev.assay.check.AccessMatrix.Expected;
import dev.assay.check.TestUsers.User;
import dev.assay.check.catalog.Catalog;
import dev.assay.check.catalog.Owners;
import dev.assay.check.catalog.Owners.Owner;
import dev.assay.check.catalog.RowMaker;
import dev.assay.check.catalog.Table;
import dev.assay.experiment.Access.Operation;
import dev.assay.experiment.Contract.TableRule;
import java.sql.Connection;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * The access matrix of one table: each role tries each operation on a row of user A's.
 *
 * <p>A denied cell counts only beside its control: the row was there, somebody who may did the same to such a row, and
 * the row is unchanged afterwards. A denial is any answer that gives and changes nothing.
 */
final class TableAccess {
    private final Table table;
    private final Optional<TableRule> rule;
    private final Catalog catalog;
    private final Connection connection;
    private final TestUsers users;
    private final Api anon;
    private final Optional<Owner> owner;
    private final Map<Operation, Boolean> controls = new EnumMap<>(Operation.class);

    TableAccess(
            Table table, Optional<TableRule> rule, Catalog catalog, Connection connection, TestUsers users, Api anon) {
        this.table = table;
        this.rule = rule;
        this.catalog = catalog;
        this.connection = connection;
        this.users = users;
        this.anon = anon;
        this.owner = new Owners(catalog).of(table);
    }

    void check(Checks checks) throws InterruptedException {
        String name = table.name();
        checks.check(id("enabled"), name + " · row level security", this::enabled);
        // service and owner first: what they can do is the control for what others cannot
        for (Actor actor : List.of(Actor.SERVICE, Actor.USER_A, Actor.USER_B, Actor.ANON)) {
            if (asksAnything(actor)) {
                checks.check(id(actor.id()), name + " · " + actor.words(), probe -> cells(actor, probe));
            } else {
                controlsOnly(actor);
            }
        }
    }

    private String id(String suffix) {
        return table.name().toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9_-]", "_") + "." + suffix;
    }

    private void enabled(Probe probe) {
        probe.expect(
                table.rls(),
                () -> RlsLayer.finding(
                        "row level security is off on table " + table.name()
                                + ": anybody with the public key can select, insert, update and delete its rows",
                        "row level security on",
                        "off",
                        table.name(),
                        "anon",
                        "select, insert, update, delete"));
    }

    private boolean asksAnything(Actor actor) {
        return expected(actor, Operation.SELECT) != Expected.OPEN
                || expected(actor, Operation.INSERT) != Expected.OPEN
                || expected(actor, Operation.UPDATE) != Expected.OPEN
                || expected(actor, Operation.DELETE) != Expected.OPEN;
    }

    private Expected expected(Actor actor, Operation operation) {
        return rule.map(one -> AccessMatrix.of(one.access(), actor, operation))
                .orElseGet(() -> AccessMatrix.byDefault(owner.isPresent(), actor, operation));
    }

    /** Under the default contract nobody asked what service and owner may do; they are tried all the same, as controls. */
    private void controlsOnly(Actor actor) throws InterruptedException {
        if (actor == Actor.ANON || actor == Actor.USER_B) {
            return;
        }
        RowMaker rows = new RowMaker(connection, catalog);
        try {
            for (Operation operation : Operation.values()) {
                Attempt attempt = attempt(actor, operation, rows);
                controls.merge(operation, attempt.done(), Boolean::logicalOr);
            }
        } catch (CheckError e) {
            controls.clear(); // the denied cells will say that they have no control
        } finally {
            rows.cleanUp();
            anon.log();
        }
    }

    private void cells(Actor actor, Probe probe) throws InterruptedException {
        List<String> missing = new ArrayList<>();
        RowMaker rows = new RowMaker(connection, catalog);
        try {
            for (Operation operation : Operation.values()) {
                Expected expected = expected(actor, operation);
                if (expected == Expected.OPEN) {
                    continue;
                }
                Attempt attempt = attempt(actor, operation, rows);
                if (attempt.impossible()) {
                    probe.note(table.name() + " has no column that can be changed: update was not tried");
                } else if (expected == Expected.ALLOWED) {
                    controls.merge(operation, attempt.done(), Boolean::logicalOr);
                    probe.expect(attempt.done(), () -> refused(actor, operation, attempt));
                } else if (attempt.done()) {
                    probe.expect(false, () -> leaked(actor, operation, attempt));
                } else if (!controls.getOrDefault(operation, false)) {
                    missing.add(word(operation));
                } else {
                    probe.expect(true, () -> leaked(actor, operation, attempt));
                }
            }
            if (actor == Actor.USER_A) {
                reassign(rows, probe);
            }
        } finally {
            rows.cleanUp();
            probe.attach("requests", "text/plain", anon.log());
        }
        if (!missing.isEmpty()) {
            throw new CheckError(actor.words() + " was denied " + String.join(", ", missing) + " on " + table.name()
                    + ", but nobody could do it: without that control the denial says nothing");
        }
    }

    /** A row must not change hands: the owner may not give it to another user. */
    private void reassign(RowMaker rows, Probe probe) throws InterruptedException {
        boolean asked = rule.isPresent() && expected(Actor.USER_B, Operation.UPDATE) == Expected.DENIED;
        if (!asked || owner.filter(Owner::direct).isEmpty() || !controls.getOrDefault(Operation.UPDATE, false)) {
            return;
        }
        String column = owner.get().column();
        if (table.primaryKey().contains(column)) {
            return;
        }
        User other = users.user("user B");
        Map<String, String> row = rows.insert(table, rows.values(table, ownerId()));
        Answer answer = users.user("user A").api().patch(at(row), Map.of(column, other.id()));
        boolean given = rows.read(table, row)
                .filter(now -> other.id().equals(now.get(column)))
                .isPresent();
        probe.expect(
                !given,
                () -> RlsLayer.finding(
                        "user A can reassign a row of " + table.name() + " to user B by updating " + column,
                        "the owner stays",
                        "answered " + answer + ", and the row belongs to user B",
                        table.name(),
                        Actor.USER_A.words(),
                        "reassign owner"));
    }

    /**
     * What came of trying.
     *
     * @param done whether the operation had its effect, as service sees it
     * @param impossible whether the table offers nothing to try it on
     * @param seen what the row was, for the finding
     */
    private record Attempt(boolean done, boolean impossible, Answer answer, String seen) {}

    private Attempt attempt(Actor actor, Operation operation, RowMaker rows) throws InterruptedException {
        if (operation == Operation.INSERT) {
            return insert(actor, rows);
        }
        Map<String, String> row = rows.insert(table, rows.values(table, ownerId()));
        Api api = api(actor);
        return switch (operation) {
            case SELECT -> {
                Answer answer = api.get(at(row));
                yield new Attempt(answer.rows() > 0, false, answer, answer.body());
            }
            case UPDATE -> {
                Optional<Map<String, String>> change = rows.change(table, row);
                if (change.isEmpty()) {
                    yield new Attempt(false, true, new Answer(0, ""), "");
                }
                Answer answer = api.patch(at(row), typed(change.get()));
                boolean changed =
                        rows.read(table, row).filter(now -> !now.equals(row)).isPresent();
                yield new Attempt(
                        changed, false, answer, RowMaker.key(table, row).toString());
            }
            case DELETE -> {
                Answer answer = api.delete(at(row));
                yield new Attempt(
                        rows.read(table, row).isEmpty(),
                        false,
                        answer,
                        RowMaker.key(table, row).toString());
            }
            case INSERT -> throw new IllegalStateException("handled above");
        };
    }

    private Attempt insert(Actor actor, RowMaker rows) throws InterruptedException {
        Map<String, String> values = rows.values(table, ownerId());
        if (values.keySet().containsAll(table.primaryKey())
                && !table.primaryKey().isEmpty()) {
            // a key that is an owner or a parent may be taken already, as by a trigger on sign-up
            rows.delete(table, values);
        }
        long before = rows.count(table);
        Answer answer = api(actor)
                .post("/rest/v1/" + Api.encode(table.name()), typed(values), Map.of("Prefer", "return=minimal"));
        boolean added = rows.count(table) > before;
        if (added) {
            rows.deleteLike(table, values);
        }
        return new Attempt(added, false, answer, values.toString());
    }

    private Api api(Actor actor) throws InterruptedException {
        return switch (actor) {
            case ANON -> anon;
            case USER_A -> users.user("user A").api();
            case USER_B -> users.user("user B").api();
            case SERVICE -> anon.service();
        };
    }

    private String ownerId() throws InterruptedException {
        return users.user("user A").id();
    }

    private String at(Map<String, String> row) {
        return Api.rows(table.name(), RowMaker.key(table, row));
    }

    /** JSON columns must go as JSON, not as text that holds it. */
    private Map<String, Object> typed(Map<String, String> values) {
        Map<String, Object> typed = new LinkedHashMap<>();
        values.forEach((name, value) -> {
            String base = table.column(name).orElseThrow().base();
            typed.put(name, base.startsWith("json") ? Answer.parse(value) : value);
        });
        return typed;
    }

    private Finding refused(Actor actor, Operation operation, Attempt attempt) {
        String whose = actor == Actor.USER_A ? "an own row" : "a row";
        return RlsLayer.finding(
                actor.words() + " cannot " + word(operation) + " " + whose + " of " + table.name(),
                "allowed",
                "answered " + attempt.answer() + ", and nothing was done",
                table.name(),
                actor.words(),
                word(operation));
    }

    private Finding leaked(Actor actor, Operation operation, Attempt attempt) {
        String what = switch (operation) {
            case SELECT -> "select a row of " + table.name() + " that belongs to user A";
            case INSERT -> "insert a row into " + table.name() + " in the name of user A";
            case UPDATE -> "update a row of " + table.name() + " that belongs to user A";
            case DELETE -> "delete a row of " + table.name() + " that belongs to user A";
        };
        String without = owner.isPresent() ? what : what.replaceAll(" (that belongs to|in the name of) user A", "");
        return new Finding(
                actor.words() + " can " + without,
                "denied",
                "answered " + attempt.answer() + (operation == Operation.SELECT ? "" : ", and it was done"),
                Map.of(
                        "table", table.name(),
                        "role", actor.words(),
                        "operation", word(operation),
                        "row", attempt.seen()));
    }

    private static String word(Operation operation) {
        return operation.name().toLowerCase(Locale.ROOT);
    }
}
