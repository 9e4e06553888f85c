package dev.assay.check.catalog;

import java.util.List;
import java.util.Optional;

/**
 * A table in an exposed schema.
 *
 * @param rls whether row level security is on
 * @param checks the table's check constraints, as expressions over its columns
 */
public record Table(
        String schema,
        String name,
        boolean rls,
        List<Column> columns,
        List<String> primaryKey,
        List<ForeignKey> foreignKeys,
        List<Check> checks,
        List<Policy> policies) {

    /** A foreign key. */
    public record ForeignKey(List<String> columns, String schema, String table, List<String> referenced) {
        public boolean toUsers() {
            return schema.equals("auth") && table.equals("users");
        }
    }

    /** A check constraint. */
    public record Check(String name, String expression, List<String> columns) {}

    /** A policy; the expressions are empty where it has none. */
    public record Policy(String name, String command, String using, String withCheck) {}

    public Optional<Column> column(String column) {
        return columns.stream().filter(one -> one.name().equals(column)).findFirst();
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
