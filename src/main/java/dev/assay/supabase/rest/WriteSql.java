package dev.assay.supabase.rest;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Writes {@code INSERT}, {@code UPDATE} and {@code DELETE} with what they return to the select around them. */
final class WriteSql {
    /** The name under which the rows that were written are read. */
    static final String SOURCE = "pgrst_source";

    private static final String BODY = "pgrst_body";
    /** json_build_object takes 100 arguments. */
    private static final int PAIRS_AT_ONCE = 40;

    private static final Pattern QUOTED_OR_MARK = Pattern.compile("'(?:''|[^'])*'|\"(?:\"\"|[^\"])*\"|\\?");
    /** Counts in a setting of the transaction how many rows were inserted, not updated. */
    private static final String COUNT_INSERT = "set_config('pgrst.inserted',"
            + " (coalesce(nullif(current_setting('pgrst.inserted', true), '')::int, 0) + 1)::text, true) <> '0'";

    private static final String UNCOUNT_UPDATE = "set_config('pgrst.inserted',"
            + " (coalesce(nullif(current_setting('pgrst.inserted', true), '')::int, 0) - 1)::text, true) <> '-1'";

    /**
     * What happens to rows that are there already.
     *
     * @param columns that tell it
     * @param merge whether they are updated, else left
     */
    record Conflict(List<String> columns, boolean merge) {}

    private final Table table;

    WriteSql(Table table) {
        this.table = table;
    }

    /**
     * @param columns to set, each in the schema
     * @param conflict {@code null} to refuse duplicates
     * @param only columns of a PUT with the values that the body must have
     */
    Sql insert(
            Payload payload,
            List<String> columns,
            boolean defaults,
            @Nullable Conflict conflict,
            Map<String, String> only,
            Sql returning) {
        Sql sql = new Sql().add("insert into ").add(table.name().sql());
        if (columns.isEmpty() && payload.kind() == Payload.Kind.OBJECT) {
            return sql.add(" default values returning ").add(returning);
        }
        if (!columns.isEmpty()) {
            addNames(sql.add("("), "", columns);
            sql.add(")");
        }
        sql.add(" select ");
        String comma = "";
        for (String column : columns) {
            addValue(sql.add(comma), column);
            comma = ", ";
        }
        sql.add(" from ");
        addBody(sql, payload, columns, defaults);
        sql.add(" where ").add(conflict != null && conflict.merge() ? COUNT_INSERT : "true");
        only.forEach((column, value) -> {
            addValue(sql.add(" and "), column);
            sql.add(" = ").bind(value);
        });
        if (conflict != null) {
            addNames(sql.add(" on conflict ("), "", conflict.columns());
            if (conflict.merge() && !columns.isEmpty()) {
                sql.add(") do update set ");
                comma = "";
                for (String column : columns) {
                    sql.add(comma).name(column).add(" = excluded.").name(column);
                    comma = ", ";
                }
                sql.add(" where ").add(UNCOUNT_UPDATE);
            } else {
                sql.add(") do nothing");
            }
        }
        return sql.add(" returning ").add(returning);
    }

    Sql update(Payload payload, List<String> columns, boolean defaults, ReadNode node, Sql returning) {
        Sql sql = new Sql();
        if (columns.isEmpty()) {
            return sql.add("select ")
                    .add(returning)
                    .add(" from ")
                    .add(table.name().sql())
                    .add(" where false");
        }
        sql.add("update ").add(table.name().sql()).add(" set ");
        String comma = "";
        for (String column : columns) {
            addValue(sql.add(comma).name(column).add(" = "), column);
            comma = ", ";
        }
        sql.add(" from (select * from ");
        addBody(sql, payload, columns, defaults);
        sql.add(" limit 1) as " + BODY);
        addFilters(sql, node);
        return sql.add(" returning ").add(returning);
    }

    Sql delete(ReadNode node, Sql returning) {
        Sql sql = new Sql().add("delete from ").add(table.name().sql());
        addFilters(sql, node);
        return sql.add(" returning ").add(returning);
    }

    private void addFilters(Sql sql, ReadNode node) {
        Scope scope = node.scope();
        if (scope.limit() == null && scope.offset() == 0) {
            FilterSql.addWhere(sql, node, new Sql());
            return;
        }
        if (table.primaryKey().isEmpty()) {
            throw Refusal.of(
                    400,
                    "PGRST109",
                    "A 'limit' needs a table with a primary key, which '"
                            + table.name().name() + "' has not",
                    null,
                    "Filter by columns instead");
        }
        String prefix = table.name().sql() + ".";
        addNames(sql.add(" where ("), prefix, table.primaryKey());
        addNames(sql.add(") in (select "), prefix, table.primaryKey());
        sql.add(" from ").add(table.name().sql());
        FilterSql.addWhere(sql, node, new Sql());
        FilterSql.addOrder(sql, node);
        sql.add(scope.limit() == null ? "" : " limit " + scope.limit()).add(" offset " + scope.offset() + ")");
    }

