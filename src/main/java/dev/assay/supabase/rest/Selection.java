package dev.assay.supabase.rest;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What a resource puts out: its columns, and of its embeds either one JSON column each or, spread, their columns.
 *
 * <p>Aggregates of a resource that is spread into another are worked out there, over the rows of both; it puts out what
 * they are made from. What is selected beside an aggregate groups its rows.
 */
final class Selection {
    /**
     * A column that is put out.
     *
     * @param name how the one who embeds this finds it; {@code null} for all columns of a resource that is no table
     * @param aggregate what is still to be made of it, or {@code null}
     * @param cast of the aggregate
     * @param label of the aggregate
     */
    record Output(
            @Nullable String name,
            @Nullable String aggregate,
            @Nullable String cast,
            @Nullable String label) {
        static Output of(String name) {
            return new Output(name, null, null, null);
        }
    }

    private final ReadNode node;
    private final boolean binary;
    private final List<Selection> children;
    private final Sql sql = new Sql();
    private final List<Output> outputs = new ArrayList<>();
    private final List<Integer> plain = new ArrayList<>();
    private final Map<Field, Integer> places = new HashMap<>();
    private final boolean grouped;
    private int items;

    private Selection(ReadNode node, boolean binary) {
        this.node = node;
        this.binary = binary;
        this.children = node.children().stream()
                .map(child -> new Selection(child, binary))
                .toList();
        this.grouped = !node.isSpreadOne() && aggregates(node);
        if (node.isSpreadMany() && aggregates(node)) {
            throw Refusal.of(
                    400,
                    "PGRST127",
                    "Feature not implemented",
                    "Aggregates are not implemented for one-to-many or many-to-many spreads.",
                    null);
        }
        List<SelectItem.Column> columns = node.columns();
        if (node.embed() == null && columns.isEmpty() && node.children().isEmpty()) {
            columns = List.of(SelectItem.Column.of("*"));
        }
        columns.forEach(this::add);
        children.forEach(this::add);
    }

    /** The selection of a requested resource. */
    static Selection of(ReadNode node) {
        // PostgreSQL groups by jsonb, not by json
        return new Selection(node, anyAggregate(node));
    }

    ReadNode node() {
        return node;
    }

    List<Selection> children() {
        return children;
    }

    List<Output> outputs() {
        return outputs;
    }

    Sql sql() {
        return sql;
    }

    boolean puts(String name) {
        return outputs.stream().anyMatch(output -> name.equals(output.name()));
    }

    /** The {@code GROUP BY} that the aggregates need: by place, since an expression may hold a value. */
    String groups() {
        return grouped && !plain.isEmpty()
                ? plain.stream().map(String::valueOf).collect(Collectors.joining(", ", " group by ", ""))
                : "";
    }

    private static boolean anyAggregate(ReadNode node) {
        return node.columns().stream().anyMatch(c -> c.aggregate() != null)
                || node.children().stream().anyMatch(Selection::anyAggregate);
    }

    /** Whether an aggregate of the node, or of what is spread into it, is there to be worked out. */
    private static boolean aggregates(ReadNode node) {
        return node.columns().stream().anyMatch(c -> c.aggregate() != null)
                || node.children().stream().anyMatch(child -> child.isSpreadOne() && aggregates(child));
    }

    /** The place of a column among what groups the rows, or 0: an expression with a value in it cannot be repeated. */
    int place(Field field) {
        return grouped ? places.getOrDefault(field, 0) : 0;
    }

    private Sql next(boolean aggregated) {
        items++;
        if (!aggregated) {
            plain.add(items);
        }
        return sql.add(items == 1 ? "" : ", ");
    }

    private void add(SelectItem.Column column) {
        if (column.aggregate() != null) {
            addAggregate(column, column.aggregate());
        } else if (column.field().isStar()) {
            addAll();
        } else {
            FilterSql.addOutput(next(false), node, column);
            places.putIfAbsent(column.field(), items);
            outputs.add(Output.of(column.label()));
        }
    }

    private void addAll() {
        Table table = node.table();
        boolean named = table != null && (grouped || node.isSpread() || table.hasForms());
        if (table == null || !named) {
            next(false).add(node.qualifier()).add(".*");
            outputs.add(new Output(null, null, null, null));
            return;
        }
        for (String name : table.columns().keySet()) {
            add(SelectItem.Column.of(name));
        }
    }

    private void addAggregate(SelectItem.Column column, String function) {
        String label = column.alias() == null ? function : column.alias();
        if (node.isSpreadOne()) {
            String name = node.lateral() + "_" + outputs.size();
            next(false);
            if (column.field().isStar()) {
                sql.add("1");
            } else {
                FilterSql.addValue(sql, node, column);
            }
            sql.add(" as ").name(name);
            outputs.add(new Output(name, function, column.aggregateCast(), label));
            return;
        }
        next(true);
        String cast = column.aggregateCast();
        // the name is one of five that the parser knows
        sql.add(cast == null ? "" : "cast(").add(function + "(");
        if (column.field().isStar()) {
            sql.add("*");
        } else {
            FilterSql.addValue(sql, node, column);
        }
        sql.add(")").add(cast == null ? "" : " as " + cast + ")").add(" as ").name(label);
        outputs.add(Output.of(label));
    }

    private void add(Selection child) {
        ReadNode embedded = child.node;
        SelectItem.Embed embed = embedded.embed();
        if (embed == null || embedded.isEmpty()) {
            return;
        }
        if (embedded.isSpread()) {
            child.outputs.forEach(output -> addSpread(embedded, output));
            return;
        }
        next(false);
        if (embedded.isToOne()) {
            sql.add("row_to_json(").name(embedded.lateral()).add(".*)").add(binary ? "::jsonb" : "");
        } else {
            sql.add("coalesce(")
                    .name(embedded.lateral())
                    .add(".")
                    .name(embedded.lateral())
                    .add(", '[]')");
        }
        sql.add(" as ").name(embed.key());
        outputs.add(Output.of(embed.key()));
    }

    private void addSpread(ReadNode embedded, Output output) {
        String name = output.name();
        String aggregate = output.aggregate();
        if (name == null) {
            next(false).name(embedded.lateral()).add(".*");
            outputs.add(output);
        } else if (aggregate == null) {
            next(false).name(embedded.lateral()).add(".").name(name);
            outputs.add(output);
        } else if (node.isSpreadOne()) {
            String passed = node.lateral() + "_" + outputs.size();
            next(false).name(embedded.lateral()).add(".").name(name).add(" as ").name(passed);
            outputs.add(new Output(passed, aggregate, output.cast(), output.label()));
        } else {
            String label = output.label() == null ? aggregate : output.label();
            next(true).add(output.cast() == null ? "" : "cast(").add(aggregate + "(");
            sql.name(embedded.lateral()).add(".").name(name).add(")");
            sql.add(output.cast() == null ? "" : " as " + output.cast() + ")")
                    .add(" as ")
                    .name(label);
            outputs.add(Output.of(label));
        }
    }

    boolean isBinary() {
        return binary;
    }
}
