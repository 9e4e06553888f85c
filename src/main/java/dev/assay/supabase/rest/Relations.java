package dev.assay.supabase.rest;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** Finds the relationship that an embed means: by the target's name, a foreign key or its column, and by hint. */
final class Relations {
    private final Catalog catalog;

    Relations(Catalog catalog) {
        this.catalog = catalog;
    }

    /**
     * @param target the name that was written before the parentheses
     * @param hint what was written after {@code !}, or {@code null}
     * @throws Refusal PGRST200 for none, PGRST201 for more than one
     */
    Relation find(Table source, String target, @Nullable String hint) {
        List<Relation> all = of(source);
        for (Relation relation : all) {
            Function function = relation.function();
            if (function != null && function.name().name().equals(target)) {
                return relation;
            }
        }
        List<Relation> found = all.stream()
                .filter(r -> r.function() == null)
                .filter(r -> r.target().name().schema().equals(source.name().schema()))
                .filter(r -> hint == null ? isMeant(r, target) : isMeant(r, target, hint))
                .toList();
        if (found.isEmpty()) {
            Set<String> near = all.stream()
                    .map(r -> r.target().name().name())
                    .collect(Collectors.toCollection(java.util.TreeSet::new));
            throw Refusal.noRelation(source.name(), target, hint, Catalog.closest(target, near));
        }
        if (found.size() == 1) {
            return found.get(0);
        }
        // a table that refers to itself has both directions of one key: without its column as a hint, the children
        if (found.size() == 2
                && found.stream().allMatch(Relation::isSelf)
                && found.get(0).constraint().equals(found.get(1).constraint())) {
            return found.stream().filter(r -> !r.toOne()).findFirst().orElse(found.get(0));
        }
        throw ambiguous(source, target, found);
    }

    private static boolean isMeant(Relation relation, String target) {
        if (relation.target().name().name().equals(target)) {
            return true;
        }
        if (relation.junction() != null) {
            return false;
        }
        return relation.constraint().equals(target) || (ownsKey(relation) && isColumn(relation, target));
    }

    private static boolean isMeant(Relation relation, String target, String hint) {
        if (!relation.target().name().name().equals(target)) {
            return false;
        }
        Relation.Junction junction = relation.junction();
        if (junction != null) {
            return junction.table().name().name().equals(hint);
        }
        if (relation.constraint().equals(hint)) {
            return true;
        }
        if (relation.joins().size() != 1) {
            return false;
        }
        Relation.Pair pair = relation.joins().get(0);
        return pair.source().equals(hint)
                || (!relation.isSelf() && pair.target().equals(hint));
    }

    private static boolean ownsKey(Relation relation) {
        return relation.cardinality() == Relation.Cardinality.MANY_TO_ONE
                || relation.cardinality() == Relation.Cardinality.ONE_TO_ONE;
    }

    private static boolean isColumn(Relation relation, String name) {
        return relation.joins().size() == 1 && relation.joins().get(0).source().equals(name);
    }

    /** All relationships of a table. */
    List<Relation> of(Table source) {
        List<Relation> relations = new ArrayList<>();
        for (Function function : catalog.relationsOf(source)) {
            Table target = catalog.byOid(function.returnTable());
            if (target != null) {
                relations.add(new Relation(
                        function.oneRow() ? Relation.Cardinality.MANY_TO_ONE : Relation.Cardinality.ONE_TO_MANY,
                        source,
                        target,
                        function.name().name(),
                        List.of(),
                        null,
                        function));
            }
        }
        for (ForeignKey key : catalog.foreignKeys()) {
            boolean single = key.table().isKey(key.columns());
            if (key.table().oid() == source.oid()) {
                relations.add(direct(
                        single ? Relation.Cardinality.ONE_TO_ONE : Relation.Cardinality.MANY_TO_ONE,
                        source,
                        key.target(),
                        key.constraint(),
                        pairs(key.columns(), key.targetColumns())));
            }
            if (key.target().oid() == source.oid()) {
                relations.add(direct(
                        single ? Relation.Cardinality.ONE_TO_ONE : Relation.Cardinality.ONE_TO_MANY,
                        source,
                        key.table(),
                        key.constraint(),
                        pairs(key.targetColumns(), key.columns())));
                addJunctions(relations, source, key);
            }
        }
        return relations;
    }

