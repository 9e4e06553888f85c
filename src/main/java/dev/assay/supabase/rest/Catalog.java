package dev.assay.supabase.rest;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * What the database holds, as it was at one moment.
 *
 * @param relations between tables of exposed schemas, by the table's oid; an empty list where all are with hidden ones
 * @param functions of the exposed schemas that requests can call, overloads together
 * @param handlers that make an answer of a media type of the database's own
 * @param roles that a request may run as, each with its settings
 * @param settings how the surface is set up, with what the database says of it
 * @param loadedAt {@link System#nanoTime} before it was read
 */
record Catalog(
        Map<Name, Table> tables,
        Map<Long, List<Relation>> relations,
        Map<Name, List<Function>> functions,
        List<MediaHandler> handlers,
        Map<String, Map<String, String>> roles,
        RestSettings settings,
        long loadedAt) {

    Optional<Table> table(Name name) {
        return Optional.ofNullable(tables.get(name));
    }

    @Nullable
    Table byOid(long oid) {
        for (Table table : tables.values()) {
            if (table.oid() == oid) {
                return table;
            }
        }
        return null;
    }

    List<Relation> relationsOf(Table table) {
        return relations.getOrDefault(table.oid(), List.of());
    }

    /** The names of a schema's tables, or of those that have a relationship. */
    Set<String> tableNames(String schema, boolean related) {
        Set<String> names = new TreeSet<>();
        for (Table table : tables.values()) {
            if (table.name().schema().equals(schema) && (!related || relations.containsKey(table.oid()))) {
                names.add(table.name().name());
            }
        }
        return names;
    }

    Set<String> functionNames(String schema) {
        Set<String> names = new TreeSet<>();
        for (Name name : functions.keySet()) {
            if (name.schema().equals(schema)) {
                names.add(name.name());
            }
        }
        return names;
    }
}
