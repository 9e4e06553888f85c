package dev.assay.supabase.rest;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Writes the {@code SELECT} of a resource: its columns, a lateral join for each embed, filters, order and range.
 *
 * <p>A to-one embed is a lateral row turned to JSON; a to-many embed is a lateral array of rows.
 */
final class ReadSql {
    private ReadSql() {}

    /**
     * @param from the {@code FROM} item of the requested resource
     */
    static Sql select(ReadNode node, Sql from) {
        Sql sql = new Sql().add("select ");
        addColumns(sql, node);
        sql.add(" from ").add(from);
        addJoins(sql, node, node.children());
        return addTail(sql, node, new Sql());
    }

    /** Counts what {@link #select} would return without limit and offset: one row for each. */
    static Sql matches(ReadNode node, Sql from) {
        Sql sql = new Sql().add("select 1 from ").add(from);
        boolean joined = node.children().stream()
                        .anyMatch(
                                child -> child.embed() != null && child.embed().inner())
                || node.scope().conditions().stream().anyMatch(condition -> namesEmbed(node, condition));
        if (joined) {
            addJoins(sql, node, node.children());
        }
        addWhere(sql, node, new Sql());
        return sql;
    }

    private static boolean namesEmbed(ReadNode node, Condition condition) {
        if (condition instanceof Condition.Logic logic) {
            return logic.parts().stream().anyMatch(part -> namesEmbed(node, part));
        }
        return isEmbedTest(node, (Condition.Filter) condition);
    }

    private static void addColumns(Sql sql, ReadNode node) {
        boolean first = true;
        for (SelectItem.Column column : node.columns()) {
            sql.add(first ? "" : ", ");
            addColumn(sql, node, column);
            first = false;
        }
        for (ReadNode child : node.children()) {
            SelectItem.Embed embed = embed(child);
            if (!isEmpty(child)) {
                sql.add(first ? "" : ", ");
                first = false;
                if (embed.spread()) {
                    sql.name(child.lateral()).add(".*");
                } else if (relation(child).toOne()) {
                    sql.add("row_to_json(").name(child.lateral()).add(".*) as ").name(embed.key());
                } else {
                    sql.add("coalesce(")
                            .name(child.lateral())
                            .add(".")
                            .name(child.lateral())
                            .add(", '[]') as ")
                            .name(embed.key());
                }
            }
        }
    }

    /** Whether an embed only filters: it asked for no column. */
    private static boolean isEmpty(ReadNode node) {
        return node.columns().isEmpty() && node.children().stream().allMatch(ReadSql::isEmpty);
    }

    private static void addColumn(Sql sql, ReadNode node, SelectItem.Column column) {
        if (column.aggregate() != null) {
            throw Refusal.of(400, "PGRST123", "Use of aggregate functions is not allowed", null, null);
        }
        Field field = column.field();
        if (field.isStar()) {
            sql.add(node.qualifier()).add(".*");
            return;
        }
        String cast = column.cast();
        if (cast != null) {
            sql.add("cast(");
            addField(sql, node, field);
            sql.add(" as ").add(cast).add(")");
        } else {
            addField(sql, node, field);
        }
        String alias = column.alias() == null ? ownName(field) : column.alias();
        if (column.alias() != null || !field.path().isEmpty() || cast != null) {
            sql.add(" as ").name(alias);
        }
    }

    private static String ownName(Field field) {
        for (int i = field.path().size() - 1; i >= 0; i--) {
            if (!field.path().get(i).index()) {
                return field.path().get(i).operand();
            }
        }
        return field.name();
    }

    static void addField(Sql sql, ReadNode node, Field field) {
        Table.Column column = node.column(field.name());
        boolean toJson = !field.path().isEmpty() && (column == null || !column.isJson());
        sql.add(field.path().isEmpty() ? "" : "(").add(toJson ? "to_jsonb(" : "");
        sql.add(node.qualifier()).add(".").name(field.name()).add(toJson ? ")" : "");
        for (Field.Step step : field.path()) {
            sql.add(step.asText() ? "->>" : "->");
            if (step.index()) {
                // digits only, as the scanner reads it
                sql.add(step.operand());
            } else {
                sql.bindText(step.operand());
            }
        }
        sql.add(field.path().isEmpty() ? "" : ")");
    }

    static void addJoins(Sql sql, ReadNode parent, List<ReadNode> children) {
        for (ReadNode child : children) {
            SelectItem.Embed embed = embed(child);
            boolean toOne = relation(child).toOne();
            sql.add(embed.inner() ? " inner" : " left").add(" join lateral (");
            if (toOne) {
                addRows(sql, parent, child);
            } else {
                addArray(sql, parent, child);
            }
            sql.add(") as ").name(child.lateral()).add(" on ");
            if (embed.inner() && !toOne && !(embed.spread() && !isEmpty(child))) {
                sql.name(child.lateral()).add(".").name(child.lateral()).add(" is not null");
            } else {
                sql.add("true");
            }
        }
    }

