package dev.assay.check;

import dev.assay.check.AccessMatrix.Act;
import dev.assay.check.AccessMatrix.Actor;
import dev.assay.check.AccessMatrix.Expected;
import dev.assay.check.TableTrial.Attempt;
import dev.assay.check.catalog.Table;
import dev.assay.experiment.Access;
import dev.assay.experiment.Contract.TableRule;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The access matrix of one table: each role tries each act on a row of user A's.
 *
 * <p>A denied cell counts only beside its control: the row was there, somebody who may did the same to such a row, and
 * the row is unchanged afterwards. A denial is any answer that gives and changes nothing. What a role may not do for want
 * of a grant is the api layer's to say, and is not scored here.
 */
final class TableAccess {
    private final Table table;
    private final Optional<TableRule> rule;
    private final TableTrial trial;
    private final Map<Act, Boolean> controls = new EnumMap<>(Act.class);

    TableAccess(Table table, Optional<TableRule> rule, TableTrial trial) {
        this.table = table;
        this.rule = rule;
        this.trial = trial;
    }

    void check(Checks checks) throws InterruptedException {
        String name = table.name();
        checks.check(id("enabled"), name + " · row level security", this::enabled);
        if (rule.map(TableRule::access).filter(Access.Via.class::isInstance).isPresent()) {
            return; // by membership: MemberAccess
        }
        AccessMatrix matrix = AccessMatrix.of(rule, trial.owned());
        for (Actor actor : Actor.values()) {
            if (!matrix.asks(actor)) {
                continue;
            }
            String title = name + " · " + actor.words();
            List<Act> ungranted = ungranted(matrix, actor);
            boolean anythingElse = false;
            for (Act act : Act.values()) {
                anythingElse |= matrix.expected(actor, act) != Expected.OPEN && !ungranted.contains(act);
            }
            if (anythingElse) {
                checks.check(id(actor.id()), title, probe -> cells(matrix, actor, ungranted, probe));
            } else {
                checks.skipped(
                        id(actor.id()),
                        title,
                        "not scored: " + actor.role() + " is granted nothing on " + name + "; the api layer says so");
            }
        }
    }

    private String id(String suffix) {
        return RlsLayer.id(table.name()) + "." + suffix;
    }

    private void enabled(Probe probe) {
        probe.expect(
                table.rls(),
                () -> RlsLayer.finding(
                        "row level security is off on table " + table.name()
                                + ": whoever has the public key can select, insert, update and delete its rows",
                        "row level security on",
                        "off",
                        table.name(),
                        "anon",
                        "select, insert, update, delete"));
    }

    /** What a role should be able to do and is not granted. */
    private List<Act> ungranted(AccessMatrix matrix, Actor actor) {
        List<Act> acts = new ArrayList<>();
        for (Act act : Act.values()) {
            if (matrix.expected(actor, act) == Expected.ALLOWED && !table.granted(actor.role(), act.privilege())) {
                acts.add(act);
            }
        }
        if (actor == Actor.USER_A && acts.contains(Act.UPDATE)) {
            acts.add(Act.REASSIGN);
        }
        return acts;
    }

    private void cells(AccessMatrix matrix, Actor actor, List<Act> ungranted, Probe probe) throws InterruptedException {
        rule.filter(one -> matrix.isDefault())
                .ifPresent(one -> probe.note("nothing says whose a row of " + table.name()
                        + " is: it is held to the default contract, not to rule " + one.id()));
        List<String> missing = new ArrayList<>();
        try {
            for (Act act : Act.values()) {
                Expected expected = matrix.expected(actor, act);
                if (expected == Expected.OPEN) {
                    continue;
                }
                if (ungranted.contains(act)) {
                    probe.note(actor.role() + " is not granted " + act.privilege() + " on " + table.name()
                            + ": not scored here, the api layer says so");
                    continue;
                }
                Attempt attempt = trial.attempt(actor, act, expected == Expected.DENIED);
                if (attempt.impossible()) {
                    probe.note(table.name() + " has no column to try it on: " + act.words() + " was not tried");
                } else if (expected == Expected.ALLOWED) {
                    allowed(actor, act, attempt, probe);
                } else if (attempt.done()) {
                    probe.attach("row that leaked", "text/plain", attempt.seen());
                    probe.expect(false, () -> leaked(actor, act, attempt));
                } else if (controlled(matrix, act)) {
                    probe.expect(true, () -> leaked(actor, act, attempt));
                } else {
                    missing.add(act.words());
                }
            }
        } finally {
            trial.cleanUp();
            probe.attach("requests", "text/plain", trial.log());
        }
        if (!missing.isEmpty()) {
            throw new CheckError(actor.words() + " was denied " + String.join(", ", missing) + " on " + table.name()
                    + ", but who should be able to could not do it either: without that control the denial says"
                    + " nothing");
        }
    }

