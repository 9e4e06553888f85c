package dev.assay.supabase.rest;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Works out all relationships of the tables that are exposed: by foreign keys, over junctions, and computed ones. */
final class RelationMap {
    private final Map<Long, List<Relation>> relations = new LinkedHashMap<>();
    private final Collection<String> exposed;

    /**
     * @param exposed the schemas that requests may reach: nothing outside is related to anything
     */
    RelationMap(Collection<String> exposed) {
        this.exposed = exposed;
    }

    Map<Long, List<Relation>> of(Map<Name, Table> tables, List<ForeignKey> keys, Map<Name, List<Function>> functions) {
        keys.forEach(this::addDirect);
        addJunctions(keys);
        Map<Long, Table> byOid = new LinkedHashMap<>();
        tables.values().forEach(table -> byOid.put(table.oid(), table));
        functions.values().stream().flatMap(List::stream).forEach(function -> addComputed(byOid, function));
        Map<Long, List<Relation>> sorted = new LinkedHashMap<>();
        relations.forEach((oid, list) -> sorted.put(
                oid,
                list.stream()
                        .sorted(Comparator.<Relation, String>comparing(
                                        r -> r.target().name().name())
                                .thenComparing(Relation::cardinality)
                                .thenComparing(Relation::constraint)
                                .thenComparing(r -> r.joins().toString())
                                .thenComparing(r -> String.valueOf(r.junction())))
                        .toList()));
        return sorted;
    }

    private boolean isExposed(Table table) {
        return exposed.contains(table.name().schema());
    }

    private void add(Relation relation) {
        if (isExposed(relation.source())) {
            List<Relation> known = relations.computeIfAbsent(relation.source().oid(), oid -> new ArrayList<>());
            if (isExposed(relation.target())) {
                known.add(relation);
            }
        }
    }

    private void addDirect(ForeignKey key) {
        add(new Relation(
                key.single() ? Relation.Cardinality.ONE_TO_ONE : Relation.Cardinality.MANY_TO_ONE,
                key.table(),
                key.target(),
                key.constraint(),
                key.self(),
                pairs(key.columns(), key.targetColumns()),
                null,
                null));
        add(new Relation(
                key.single() ? Relation.Cardinality.ONE_TO_ONE : Relation.Cardinality.ONE_TO_MANY,
                key.target(),
                key.table(),
                key.constraint(),
                key.self(),
                pairs(key.targetColumns(), key.columns()),
                null,
                null));
    }

    /** A table is a junction when its primary key has the columns of two keys in it. */
    private void addJunctions(List<ForeignKey> keys) {
        Map<Long, List<ForeignKey>> byTable = new LinkedHashMap<>();
        for (ForeignKey key : keys) {
            if (!key.single() && isExposed(key.table())) {
                byTable.computeIfAbsent(key.table().oid(), oid -> new ArrayList<>())
                        .add(key);
            }
        }
        for (List<ForeignKey> ofTable : byTable.values()) {
            for (ForeignKey in : ofTable) {
                for (ForeignKey out : ofTable) {
                    if (!in.constraint().equals(out.constraint()) && isJunction(in, out)) {
                        add(new Relation(
                                Relation.Cardinality.MANY_TO_MANY,
                                in.target(),
                                out.target(),
                                in.constraint(),
                                in.target().oid() == out.target().oid(),
                                pairs(in.targetColumns(), in.columns()),
                                new Relation.Junction(
                                        in.table(), out.constraint(), pairs(out.columns(), out.targetColumns())),
                                null));
                    }
                }
            }
        }
    }

    private static boolean isJunction(ForeignKey in, ForeignKey out) {
        Set<String> both = new HashSet<>(in.columns());
        both.addAll(out.columns());
        return new HashSet<>(in.table().primaryKey()).containsAll(both);
    }

    private void addComputed(Map<Long, Table> tables, Function function) {
        Table source = tables.get(function.argumentTable());
        Table target = tables.get(function.returnTable());
        if (source != null && target != null && function.composite()) {
            add(new Relation(
                    function.oneRow() ? Relation.Cardinality.MANY_TO_ONE : Relation.Cardinality.ONE_TO_MANY,
                    source,
                    target,
                    function.name().name(),
                    source.oid() == target.oid(),
                    List.of(),
                    null,
                    function));
        }
    }

    private static List<Relation.Pair> pairs(List<String> sources, List<String> targets) {
        List<Relation.Pair> pairs = new ArrayList<>();
        for (int i = 0; i < sources.size(); i++) {
            pairs.add(new Relation.Pair(sources.get(i), targets.get(i)));
        }
        return List.copyOf(pairs);
    }
}
