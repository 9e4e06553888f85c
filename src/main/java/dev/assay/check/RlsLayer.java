package dev.assay.check;

import dev.assay.check.catalog.Catalog;
import dev.assay.check.catalog.Table;
import dev.assay.experiment.Contract.TableRule;
import dev.assay.target.Target;
import java.sql.Connection;
import java.sql.SQLException;
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
        Target target = subject.target();
        try (Connection connection = Database.open(target)) {
            Catalog catalog = Catalog.read(connection);
            for (TableRule rule : subject.contract().tables().values()) {
                if (catalog.tables().stream().noneMatch(table -> rule.matches(table.name()))) {
                    checks.skipped(
                            rule.id(),
                            rule.id(),
                            "not scored: no table matches " + rule.match() + "; the api layer says so");
                }
            }
            Api anon = Api.anon(target);
            TestUsers users = new TestUsers(anon);
            for (Table table : catalog.tables()) {
                Optional<TableRule> rule = subject.contract().tables().values().stream()
                        .filter(one -> one.matches(table.name()))
                        .findFirst();
                new TableAccess(table, rule, catalog, connection, users, anon).check(checks);
            }
            if (!catalog.views().isEmpty()) {
                new ViewAccess(catalog, connection, users, anon).check(checks);
            }
        } catch (SQLException e) {
            throw new CheckError("The target's database does not answer: " + e.getMessage(), e);
        }
    }

    /** A finding about one cell of the matrix. */
    static Finding finding(String message, String expected, String found, String table, String role, String operation) {
        return new Finding(message, expected, found, Map.of("table", table, "role", role, "operation", operation));
    }
}
