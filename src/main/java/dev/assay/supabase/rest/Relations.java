package dev.assay.supabase.rest;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
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
        List<Relation> all = catalog.relationsOf(source);
        for (Relation relation : all) {
            Function function = relation.function();
            if (function != null && function.name().name().equals(target)) {
                return relation;
            }
        }
        List<Relation> found = all.stream()
                .filter(r -> r.function() == null)
                .filter(r -> r.target().name().schema().equals(source.name().schema()))
                .filter(r -> r.self() ? isMeantSelf(r, target, hint) : isMeant(r, target, hint))
                .toList();
        if (found.isEmpty()) {
            throw Refusal.noRelation(source.name(), target, hint, suggestion(source, target, all));
        }
        if (found.size() > 1) {
            throw ambiguous(source, target, found);
        }
        return found.get(0);
    }

    private static boolean isMeant(Relation relation, String target, @Nullable String hint) {
        boolean named = relation.target().name().name().equals(target);
        if (hint == null) {
            // a key or its column means the table: views that show the same would make it ambiguous
            return named
                    || (!relation.target().view()
                            && relation.junction() == null
                            && (relation.constraint().equals(target) || isColumn(relation, true, target)));
        }
        if (!named) {
            return false;
        }
        Relation.Junction junction = relation.junction();
        if (junction != null) {
            return junction.table().name().name().equals(hint);
        }
        return relation.constraint().equals(hint) || isColumn(relation, true, hint) || isColumn(relation, false, hint);
    }

    /**
     * One key that leads back to its table gives two relationships: the table's name means the rows that point here, the
     * key's column the row that is pointed at.
     */
    private static boolean isMeantSelf(Relation relation, String target, @Nullable String hint) {
        boolean children = relation.cardinality() == Relation.Cardinality.ONE_TO_MANY
                && relation.target().name().name().equals(target);
        if (hint != null) {
            return children && isColumn(relation, false, hint);
        }
        return children
                || (relation.cardinality() == Relation.Cardinality.MANY_TO_ONE && isColumn(relation, true, target));
    }

    private static boolean isColumn(Relation relation, boolean ofSource, String name) {
        if (relation.joins().size() != 1 || relation.junction() != null) {
            return false;
        }
        Relation.Pair pair = relation.joins().get(0);
        return (ofSource ? pair.source() : pair.target()).equals(name);
    }

    /** What to try instead, or {@code null}; nothing when the names are right and the hint is not. */
    private @Nullable String suggestion(Table source, String target, List<Relation> all) {
        String own = source.name().name();
        if (!catalog.relations().containsKey(source.oid())) {
            Set<String> others = catalog.tableNames(source.name().schema(), true);
            return Similar.to(own, others, Similar.REMOTE)
                    .map(near -> "Perhaps you meant '" + near + "' instead of '" + own + "'.")
                    .orElse(null);
        }
        Set<String> targets =
                all.stream().map(r -> r.target().name().name()).collect(Collectors.toCollection(LinkedHashSet::new));
        if (targets.contains(target)) {
            return null;
        }
        Optional<String> near = Similar.to(target, targets, Similar.REMOTE);
        return near.map(name -> "Perhaps you meant '" + name + "' instead of '" + target + "'.")
                .orElse(null);
    }

    private static Refusal ambiguous(Table source, String target, List<Relation> found) {
        ArrayNode details = JsonNodeFactory.instance.arrayNode();
        for (Relation relation : found) {
            ObjectNode one = details.addObject();
            one.put("cardinality", relation.cardinality().words());
            one.put(
                    "embedding",
                    source.name().name() + " with " + relation.target().name().name());
            one.put("relationship", described(source, relation));
        }
        String choices = found.stream()
                .map(r -> "'" + r.target().name().name() + "!" + hint(r) + "'")
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
