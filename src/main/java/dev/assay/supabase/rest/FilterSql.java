package dev.assay.supabase.rest;

import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Writes the columns of a resource where they are selected, ordered by and compared, and the conditions on its rows. */
final class FilterSql {
    private FilterSql() {}

    /** A column as it is put out: with its cast, in the form that clients see, under its label. */
    static void addOutput(Sql sql, ReadNode node, SelectItem.Column column) {
        addValue(sql, node, column);
        Field field = column.field();
        if (column.alias() != null || !field.path().isEmpty() || column.cast() != null || form(node, field) != null) {
            sql.add(" as ").name(column.label());
        }
    }

    /** A column with its cast, in the form that clients see. */
    static void addValue(Sql sql, ReadNode node, SelectItem.Column column) {
        String cast = column.cast();
        String form = form(node, column.field());
        sql.add(cast == null ? "" : "cast(").add(form == null ? "" : form + "(");
        addField(sql, node, column.field());
        // the scanner takes nothing but a name for a cast
        sql.add(form == null ? "" : ")").add(cast == null ? "" : " as " + cast + ")");
    }

    private static @Nullable String form(ReadNode node, Field field) {
        Table.Column column = node.column(field.name());
        return column == null || !field.path().isEmpty() ? null : column.form().toJson();
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

    /** The row that a computed relationship is a function of. */
    static void addWholeRow(Sql sql, ReadNode node, Table source) {
        if (node.qualifier().equals(WriteSql.SOURCE)) {
            sql.add("row(").add(WriteSql.SOURCE).add(".*)::").add(source.name().sql());
        } else {
            sql.add(node.qualifier()).add(".*");
        }
    }

    static void addPairs(Sql sql, String left, List<Relation.Pair> pairs, String right) {
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

    /**
     * @param joined conditions that go before the node's own
     */
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

    /** The order of a write's rows, which have no embeds. */
    static void addOrder(Sql sql, ReadNode node) {
        List<Order> orders = node.scope().orders();
        for (int i = 0; i < orders.size(); i++) {
            String relation = orders.get(i).relation();
            if (relation != null) {
                throw Refusal.notEmbedded(relation);
            }
            addField(sql.add(i == 0 ? " order by " : ", "), node, orders.get(i).field());
            addDirection(sql, orders.get(i));
        }
    }

    static void addDirection(Sql sql, Order order) {
        sql.add(order.direction() == null ? "" : " " + order.direction());
        sql.add(order.nulls() == null ? "" : " nulls " + order.nulls());
    }

    private static void addCondition(Sql sql, ReadNode node, Condition condition) {
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
        ReadNode embed = tested(node, filter);
        if (embed != null) {
            addEmbedTest(sql, embed, filter);
        } else {
            addFilter(sql, node, filter);
        }
        sql.add(")");
    }

    /** Whether a filter asks for an embed to be there or not, rather than for a column. */
    static boolean isEmbedTest(ReadNode node, Condition.Filter filter) {
        return tested(node, filter) != null;
    }

    private static @Nullable ReadNode tested(ReadNode node, Condition.Filter filter) {
        ReadNode child =
                filter.field().path().isEmpty() ? node.child(filter.field().name()) : null;
        if (child == null || (filter.operator() == Operator.IS && filter.value().endsWith("null"))) {
            return child;
        }
        if (node.column(filter.field().name()) == null) {
            throw Refusal.of(
                    400,
                    "PGRST120",
                    "Bad operator on the '" + filter.field().name() + "' embedded resource",
                    "Only is null or not is null filters are allowed on embedded resources",
                    null);
        }
        return null;
    }

    private static void addEmbedTest(Sql sql, ReadNode child, Condition.Filter filter) {
        sql.name(child.lateral());
        if (!child.isToOne()) {
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
        Table.Column column = node.column(filter.field().name());
        String reader = column == null || !filter.field().path().isEmpty()
                ? null
                : column.form().fromText();
        if (operator == Operator.IS) {
            sql.add(" is ").add(isWords(value));
        } else if (operator == Operator.IN && reader != null) {
            sql.add(" = any (array[");
            for (int i = 0; i < filter.values().size(); i++) {
                sql.add(i == 0 ? "" : ", ").add(reader).add("(");
                sql.bindText(filter.values().get(i)).add(")");
            }
            sql.add("])");
        } else if (operator == Operator.IN) {
            sql.add(" = any (").bind(array(filter.values())).add(")");
        } else if (filter.quantifier() != null) {
            sql.add(" " + operator.sql() + (filter.quantifier().equals("any") ? " any (" : " all ("))
                    .bind(value)
                    .add(")");
        } else if (reader != null) {
            sql.add(" " + operator.sql() + " ").add(reader).add("(");
            sql.bindText(value).add(")");
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
}