    private static void addArray(Sql sql, ReadNode parent, ReadNode child) {
        if (embed(child).spread() && !isEmpty(child)) {
            sql.add("select ");
            List<String> names = outputs(child);
            for (int i = 0; i < names.size(); i++) {
                sql.add(i == 0 ? "" : ", ")
                        .add("coalesce(json_agg(")
                        .name(child.lateral())
                        .add(".")
                        .name(names.get(i))
                        .add("), '[]') as ")
                        .name(names.get(i));
            }
            sql.add(" from (");
            addRows(sql, parent, child);
            sql.add(") as ").name(child.lateral());
            sql.add(embed(child).inner() ? " having count(*) > 0" : "");
            return;
        }
        sql.add("select json_agg(").name(child.lateral()).add(") as ").name(child.lateral());
        sql.add(" from (");
        addRows(sql, parent, child);
        sql.add(") as ").name(child.lateral());
    }

    /** The names of the columns that a node puts out. */
    private static List<String> outputs(ReadNode node) {
        List<String> names = new ArrayList<>();
        for (SelectItem.Column column : node.columns()) {
            Table table = node.table();
            if (column.field().isStar() && table != null) {
                names.addAll(table.columns().keySet());
            } else {
                names.add(column.alias() == null ? ownName(column.field()) : column.alias());
            }
        }
        for (ReadNode child : node.children()) {
            if (embed(child).spread()) {
                names.addAll(outputs(child));
            } else if (!isEmpty(child)) {
                names.add(embed(child).key());
            }
        }
        return names;
    }

    private static void addRows(Sql sql, ReadNode parent, ReadNode child) {
        Relation relation = relation(child);
        sql.add("select ");
        if (isEmpty(child)) {
            sql.add("1");
        } else {
            addColumns(sql, child);
        }
        sql.add(" from ");
        Sql joined = new Sql();
        Function function = relation.function();
        if (function != null) {
            sql.add(function.name().sql()).add("(");
            addWholeRow(sql, parent, relation.source());
            sql.add(") as ").add(child.qualifier());
            addJoins(sql, child, child.children());
            addTail(sql, child, joined);
            return;
        }
        sql.add(relation.target().name().sql()).add(" as ").add(child.qualifier());
        Relation.Junction junction = relation.junction();
        if (junction == null) {
            addPairs(joined, parent.qualifier(), relation.joins(), child.qualifier());
        } else {
            String between = Sql.quoted(child.lateral() + "_junction");
            sql.add(" inner join ")
                    .add(junction.table().name().sql())
                    .add(" as ")
                    .add(between)
                    .add(" on ");
            Sql on = new Sql();
            addPairs(on, between, junction.joins(), child.qualifier());
            sql.add(on);
            addPairs(joined, parent.qualifier(), relation.joins(), between);
        }
        addJoins(sql, child, child.children());
        addTail(sql, child, joined);
    }

    private static void addWholeRow(Sql sql, ReadNode parent, Table source) {
        if (parent.qualifier().equals(WriteSql.SOURCE)) {
            sql.add("row(").add(WriteSql.SOURCE).add(".*)::").add(source.name().sql());
        } else {
            sql.add(parent.qualifier()).add(".*");
        }
    }

    private static void addPairs(Sql sql, String left, List<Relation.Pair> pairs, String right) {
        for (Relation.Pair pair : pairs) {
            sql.add(sql.isEmpty() ? "" : " and ");
            sql.add(left)
                    .add(".")
                    .name(pair.source())
                    .add(" = ")
                    .add(right)
                    .add(".")
                    .name(pair.target());
        }
    }

    private static Sql addTail(Sql sql, ReadNode node, Sql joined) {
        addWhere(sql, node, joined);
        addOrder(sql, node);
        Scope scope = node.scope();
        if (scope.limit() != null) {
            sql.add(" limit " + scope.limit());
        }
        if (scope.offset() > 0) {
            sql.add(" offset " + scope.offset());
        }
        return sql;
    }

    static void addWhere(Sql sql, ReadNode node, Sql joined) {
        Sql where = new Sql().add(joined);
        for (Condition condition : node.scope().conditions()) {
            where.add(where.isEmpty() ? "" : " and ");
            addCondition(where, node, condition);
        }
        if (!where.isEmpty()) {
            sql.add(" where ").add(where);
        }
    }

    static void addOrder(Sql sql, ReadNode node) {
        List<Order> orders = node.scope().orders();
        for (int i = 0; i < orders.size(); i++) {
            Order order = orders.get(i);
            sql.add(i == 0 ? " order by " : ", ");
            String relation = order.relation();
            if (relation == null) {
                addField(sql, node, order.field());
            } else {
                addRelatedField(sql, node, relation, order.field());
            }
            sql.add(order.direction() == null ? "" : " " + order.direction());
            sql.add(order.nulls() == null ? "" : " nulls " + order.nulls());
        }
    }

