package dev.assay.supabase.rest;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A resource to read, with the resources embedded in it, each found in the schema.
 *
 * @param embed how it was asked for; {@code null} for the requested resource itself
 * @param relation how it belongs to the node above; {@code null} for the requested resource itself
 * @param table what is read; {@code null} for a function's result that is no table's row
 * @param qualifier SQL that stands before its columns
 * @param lateral the name of its subquery
 */
record ReadNode(
        SelectItem.@Nullable Embed embed,
        @Nullable Relation relation,
        @Nullable Table table,
        String qualifier,
        String lateral,
        Scope scope,
        List<SelectItem.Column> columns,
        List<ReadNode> children) {

    /** Resolves queries against one catalog. */
    static final class Resolver {
        private final Relations relations;
        private final @Nullable Integer maxRows;
        private int laterals;

        private final String schema;

        Resolver(Catalog catalog, String schema, @Nullable Integer maxRows) {
            this.schema = schema;
            this.relations = new Relations(catalog);
            this.maxRows = maxRows;
        }

        /**
         * @param qualifier SQL that stands before the columns of the requested resource
         * @param top what holds for its own rows
         */
        ReadNode resolve(Query query, String resource, @Nullable Table table, String qualifier, Scope top) {
            Set<List<String>> used = new HashSet<>();
            used.add(List.of());
            List<ReadNode> children = children(query, List.of(), query.select(), resource, table, used, 1);
            for (List<String> path : query.scopes().keySet()) {
                if (!used.contains(path)) {
                    throw Refusal.notEmbedded(path.get(path.size() - 1));
                }
            }
            return new ReadNode(null, null, table, qualifier, "pgrst_top", top, columns(query.select()), children);
        }

        private List<ReadNode> children(
                Query query,
                List<String> path,
                List<SelectItem> items,
                String source,
                @Nullable Table table,
                Set<List<String>> used,
                int depth) {
            List<ReadNode> children = new ArrayList<>();
            for (SelectItem item : items) {
                if (item instanceof SelectItem.Embed embed) {
                    if (table == null) {
                        throw Refusal.noRelation(new Name(schema, source), embed.relation(), embed.hint(), null);
                    }
                    Relation relation = relations.find(table, embed.relation(), embed.hint());
                    List<String> below = new ArrayList<>(path);
                    below.add(embed.key());
                    Scope scope = query.scope(below);
                    used.add(below);
                    if (!embed.key().equals(embed.relation())) {
                        List<String> byName = new ArrayList<>(path);
                        byName.add(embed.relation());
                        // filters may name an aliased embed by its table too
                        if (!query.scopes().containsKey(below)
                                && query.scopes().containsKey(byName)
                                && used.add(byName)) {
                            scope = query.scope(byName);
                            below = byName;
                        }
                    }
                    String name = relation.target().name().name();
                    String alias = Sql.quoted((name.length() > 50 ? name.substring(0, 50) : name) + "_" + depth);
                    children.add(new ReadNode(
                            embed,
                            relation,
                            relation.target(),
                            alias,
                            "pgrst_" + ++laterals,
                            relation.toOne() ? scope : scope.atMost(maxRows == null ? null : Long.valueOf(maxRows)),
                            columns(embed.items()),
                            children(
                                    query,
                                    List.copyOf(below),
                                    embed.items(),
                                    embed.relation(),
                                    relation.target(),
                                    used,
                                    depth + 1)));
                }
            }
            return List.copyOf(children);
        }

        private static List<SelectItem.Column> columns(List<SelectItem> items) {
            return items.stream()
                    .filter(SelectItem.Column.class::isInstance)
                    .map(SelectItem.Column.class::cast)
                    .toList();
        }
    }

    SelectItem.Embed requiredEmbed() {
        return required(embed);
    }

    Relation requiredRelation() {
        return required(relation);
    }

    private static <T> T required(@Nullable T part) {
        if (part == null) {
            throw new IllegalStateException("only an embedded resource has this");
        }
        return part;
    }

    boolean isSpread() {
        return embed != null && embed.spread();
    }

    boolean isToOne() {
        return relation != null && relation.toOne();
    }

    boolean isSpreadOne() {
        return isSpread() && isToOne();
    }

    boolean isSpreadMany() {
        return isSpread() && !isToOne();
    }

    /** Whether an embed only filters: it asked for no column. */
    boolean isEmpty() {
        return columns.isEmpty() && children.stream().allMatch(ReadNode::isEmpty);
    }

    /** The embed that a filter or an order names, or {@code null}. */
    @Nullable
    ReadNode child(String name) {
        for (ReadNode child : children) {
            if (child.embed != null && child.embed.key().equals(name)) {
                return child;
            }
        }
        for (ReadNode child : children) {
            if (child.embed != null && child.embed.relation().equals(name)) {
                return child;
            }
        }
        return null;
    }

    /** Names that are asked for and are no columns of the table: columns computed by functions of its rows. */
    Set<String> computed() {
        Set<String> names = new LinkedHashSet<>();
        Table rows = table;
        if (rows != null) {
            columns.stream().map(column -> column.field().name()).forEach(names::add);
            scope.orders().stream()
                    .filter(order -> order.relation() == null)
                    .map(order -> order.field().name())
                    .forEach(names::add);
            scope.conditions().forEach(condition -> addNames(condition, names));
            children.forEach(child -> {
                names.remove(child.requiredEmbed().key());
                names.remove(child.requiredEmbed().relation());
            });
            names.removeAll(rows.columns().keySet());
            names.remove("*");
        }
        return names;
    }

    private static void addNames(Condition condition, Set<String> names) {
        if (condition instanceof Condition.Filter filter) {
            names.add(filter.field().name());
        } else if (condition instanceof Condition.Logic logic) {
            logic.parts().forEach(part -> addNames(part, names));
        }
    }

    Table.@Nullable Column column(String name) {
        return table == null ? null : table.columns().get(name);
    }
}