    private void addJunctions(List<Relation> relations, Table source, ForeignKey in) {
        for (ForeignKey out : catalog.foreignKeys()) {
            if (out.table().oid() == in.table().oid()
                    && !(out.constraint().equals(in.constraint())
                            && out.columns().equals(in.columns()))
                    && isJunction(in, out)) {
                relations.add(new Relation(
                        Relation.Cardinality.MANY_TO_MANY,
                        source,
                        out.target(),
                        in.constraint(),
                        pairs(in.targetColumns(), in.columns()),
                        new Relation.Junction(in.table(), out.constraint(), pairs(out.columns(), out.targetColumns())),
                        null));
            }
        }
    }

    /** A table is a junction when its primary key has the columns of both keys in it. */
    private static boolean isJunction(ForeignKey in, ForeignKey out) {
        Set<String> both = new HashSet<>(in.columns());
        both.addAll(out.columns());
        return !in.table().primaryKey().isEmpty() && new HashSet<>(in.table().primaryKey()).containsAll(both);
    }

    private static Relation direct(
            Relation.Cardinality cardinality,
            Table source,
            Table target,
            String constraint,
            List<Relation.Pair> pairs) {
        return new Relation(cardinality, source, target, constraint, pairs, null, null);
    }

    private static List<Relation.Pair> pairs(List<String> sources, List<String> targets) {
        List<Relation.Pair> pairs = new ArrayList<>();
        for (int i = 0; i < sources.size(); i++) {
            pairs.add(new Relation.Pair(sources.get(i), targets.get(i)));
        }
        return List.copyOf(pairs);
    }

    private static Refusal ambiguous(Table source, String target, List<Relation> found) {
        List<Relation> sorted =
                found.stream().sorted(Comparator.comparing(Relations::hint)).toList();
        ArrayNode details = JsonNodeFactory.instance.arrayNode();
        for (Relation relation : sorted) {
            ObjectNode one = details.addObject();
            one.put("cardinality", relation.cardinality().words());
            one.put(
                    "embedding",
                    source.name().name() + " with " + relation.target().name().name());
            one.put("relationship", described(source, relation));
        }
        String choices = sorted.stream()
                .map(r -> "'" + r.target().name().name() + "!" + hint(r) + "'")
                .distinct()
                .collect(Collectors.joining(", "));
        return Refusal.ambiguous(
                "Could not embed because more than one relationship was found for '"
                        + source.name().name() + "' and '" + target + "'",
                details,
                "Try changing '" + target + "' to one of the following: " + choices
                        + ". Find the desired relationship in the 'details' key.");
    }

    private static String hint(Relation relation) {
        Relation.Junction junction = relation.junction();
        return junction == null
                ? relation.constraint()
                : junction.table().name().name();
    }

    private static String described(Table source, Relation relation) {
        Relation.Junction junction = relation.junction();
        if (junction == null) {
            return relation.constraint() + " using " + source.name().name()
                    + relation.joins().stream().map(Relation.Pair::source).collect(Collectors.joining(", ", "(", ")"))
                    + " and " + relation.target().name().name()
                    + relation.joins().stream().map(Relation.Pair::target).collect(Collectors.joining(", ", "(", ")"));
        }
        return junction.table().name().name() + " using " + relation.constraint()
                + relation.joins().stream().map(Relation.Pair::target).collect(Collectors.joining(", ", "(", ")"))
                + " and " + junction.constraint()
                + junction.joins().stream().map(Relation.Pair::source).collect(Collectors.joining(", ", "(", ")"));
    }
}