    /** A column of a to-one embed, fetched once more by its join: the embed may not have selected it. */
    private static void addRelatedField(Sql sql, ReadNode node, String name, Field field) {
        ReadNode child = node.child(name);
        if (child == null) {
            throw Refusal.notEmbedded(name);
        }
        Relation relation = relation(child);
        if (!relation.toOne()) {
            throw Refusal.of(
                    400,
                    "PGRST118",
                    "A related order on '" + name + "' is not possible",
                    "'" + relation.source().name().name() + "' and '" + name
                            + "' do not form a many-to-one or one-to-one relationship",
                    null);
        }
        Function function = relation.function();
        sql.add("(select ");
        addField(sql, child, field);
        sql.add(" from ");
        if (function != null) {
            sql.add(function.name().sql()).add("(");
            addWholeRow(sql, node, relation.source());
            sql.add(") as ").add(child.qualifier()).add(")");
            return;
        }
        sql.add(relation.target().name().sql())
                .add(" as ")
                .add(child.qualifier())
                .add(" where ");
        Sql joined = new Sql();
        addPairs(joined, node.qualifier(), relation.joins(), child.qualifier());
        sql.add(joined).add(")");
    }

    static void addCondition(Sql sql, ReadNode node, Condition condition) {
        if (condition instanceof Condition.Logic logic) {
            sql.add(logic.negated() ? "not (" : "(");
            String word = "";
            for (Condition part : logic.parts()) {
                sql.add(word);
                addCondition(sql, node, part);
                word = logic.all() ? " and " : " or ";
            }
            sql.add(")");
            return;
        }
        Condition.Filter filter = (Condition.Filter) condition;
        sql.add(filter.negated() ? "not (" : "(");
        if (isEmbedTest(node, filter)) {
            addEmbedTest(sql, node, filter);
        } else {
            addFilter(sql, node, filter);
        }
        sql.add(")");
    }

    private static boolean isEmbedTest(ReadNode node, Condition.Filter filter) {
        return filter.field().path().isEmpty()
                && filter.operator() == Operator.IS
                && filter.value().endsWith("null")
                && node.child(filter.field().name()) != null
                && node.column(filter.field().name()) == null;
    }

    private static void addEmbedTest(Sql sql, ReadNode node, Condition.Filter filter) {
        ReadNode child = node.child(filter.field().name());
        if (child == null) {
            throw Refusal.notEmbedded(filter.field().name());
        }
        sql.name(child.lateral());
        if (!relation(child).toOne()) {
            sql.add(".").name(child.lateral());
        }
        // "is null" would be true for a row of nulls too
        sql.add(filter.value().equals("null") ? " is not distinct from null" : " is distinct from null");
    }

    private static void addFilter(Sql sql, ReadNode node, Condition.Filter filter) {
        Operator operator = filter.operator();
        if (operator.isTextSearch()) {
            addTextSearch(sql, node, filter);
            return;
        }
        addField(sql, node, filter.field());
        String value = operator.takesPattern() ? filter.value().replace('*', '%') : filter.value();
        if (operator == Operator.IS) {
            sql.add(" is ").add(isWords(value));
        } else if (operator == Operator.IN) {
            sql.add(" = any (").bind(array(filter.values())).add(")");
        } else if (filter.quantifier() != null) {
            sql.add(" " + operator.sql() + (filter.quantifier().equals("any") ? " any (" : " all ("))
                    .bind(value)
                    .add(")");
        } else {
            sql.add(" " + operator.sql() + " ").bind(value);
        }
    }

    private static String isWords(String value) {
        return switch (value) {
            case "null" -> "null";
            case "not_null" -> "not null";
            case "true" -> "true";
            case "false" -> "false";
            default -> "unknown";
        };
    }

    private static void addTextSearch(Sql sql, ReadNode node, Condition.Filter filter) {
        Field field = filter.field();
        Table.Column column = node.column(field.name());
        boolean plain = !field.path().isEmpty()
                ? field.path().get(field.path().size() - 1).asText()
                : column != null && isSearchable(column);
        String language = filter.language();
        if (plain) {
            sql.add("to_tsvector(");
            if (language != null) {
                sql.bind(language).add("::regconfig, ");
            }
        }
        addField(sql, node, field);
        sql.add(plain ? ") @@ " : " @@ ").add(filter.operator().sql()).add("(");
        if (language != null) {
            sql.bind(language).add("::regconfig, ");
        }
        sql.bindText(filter.value()).add(")");
    }

    private static boolean isSearchable(Table.Column column) {
        String type = column.baseType().toLowerCase(Locale.ROOT);
        return type.equals("text") || type.startsWith("character") || column.isJson();
    }

    /** An array in PostgreSQL's own writing; every member quoted, so that none can end it. */
    static String array(List<String> values) {
        if (values.size() == 1 && values.get(0).isEmpty()) {
            return "{}";
        }
        StringBuilder out = new StringBuilder("{");
        for (String value : values) {
            out.append(out.length() == 1 ? "\"" : ",\"")
                    .append(value.replace("\\", "\\\\").replace("\"", "\\\""))
                    .append('"');
        }
        return out.append('}').toString();
    }

    private static SelectItem.Embed embed(ReadNode node) {
        return required(node.embed());
    }

    private static Relation relation(ReadNode node) {
        return required(node.relation());
    }

    private static <T> T required(@Nullable T part) {
        if (part == null) {
            throw new IllegalStateException("only an embedded resource has this");
        }
        return part;
    }
}
