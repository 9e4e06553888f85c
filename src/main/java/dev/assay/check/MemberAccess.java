package dev.assay.check;

import dev.assay.check.MemberTrial.Attempt;
import dev.assay.check.MemberTrial.Person;
import dev.assay.check.catalog.Catalog;
import dev.assay.check.catalog.Table;
import dev.assay.experiment.Access;
import dev.assay.experiment.Access.Operation;
import java.sql.Connection;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The access matrix of a table whose rows belong to groups: each role of a member, a user who has the highest role in
 * another group, and a visitor, each trying each operation on a row of the group.
 *
 * <p>A denied cell counts only beside its control: the role that may do most did the same to such a row.
 */
final class MemberAccess {
    private static final String OUTSIDER = "outsider";

    private final Table table;
    private final Access.Via via;
    private final Optional<Membership> membership;
    private final Optional<MemberTrial> trials;
    private final Map<Operation, Boolean> controls = new EnumMap<>(Operation.class);

    private MemberAccess(Table table, Access.Via via, Optional<Membership> membership, Optional<MemberTrial> trials) {
        this.table = table;
        this.via = via;
        this.membership = membership;
        this.trials = trials;
    }

    static MemberAccess of(
            Table table, Access.Via via, Catalog catalog, Connection connection, TestUsers users, Api anon) {
        Optional<Membership> membership = Membership.of(via, catalog);
        Optional<MemberTrial> trials = membership.flatMap(found -> found.way(table)
                .map(way -> new MemberTrial(table, found, way, roles(via).get(0), connection, users, anon)));
        return new MemberAccess(table, via, membership, trials);
    }

    /** The roles of members, those that may do most first. */
    static List<String> roles(Access.Via via) {
        return via.allowed().entrySet().stream()
                .filter(one -> !one.getKey().equals(OUTSIDER))
                .sorted(Comparator.comparing((Map.Entry<String, Set<Operation>> one) ->
                                -one.getValue().size())
                        .thenComparing(Map.Entry::getKey))
                .map(Map.Entry::getKey)
                .toList();
    }

    void check(Checks checks) throws InterruptedException {
        String id = RlsLayer.id(table.name());
        if (trials.isEmpty()) {
            checks.check(id + ".members", table.name() + " · members", probe -> probe.expect(false, this::unknown));
            return;
        }
        MemberTrial trial = trials.get();
        List<Person> people = new ArrayList<>();
        roles(via).forEach(role -> people.add(new Person(role)));
        people.add(Person.OUTSIDER);
        people.add(Person.ANON);
        for (Person person : people) {
            checks.check(
                    id + "." + RlsLayer.id(person.role()),
                    table.name() + " · " + (person.isMember() ? person.role() : person.words()),
                    probe -> cells(trial, person, probe));
        }
    }

    private void cells(MemberTrial trial, Person person, Probe probe) throws InterruptedException {
        List<String> missing = new ArrayList<>();
        try {
            for (Operation operation : Operation.values()) {
                if (trial.applies(operation)) {
                    cell(trial, person, operation, probe, missing);
                }
            }
            if (!allowed(person, Operation.UPDATE)) {
                trial.promotion(person)
                        .ifPresent(attempt -> probe.expect(!attempt.done(), () -> promoted(person, attempt)));
            }
        } finally {
            trial.cleanUp();
            probe.attach("requests", "text/plain", trial.log());
        }
        if (!missing.isEmpty()) {
            throw new CheckError(person.words() + " was denied " + String.join(", ", missing) + " on " + table.name()
                    + ", but who should be able to could not do it either: without that control the denial says"
                    + " nothing");
        }
    }

    private void cell(MemberTrial trial, Person person, Operation operation, Probe probe, List<String> missing)
            throws InterruptedException {
        boolean allowed = allowed(person, operation);
        if (!person.isAnon() && !table.granted("authenticated", operation.name())) {
            probe.note("authenticated is not granted " + operation + " on " + table.name()
                    + ": not scored here, the api layer says so");
            return;
        }
        Attempt attempt = trial.attempt(person, operation, !allowed).orElse(null);
        if (attempt == null) {
            probe.note(table.name() + " has no column to try it on: " + words(operation) + " was not tried");
        } else if (allowed) {
            controls.merge(operation, attempt.done(), Boolean::logicalOr);
            probe.expect(attempt.done(), () -> refused(person, operation, attempt));
        } else if (attempt.done()) {
            probe.attach("row that leaked", "text/plain", attempt.seen());
            probe.expect(false, () -> leaked(person, operation, attempt));
        } else if (controlled(trial, operation)) {
            probe.expect(true, () -> leaked(person, operation, attempt));
        } else {
            missing.add(words(operation));
        }
    }

    /** Whether a role that may do it did. Where none may, or none is granted it, the denial stands alone. */
    private boolean controlled(MemberTrial trial, Operation operation) throws InterruptedException {
        List<String> may = roles(via).stream()
                .filter(role -> allowed(new Person(role), operation))
                .toList();
        if (may.isEmpty() || !table.granted("authenticated", operation.name())) {
            return true;
        }
        Boolean known = controls.get(operation);
        if (known == null) {
            known = trial.attempt(new Person(may.get(0)), operation, false)
                    .map(Attempt::done)
                    .orElse(false);
            controls.put(operation, known);
        }
        return known;
    }

    private boolean allowed(Person person, Operation operation) {
        return !person.isAnon()
                && via.allowed().getOrDefault(person.role(), Set.of()).contains(operation);
    }

    private Finding unknown() {
        return new Finding(
                membership
                        .map(found -> "Nothing says to which group a row of " + table.name()
                                + " belongs: no foreign key leads to the groups of "
                                + found.table().name())
                        .orElse("No table says who is in which group: none whose name matches " + via.table()
                                + " has columns that match " + via.group() + " and " + via.user()),
                membership.isEmpty() ? "a table of members" : "a foreign key to the group",
                "none",
                Map.of("table", table.name()));
    }

    private Finding refused(Person person, Operation operation, Attempt attempt) {
        String reason = attempt.answer().reason();
        return finding(
                person.words() + " cannot " + words(operation) + " a row of " + table.name() + " of the own group"
                        + (reason.isEmpty() ? "" : ": " + reason),
                "allowed",
                "answered " + attempt.answer() + ", and nothing was "
                        + (operation == Operation.SELECT ? "given" : "done"),
                person,
                words(operation),
                attempt);
    }

    private Finding leaked(Person person, Operation operation, Attempt attempt) {
        String whose = person.isMember() ? " of the own group" : " of a group that they are not in";
        String what = operation == Operation.INSERT ? "insert a row into " : words(operation) + " a row of ";
        return finding(
                person.words() + " can " + what + table.name() + whose + attempt.how(),
                "denied",
                "answered " + attempt.answer() + (operation == Operation.SELECT ? "" : ", and it was done"),
                person,
                words(operation),
                attempt);
    }

    private Finding promoted(Person person, Attempt attempt) {
        return finding(
                person.words() + " can make themselves " + roles(via).get(0) + " by updating their own row of "
                        + table.name(),
                "denied",
                "answered " + attempt.answer() + ", and it was done",
                person,
                "promote",
                attempt);
    }

    private Finding finding(
            String message, String expected, String found, Person person, String operation, Attempt attempt) {
        return new Finding(
                message,
                expected,
                found,
                Map.of("table", table.name(), "role", person.role(), "operation", operation, "row", attempt.seen()));
    }

    private static String words(Operation operation) {
        return operation.name().toLowerCase(Locale.ROOT);
    }
}
