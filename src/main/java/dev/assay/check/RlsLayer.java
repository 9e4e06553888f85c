package dev.assay.check;

import dev.assay.check.catalog.Catalog;
import dev.assay.check.catalog.Table;
import dev.assay.experiment.Access;
import dev.assay.experiment.Contract;
import dev.assay.experiment.Contract.TableRule;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * Who may do what with whose rows: for each exposed table the access matrix, generated from the live catalog, against
 * the declared access or the default contract; then the views that go around policies.
 */
public final class RlsLayer implements Layer {
    @Override
    public LayerKind kind() {
        return LayerKind.RLS;
    }

    @Override
    public void run(Subject subject, Checks checks) throws InterruptedException {
        Api anon = Api.anon(subject.target());
        try (Connection connection = Database.open(subject.target());
                TestUsers users = new TestUsers(anon)) {
            Catalog catalog = Catalog.read(connection);
            Contract contract = subject.contract();
            for (TableRule rule : contract.tables().values()) {
                if (catalog.tables().stream().noneMatch(table -> rule.matches(table.name()))) {
                    checks.skipped(
                            rule.id(),
                            rule.id(),
                            "not scored: no table matches " + rule.match() + "; the api layer says so");
                }
            }
            for (Table table : catalog.tables()) {
                Optional<TableRule> rule = rule(contract, table);
                TableTrial trial = new TableTrial(table, catalog, connection, users, anon);
                new TableAccess(table, rule, trial).check(checks);
                if (rule.isPresent() && rule.get().access() instanceof Access.Via via) {
                    MemberAccess.of(table, via, catalog, connection, users, anon)
                            .check(checks);
                }
            }
            if (!catalog.views().isEmpty()) {
                new ViewAccess(contract, catalog, connection, users, anon).check(checks);
            }
        } catch (SQLException e) {
            throw new CheckError("The target's database does not answer: " + e.getMessage(), e);
        }
    }

    /** The first rule of the contract that names the table. */
    static Optional<TableRule> rule(Contract contract, Table table) {
        return contract.tables().values().stream()
                .filter(one -> one.matches(table.name()))
                .findFirst();
    }

    /** A name of the database as part of a check's id. */
    static String id(String name) {
        return name.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9_-]", "_");
    }

    /** A finding about one cell of the matrix. */
    static Finding finding(String message, String expected, String found, String table, String role, String operation) {
        return new Finding(message, expected, found, Map.of("table", table, "role", role, "operation", operation));
    }
}
