package dev.assay.check;

import dev.assay.check.catalog.Table;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;

/**
 * What a request without a filter would do, tried in the database under the caller's role and rolled back.
 *
 * <p>PostgreSQL holds a statement to the select policies only where it reads a column. REST writes without a filter read
 * none, and so reach rows that the caller cannot see: a policy that lets everybody update or delete shows only there.
 */
final class Unfiltered {
    private final Connection connection;

    Unfiltered(Connection connection) {
        this.connection = connection;
    }

    /** A role of the API, and whom {@code auth.uid()} names. */
    record Caller(String role, Optional<String> user) {}

    /** @param effect looked at by service before the rollback */
    boolean updates(Caller caller, Table table, Map<String, String> values, BooleanSupplier effect) {
        String changes = values.keySet().stream()
                .map(name -> Table.quote(name) + " = CAST(? AS "
                        + table.column(name).orElseThrow().type() + ")")
                .collect(Collectors.joining(", "));
        return does(caller, "UPDATE " + table.quoted() + " SET " + changes, values.values(), effect);
    }

    /** @param effect looked at by service before the rollback */
    boolean deletes(Caller caller, Table table, BooleanSupplier effect) {
        return does(caller, "DELETE FROM " + table.quoted(), List.of(), effect);
    }

    private boolean does(Caller caller, String sql, Collection<String> parameters, BooleanSupplier effect) {
        try {
            connection.setAutoCommit(false);
            try {
                execute(
                        "SELECT set_config('request.jwt.claims', json_strip_nulls(json_build_object("
                                + "'sub', nullif(?::text, ''), 'role', ?::text))::text, true)",
                        List.of(caller.user().orElse(""), caller.role()));
                execute("SET LOCAL ROLE " + Table.quote(caller.role()), List.of());
                execute(sql, parameters);
                execute("RESET ROLE", List.of());
                return effect.getAsBoolean();
            } catch (SQLException e) {
                if (e.getSQLState() == null || e.getSQLState().startsWith("08")) {
                    throw e;
                }
                return false; // whatever refuses, be it policy, grant, trigger or a role that may not be taken on
            } finally {
                connection.rollback();
                connection.setAutoCommit(true);
            }
        } catch (SQLException e) {
            throw new CheckError("The target's database does not answer: " + e.getMessage(), e);
        }
    }

    private void execute(String sql, Collection<String> parameters) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            int place = 1;
            for (String parameter : parameters) {
                statement.setString(place++, parameter);
            }
            statement.execute();
        }
    }
}