    /** The body as rows of the columns' types; a column that an object lacks is null, or its default when asked. */
    private void addBody(Sql sql, Payload payload, List<String> columns, boolean defaults) {
        if (columns.isEmpty()) {
            sql.add("json_array_elements(").bind(payload.json()).add("::json) as " + BODY);
            return;
        }
        String kind = defaults ? "jsonb" : "json";
        sql.add(kind).add("_to_recordset(");
        if (defaults) {
            sql.add("(select jsonb_agg(");
            addDefaults(sql, columns);
            sql.add(" || pgrst_element) from jsonb_array_elements(");
        }
        if (payload.kind() == Payload.Kind.ARRAY) {
            sql.bind(payload.json()).add("::").add(kind);
        } else {
            sql.add(kind)
                    .add("_build_array(")
                    .bind(payload.json())
                    .add("::")
                    .add(kind)
                    .add(")");
        }
        sql.add(defaults ? ") as pgrst_element)" : "").add(") as " + BODY + "(");
        String comma = "";
        for (String column : columns) {
            sql.add(comma).name(column).add(" ");
            sql.add(column(column).form().fromJson() == null ? column(column).type() : "json");
            comma = ", ";
        }
        sql.add(")");
    }

    /** A value of the body, read by the function that its column's domain has for it. */
    private void addValue(Sql sql, String column) {
        String reader = column(column).form().fromJson();
        sql.add(reader == null ? "" : reader + "(").add(BODY + ".").name(column).add(reader == null ? "" : ")");
    }

    private void addDefaults(Sql sql, List<String> columns) {
        String open = "jsonb_build_object(";
        int pairs = 0;
        for (String name : columns) {
            String expression = column(name).defaultSql();
            if (expression != null) {
                sql.add(pairs % PAIRS_AT_ONCE == 0 ? (pairs == 0 ? open : ") || " + open) : ", ");
                sql.bindText(name).add(", ").add(escaped(expression));
                pairs++;
            }
        }
        sql.add(pairs == 0 ? "'{}'::jsonb" : ")");
    }

    /** A question mark that is an operator is written twice, or the driver takes it for a parameter. */
    private static String escaped(String expression) {
        return QUOTED_OR_MARK
                .matcher(expression)
                .replaceAll(found -> Matcher.quoteReplacement(found.group().equals("?") ? "??" : found.group()));
    }

    private Table.Column column(String name) {
        Table.Column column = table.columns().get(name);
        if (column == null) {
            throw Refusal.unknownColumn(table.name(), name);
        }
        return column;
    }

    static void addNames(Sql sql, String prefix, List<String> names) {
        String comma = "";
        for (String name : names) {
            sql.add(comma).add(prefix).name(name);
            comma = ", ";
        }
    }

    /** The columns that the answer and its embeds are made from, and no other: a role may not see them all. */
    Sql returning(ReadNode node) {
        Set<String> names = new LinkedHashSet<>();
        boolean star = node.columns().stream().anyMatch(c -> c.field().isStar());
        node.columns().stream()
                .filter(c -> !c.field().isStar())
                .map(c -> c.field().name())
                .forEach(names::add);
        node.scope().orders().stream()
                .filter(o -> o.relation() == null)
                .map(o -> o.field().name())
                .forEach(names::add);
        star = star || (node.columns().isEmpty() && node.children().isEmpty());
        for (ReadNode child : node.children()) {
            Relation relation = child.relation();
            if (relation != null) {
                relation.joins().forEach(pair -> names.add(pair.source()));
                star = star || relation.function() != null;
            }
        }
        if (star) {
            names.removeAll(table.columns().keySet());
        }
        Sql sql = new Sql();
        String prefix = table.name().sql() + ".";
        if (star) {
            sql.add(prefix).add("*").add(names.isEmpty() ? "" : ", ");
        }
        addNames(sql, prefix, List.copyOf(names));
        return sql.isEmpty() ? sql.add("1") : sql;
    }

    /** Percent-encoded, as a part of an address. */
    static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
    }

    /** The columns that say where the row is. */
    Sql returningKey() {
        Sql sql = new Sql();
        addNames(sql, table.name().sql() + ".", table.primaryKey());
        return sql.isEmpty() ? sql.add("1") : sql;
    }

    /** SQL for {@code column=eq.value} of the only row that was written, as an array. */
    Sql location() {
        if (table.primaryKey().isEmpty()) {
            return new Sql().add("null::text[]");
        }
        Sql sql = new Sql()
                .add(
                        "case when count(_t) = 1 then (select array_agg(d.key || '=' || coalesce('eq.' || d.value, 'is.null'))"
                                + " from (select row_to_json(s) as row from " + SOURCE + " s limit 1) r,"
                                + " json_each_text(r.row) d where d.key = any (")
                .bind(FilterSql.array(table.primaryKey()))
                .add("::text[])) end");
        return sql;
    }

    /** Refuses names that the table does not have. */
    void check(List<String> columns) {
        columns.forEach(this::column);
    }
}