    private void allowed(Actor actor, Act act, Attempt attempt, Probe probe) {
        controls.putIfAbsent(act, attempt.done());
        if (actor == Actor.SERVICE
                && !attempt.done()
                && !attempt.answer().code().equals("42501")) {
            // A trigger or default that asks who the caller is refuses service, and nobody asked that it should not.
            probe.note("service cannot " + act.words() + " a row of " + table.name() + ": " + attempt.answer());
            return;
        }
        probe.expect(attempt.done(), () -> refused(actor, act, attempt));
    }

    /** Whether somebody who may did it: the first role that it is declared for, else service. */
    private boolean controlled(AccessMatrix matrix, Act act) throws InterruptedException {
        Boolean known = controls.get(act);
        if (known != null) {
            return known;
        }
        boolean done = false;
        if (act == Act.REASSIGN) {
            // Nobody need be able to give a row away: it is an update, and whoever may update is its control.
            done = controlled(matrix, Act.UPDATE)
                    || (trial.attempt(Actor.SERVICE, Act.UPDATE, false).impossible()
                            && trial.attempt(Actor.SERVICE, Act.REASSIGN, false).done());
        } else {
            for (Actor actor : controllers(matrix, act)) {
                done = done || trial.attempt(actor, act, false).done();
            }
        }
        controls.put(act, done);
        return done;
    }

    private List<Actor> controllers(AccessMatrix matrix, Act act) {
        for (Actor actor : List.of(Actor.USER_A, Actor.USER_B, Actor.ANON)) {
            if (matrix.expected(actor, act) == Expected.ALLOWED && table.granted(actor.role(), act.privilege())) {
                return List.of(actor);
            }
        }
        return List.of(Actor.SERVICE, Actor.USER_A);
    }

    private Finding refused(Actor actor, Act act, Attempt attempt) {
        String what = switch (actor) {
            case USER_A -> trial.owned() ? "an own row of " : "a row of ";
            case USER_B -> trial.owned() && act != Act.INSERT ? "user A's row of " : "a row of ";
            case ANON, SERVICE -> "a row of ";
        };
        String reason = attempt.answer().reason();
        return new Finding(
                actor.words() + (actor == Actor.USER_A && trial.owned() ? " (owner)" : "") + " cannot " + act.words()
                        + " " + what + table.name() + (reason.isEmpty() ? "" : ": " + reason),
                "allowed",
                "answered " + attempt.answer() + ", and nothing was " + (act == Act.SELECT ? "given" : "done"),
                about(actor, act, attempt));
    }

    private Finding leaked(Actor actor, Act act, Attempt attempt) {
        String rows = (attempt.unfiltered() ? "rows of " : "a row of ") + table.name();
        String belongs = attempt.unfiltered() ? " that belong to user A" : " that belongs to user A";
        String what = switch (act) {
            case SELECT, UPDATE, DELETE -> act.words() + " " + rows + (trial.owned() ? belongs : "");
            case INSERT -> "insert a row into " + table.name() + (trial.owned() ? " in the name of user A" : "");
            case REASSIGN ->
                "reassign " + rows + (actor == Actor.USER_A ? "" : belongs) + " to user B by updating "
                        + String.join(", ", trial.deciding());
        };
        return new Finding(
                actor.words() + " can " + what + (attempt.unfiltered() ? ", with a request that has no filter" : ""),
                "denied",
                (attempt.unfiltered() ? attempt.seen() : "answered " + attempt.answer())
                        + (act == Act.SELECT ? "" : ", and it was done"),
                about(actor, act, attempt));
    }

    private Map<String, String> about(Actor actor, Act act, Attempt attempt) {
        return Map.of("table", table.name(), "role", actor.words(), "operation", act.words(), "row", attempt.seen());
    }
}
