package dev.assay.check.catalog;

import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * A table in an exposed schema.
 *
 * @param rls whether row level security is on
 * @param uniqueKeys columns of each unique index, the primary key's among them
 * @param checks the table's check constraints, as expressions over its columns
 * @param grants by role of the API (anon, authenticated, service_role): SELECT, INSERT and UPDATE where the role has it
 *     on at least one column, and DELETE
 * @param sequences that serial columns draw from: the roles that may
 */
public record Table(
        String schema,
        String name,
        boolean rls,
        List<Column> columns,
        List<String> primaryKey,
        List<List<String>> uniqueKeys,
        List<ForeignKey> foreignKeys,
        List<Check> checks,
        List<Policy> policies,
        Map<String, Set<String>> grants,
        Map<String, Set<String>> sequences) {

    /** A foreign key. */
    public record ForeignKey(String name, List<String> columns, String schema, String table, List<String> referenced) {
        public boolean toUsers() {
            return schema.equals("auth") && table.equals("users") && columns.size() == 1;
        }
    }

    /** A check constraint. */
    public record Check(String name, String expression, List<String> columns) {}

    /** A policy; the expressions are empty where it has none. */
    public record Policy(String name, String command, String using, String withCheck) {}

    public Optional<Column> column(String column) {
        return columns.stream().filter(one -> one.name().equals(column)).findFirst();
    }

    /** Whether a role of the API has a privilege on the table or on a column of it. */
    public boolean granted(String role, String privilege) {
        return grants.getOrDefault(role, Set.of()).contains(privilege);
    }

    /** Whether no two rows can have the same values in these columns. */
    public boolean isUnique(Collection<String> some) {
        return uniqueKeys.stream().anyMatch(some::containsAll);
    }

    /** Columns that hold a foreign key. */
    Set<String> referring() {
        Set<String> columns = new LinkedHashSet<>();
        foreignKeys.forEach(key -> columns.addAll(key.columns()));
        return columns;
    }

    /** The name as SQL takes it. */
    public String quoted() {
        return quote(schema) + "." + quote(name);
    }

    /** An identifier as SQL takes it. */
    public static String quote(String identifier) {
        return "\"" + identifier.replace("\"", "\"\"") + "\"";
    }
}
