package dev.assay.supabase.rest;

import java.util.List;

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
        Selection selection = Selection.of(node);
        Sql sql = new Sql().add("select ").add(selection.sql()).add(" from ").add(from);
        addJoins(sql, selection);
        addTail(sql, selection, new Sql());
        return sql;
    }

    /** Counts what {@link #select} would return without limit and offset: one row for each. */
    static Sql matches(ReadNode node, Sql from) {
        Sql sql = new Sql().add("select 1 from ").add(from);
        boolean joined = node.children().stream()
                        .anyMatch(
                                child -> child.embed() != null && child.embed().inner())
                || node.scope().conditions().stream().anyMatch(condition -> namesEmbed(node, condition));
        if (joined) {
            addJoins(sql, Selection.of(node));
        }
        FilterSql.addWhere(sql, node, new Sql());
        return sql;
    }

    private static boolean namesEmbed(ReadNode node, Condition condition) {
        if (condition instanceof Condition.Logic logic) {
            return logic.parts().stream().anyMatch(part -> namesEmbed(node, part));
        }
        return FilterSql.isEmbedTest(node, (Condition.Filter) condition);
    }

    private static void addJoins(Sql sql, Selection parent) {
        for (Selection selection : parent.children()) {
            ReadNode child = selection.node();
            boolean inner = child.requiredEmbed().inner();
            sql.add(inner ? " inner" : " left").add(" join lateral (");
            if (child.isToOne()) {
                addRows(sql, parent.node(), selection);
            } else {
                addMany(sql, parent.node(), selection);
            }
            sql.add(") as ").name(child.lateral()).add(" on ");
            if (inner && !child.isToOne()) {
                sql.name(child.lateral()).add(".").name(child.lateral()).add(" is not null");
            } else {
                sql.add("true");
            }
        }
    }

    /** Rows as one array, or spread as one array a column; the column named like the lateral tells if there is any. */
    private static void addMany(Sql sql, ReadNode parent, Selection selection) {
        ReadNode child = selection.node();
        sql.add("select ");
        if (child.isSpread() && !child.isEmpty()) {
            for (Selection.Output output : selection.outputs()) {
                String name = output.name();
                if (name != null) {
                    sql.add("coalesce(json_agg(").name(child.lateral()).add(".").name(name);
                    sql.add("), '[]') as ").name(name).add(", ");
                }
            }
            sql.add("nullif(count(*), 0)");
        } else {
            sql.add(selection.isBinary() ? "jsonb_agg(" : "json_agg(")
                    .name(child.lateral())
                    .add(")");
        }
        sql.add(" as ").name(child.lateral()).add(" from (");
        addRows(sql, parent, selection);
        sql.add(") as ").name(child.lateral());
    }

    private static void addRows(Sql sql, ReadNode parent, Selection selection) {
        ReadNode child = selection.node();
        Relation relation = child.requiredRelation();
        sql.add("select ");
        if (child.isEmpty()) {
            // nobody sees them, but an order by the embed may need them
            sql.add(child.qualifier()).add(".*");
        } else {
            sql.add(selection.sql());
        }
        sql.add(" from ");
        Sql joined = new Sql();
        Function function = relation.function();
        Relation.Junction junction = relation.junction();
        if (function != null) {
            sql.add(function.name().sql()).add("(");
            FilterSql.addWholeRow(sql, parent, relation.source());
            sql.add(") as ").add(child.qualifier());
        } else if (junction == null) {
            sql.add(relation.target().name().sql()).add(" as ").add(child.qualifier());
            FilterSql.addPairs(joined, parent.qualifier(), relation.joins(), child.qualifier());
        } else {
            String between = Sql.quoted(child.lateral() + "_junction");
            sql.add(relation.target().name().sql()).add(" as ").add(child.qualifier());
            sql.add(" inner join ").add(junction.table().name().sql());
            sql.add(" as ").add(between).add(" on ");
            Sql on = new Sql();
            FilterSql.addPairs(on, between, junction.joins(), child.qualifier());
            sql.add(on);
            FilterSql.addPairs(joined, parent.qualifier(), relation.joins(), between);
        }
        addJoins(sql, selection);
        addTail(sql, selection, joined);
    }

    private static void addTail(Sql sql, Selection selection, Sql joined) {
        ReadNode node = selection.node();
        FilterSql.addWhere(sql, node, joined);
        sql.add(selection.groups());
        addOrder(sql, selection);
        Scope scope = node.scope();
        if (scope.limit() != null) {
            sql.add(" limit " + scope.limit());
        }
        if (scope.offset() > 0) {
            sql.add(" offset " + scope.offset());
        }
    }

    private static void addOrder(Sql sql, Selection selection) {
        List<Order> orders = selection.node().scope().orders();
        for (int i = 0; i < orders.size(); i++) {
            Order order = orders.get(i);
            sql.add(i == 0 ? " order by " : ", ");
            String relation = order.relation();
            int place = relation == null ? selection.place(order.field()) : 0;
            if (place > 0) {
                sql.add(String.valueOf(place));
            } else if (relation == null) {
                FilterSql.addField(sql, selection.node(), order.field());
            } else {
                addRelatedField(sql, selection, relation, order.field());
            }
            FilterSql.addDirection(sql, order);
        }
    }

    /** A column of a to-one embed: what it puts out, or else fetched once more by its join. */
    private static void addRelatedField(Sql sql, Selection parent, String name, Field field) {
        ReadNode node = parent.node();
        ReadNode child = node.child(name);
        if (child == null) {
            throw Refusal.notEmbedded(name);
        }
        Relation relation = child.requiredRelation();
        if (!relation.toOne()) {
            throw Refusal.of(
                    400,
                    "PGRST118",
                    "A related order on '" + name + "' is not possible",
                    "'" + relation.source().name().name() + "' and '" + name
                            + "' do not form a many-to-one or one-to-one relationship",
                    null);
        }
        boolean put = field.path().isEmpty()
                && parent.children().stream().anyMatch(c -> c.node() == child && c.puts(field.name()));
        if (put) {
            sql.name(child.lateral()).add(".").name(field.name());
            return;
        }
        Function function = relation.function();
        sql.add("(select ");
        FilterSql.addField(sql, child, field);
        sql.add(" from ");
        if (function != null) {
            sql.add(function.name().sql()).add("(");
            FilterSql.addWholeRow(sql, node, relation.source());
            sql.add(") as ").add(child.qualifier()).add(")");
            return;
        }
        sql.add(relation.target().name().sql()).add(" as ").add(child.qualifier());
        sql.add(" where ");
        Sql joined = new Sql();
        FilterSql.addPairs(joined, node.qualifier(), relation.joins(), child.qualifier());
        sql.add(joined).add(")");
    }
}
