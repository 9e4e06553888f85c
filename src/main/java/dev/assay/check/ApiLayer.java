package dev.assay.check;

import dev.assay.check.AccessMatrix.Act;
import dev.assay.check.AccessMatrix.Actor;
import dev.assay.check.AccessMatrix.Expected;
import dev.assay.check.catalog.Catalog;
import dev.assay.check.catalog.Owners;
import dev.assay.check.catalog.Table;
import dev.assay.experiment.Access;
import dev.assay.experiment.Contract.TableRule;
import dev.assay.target.Target.Applied;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Whether the database is what the contract asks for: migrations apply, the tables are there, roles are granted what
 * they need, and REST serves them. All requests are made as service: what policies hold back is the rls layer's.
 */
public final class ApiLayer implements Layer {
    @Override
    public LayerKind kind() {
        return LayerKind.API;
    }

    @Override
    public void run(Subject subject, Checks checks) throws InterruptedException {
        checks.check("migrations", "migrations apply", probe -> migrations(subject.migrations(), probe));
        Api anon = Api.anon(subject.target());
        try (Connection connection = Database.open(subject.target());
                TestUsers users = new TestUsers(anon)) {
            Catalog catalog = Catalog.read(connection);
            TableRest rest = new TableRest(subject.target(), catalog, connection, users);
            for (TableRule rule : subject.contract().tables().values()) {
                List<Table> tables = catalog.tables().stream()
                        .filter(table -> rule.matches(table.name()))
                        .toList();
                checks.check(rule.id(), rule.id() + " · table exists", probe -> exists(rule, tables, catalog, probe));
                if (tables.isEmpty()) {
                    for (String part : List.of("grants", "rest")) {
                        checks.skipped(
                                rule.id() + "." + part, rule.id() + " · " + part, "not asked: there is no such table");
                    }
                }
                for (Table table : tables) {
                    String id = rule.id() + "." + RlsLayer.id(table.name());
                    checks.check(
                            id + ".grants",
                            table.name() + " · grants",
                            probe -> grants(rule, table, new Owners(catalog), probe));
                    checks.check(id + ".rest", table.name() + " · REST", probe -> rest.check(table, probe));
                }
            }
            if (subject.contract().tables().isEmpty()) {
                checks.check("tables", "every exposed table answers", rest::everyTable);
            }
        } catch (SQLException e) {
            throw new CheckError("The target's database does not answer: " + e.getMessage(), e);
        }
    }

    private static void migrations(Applied applied, Probe probe) {
        if (applied.failure().isEmpty()) {
            probe.expect(true, "migrations apply", "no error", "no error");
            return;
        }
        Applied.Failure failure = applied.failure().get();
        if (failure.infrastructure()) {
            throw new CheckError(failure.name() + " asks for what this target can never have: " + failure.message());
        }
        probe.attach("migration error", "text/plain", failure.name() + "\n" + failure.message());
        probe.expect(
                false,
                () -> new Finding(
                        "migration " + failure.name() + " does not apply: " + failure.message(),
                        "every migration applies, in order",
                        failure.message(),
                        Map.of("migration", failure.name())));
    }

    private static void exists(TableRule rule, List<Table> tables, Catalog catalog, Probe probe) {
        String names = catalog.tables().stream().map(Table::name).collect(Collectors.joining(", "));
        probe.expect(
                !tables.isEmpty(),
                () -> new Finding(
                        "No table is there whose name matches " + rule.match() + ": "
                                + (names.isEmpty()
                                        ? "the exposed schema has no table at all"
                                        : "there are only " + names),
                        "a table for " + rule.id() + " whose name matches " + rule.match(),
                        names.isEmpty() ? "no table" : names,
                        Map.of("table", rule.id())));
    }

    /** What the declared access needs, apart from policies. A grant on some columns will do: it may be meant. */
    private static void grants(TableRule rule, Table table, Owners owners, Probe probe) {
        if (rule.access() instanceof Access.Via via) {
            for (Act act : List.of(Act.SELECT, Act.INSERT, Act.UPDATE, Act.DELETE)) {
                if (via.allowed().values().stream()
                        .anyMatch(allowed -> allowed.contains(Access.Operation.valueOf(act.name())))) {
                    granted(table, Actor.USER_A.role(), act, probe);
                }
            }
        } else {
            AccessMatrix matrix =
                    AccessMatrix.of(Optional.of(rule), owners.of(table).isPresent());
            for (Actor actor : List.of(Actor.USER_A, Actor.USER_B, Actor.ANON)) {
                for (Act act : List.of(Act.SELECT, Act.INSERT, Act.UPDATE, Act.DELETE)) {
                    // Both users have the one role authenticated: its grants are looked at once.
                    boolean twice = actor == Actor.USER_B && matrix.expected(Actor.USER_A, act) == Expected.ALLOWED;
                    if (matrix.expected(actor, act) == Expected.ALLOWED && !twice) {
                        granted(table, actor.role(), act, probe);
                    }
                }
            }
        }
        granted(table, Actor.SERVICE.role(), Act.SELECT, probe);
    }

    private static void granted(Table table, String role, Act act, Probe probe) {
        probe.expect(
                table.granted(role, act.privilege()),
                () -> RlsLayer.finding(
                        role + " is not granted " + act.privilege() + " on table " + table.name(),
                        "granted",
                        "not granted",
                        table.name(),
                        role,
                        act.words()));
        if (act == Act.INSERT) {
            for (Map.Entry<String, Set<String>> sequence : table.sequences().entrySet()) {
                probe.expect(
                        sequence.getValue().contains(role),
                        () -> RlsLayer.finding(
                                role + " is not granted USAGE on sequence " + sequence.getKey()
                                        + ", which an insert into " + table.name() + " draws from",
                                "granted",
                                "not granted",
                                table.name(),
                                role,
                                act.words()));
            }
        }
    }
}
