package dev.assay.supabase.realtime;

import java.sql.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * A table as the catalog has it when its change is looked at.
 *
 * @param published the kinds of change that the publication has of it
 * @param secured whether row level security is on
 * @param full whether all old values are kept ({@code replica identity full})
 */
record TableShape(Set<Change.Kind> published, boolean secured, boolean full, List<Column> columns) {

    /**
     * @param type its name, as {@code int8}
     * @param sqlType the same as SQL, with its schema where it needs one
     * @param readers roles, of those asked for, that may select it
     */
    record Column(String name, String type, String sqlType, boolean key, Set<String> readers) {}

    private static final String TABLE =
            "select c.relrowsecurity, c.relreplident = 'f', coalesce(bool_or(p.pubinsert), false),"
                    + " coalesce(bool_or(p.pubupdate), false), coalesce(bool_or(p.pubdelete), false)"
                    + " from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace"
                    + " left join pg_catalog.pg_publication_tables t on t.pubname = 'supabase_realtime'"
                    + " and t.schemaname = n.nspname and t.tablename = c.relname"
                    + " left join pg_catalog.pg_publication p on p.pubname = t.pubname"
                    + " where n.nspname = ? and c.relname = ? group by c.oid, c.relrowsecurity, c.relreplident";
    private static final String COLUMNS =
            "select a.attname, t.typname, pg_catalog.format_type(a.atttypid, null), exists(select 1 from"
                    + " pg_catalog.pg_index i where i.indrelid = a.attrelid and i.indisprimary"
                    + " and a.attnum = any(i.indkey::int2[])),"
                    + " array(select r.rolname::text from pg_catalog.pg_roles r where r.rolname = any(?)"
                    + " and pg_catalog.has_column_privilege(r.oid, a.attrelid, a.attnum, 'select'))"
                    + " from pg_catalog.pg_attribute a join pg_catalog.pg_type t on t.oid = a.atttypid"
                    + " join pg_catalog.pg_class c on c.oid = a.attrelid"
                    + " join pg_catalog.pg_namespace n on n.oid = c.relnamespace"
                    + " where n.nspname = ? and c.relname = ? and a.attnum > 0 and not a.attisdropped order by a.attnum";

    /**
     * @param roles whose rights are looked at
     * @return empty where the table is gone
     */
    static Optional<TableShape> read(Connection connection, String schema, String table, Set<String> roles)
            throws SQLException {
        // both in one journey to the server
        try (PreparedStatement statement = connection.prepareStatement(TABLE + "; " + COLUMNS)) {
            statement.setString(1, schema);
            statement.setString(2, table);
            statement.setArray(3, connection.createArrayOf("text", roles.toArray()));
            statement.setString(4, schema);
            statement.setString(5, table);
            statement.execute();
            List<Change.Kind> published = new ArrayList<>();
            boolean secured;
            boolean full;
            try (ResultSet row = statement.getResultSet()) {
                if (!row.next()) {
                    return Optional.empty();
                }
                for (Change.Kind kind : Change.Kind.values()) {
                    if (row.getBoolean(3 + kind.ordinal())) {
                        published.add(kind);
                    }
                }
                secured = row.getBoolean(1);
                full = row.getBoolean(2);
            }
            statement.getMoreResults();
            return Optional.of(new TableShape(Set.copyOf(published), secured, full, columns(statement)));
        }
    }

    private static List<Column> columns(PreparedStatement statement) throws SQLException {
        List<Column> columns = new ArrayList<>();
        try (ResultSet rows = statement.getResultSet()) {
            while (rows.next()) {
                Array readers = rows.getArray(5);
                columns.add(new Column(
                        rows.getString(1),
                        rows.getString(2),
                        rows.getString(3),
                        rows.getBoolean(4),
                        Set.copyOf(Arrays.asList((String[]) readers.getArray()))));
            }
        }
        return List.copyOf(columns);
    }

    Optional<Column> column(String name) {
        return columns.stream().filter(column -> column.name().equals(name)).findFirst();
    }

    List<Column> key() {
        return columns.stream().filter(Column::key).toList();
    }
}
