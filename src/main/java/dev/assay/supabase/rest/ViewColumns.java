package dev.assay.supabase.rest;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Which table's column each column of a view shows, so that a view has the keys of what it shows.
 *
 * <p>PostgreSQL keeps it in the view's rule: each {@code TARGETENTRY} of the outermost query names the table and column
 * it was taken from ({@code resorigtbl}, {@code resorigcol}). A view over a view is followed to its table.
 */
final class ViewColumns {
    private static final Pattern ENTRY = Pattern.compile(":resno (\\d+) .*? :resorigtbl (\\d+) :resorigcol (\\d+)");
    private static final int DEEPEST = 20;

    private record Origin(long table, int column) {}

    private final Map<Long, Table> tables;
    private final Map<Long, Map<Integer, Origin>> views = new LinkedHashMap<>();

    ViewColumns(Map<Long, Table> tables) {
        this.tables = tables;
    }

    /**
     * @param rule a {@code pg_node_tree} as text
     */
    void add(long view, String rule) {
        Map<Integer, Origin> origins = new HashMap<>();
        for (String entry : targetEntries(rule)) {
            Matcher matcher = ENTRY.matcher(entry);
            if (matcher.find()) {
                long table = Long.parseLong(matcher.group(2));
                if (table != 0) {
                    origins.put(
                            Integer.parseInt(matcher.group(1)), new Origin(table, Integer.parseInt(matcher.group(3))));
                }
            }
        }
        views.put(view, origins);
    }

    /** The entries of the outermost query's target list, without what is nested in their expressions. */
    private static List<String> targetEntries(String rule) {
        List<String> entries = new ArrayList<>();
        int depth = 0;
        boolean inList = false;
        StringBuilder entry = new StringBuilder();
        for (int i = 0; i < rule.length(); i++) {
            char c = rule.charAt(i);
            if (c == '\\') {
                i++;
            } else if (c == '{') {
                depth++;
                if (depth == 2) {
                    entry.setLength(0);
                }
            } else if (c == '}') {
                if (depth == 2 && inList) {
                    entries.add(entry.toString());
                }
                depth--;
            } else if (depth == 1 && rule.startsWith(":targetList ", i)) {
                inList = true;
            } else if (depth == 1 && c == ':') {
                inList = false;
            } else if (depth == 2 && inList) {
                entry.append(c);
            }
            if (depth == 2 && c == '}' && inList) {
                // a nested expression ended: keep the words around it apart
                entry.append(' ');
            }
        }
        return entries;
    }

    /** The tables, and the views with those columns as primary key that show a whole primary key. */
    Map<Long, Table> withKeys() {
        Map<Long, Table> all = new LinkedHashMap<>(tables);
        for (Long oid : views.keySet()) {
            Table view = tables.get(oid);
            if (view != null) {
                List<String> key = new ArrayList<>();
                for (Long base : bases(oid)) {
                    Table table = tables.get(base);
                    if (table != null) {
                        shown(view, table, table.primaryKey()).stream()
                                .findFirst()
                                .ifPresent(key::addAll);
                    }
                }
                all.put(oid, view.keyed(List.copyOf(key), List.of()));
            }
        }
        return all;
    }

    /** The keys between tables, and between the views that show their columns. */
    List<ForeignKey> foreignKeys(List<ForeignKey> ofTables) {
        Map<Long, Table> all = withKeys();
        List<ForeignKey> keys = new ArrayList<>();
        for (ForeignKey key : ofTables) {
            for (Shown source : showing(all, key.table(), key.columns())) {
                for (Shown target : showing(all, key.target(), key.targetColumns())) {
                    keys.add(new ForeignKey(
                            key.constraint(),
                            source.by(),
                            source.columns(),
                            target.by(),
                            target.columns(),
                            key.single(),
                            source.by().oid() == target.by().oid()));
                }
            }
        }
        return keys;
    }

    private record Shown(Table by, List<String> columns) {}

    private List<Shown> showing(Map<Long, Table> all, Table table, List<String> columns) {
        List<Shown> showing = new ArrayList<>();
        showing.add(new Shown(table, columns));
        for (Long oid : views.keySet()) {
            Table view = all.get(oid);
            if (view != null) {
                shown(view, table, columns).forEach(shown -> showing.add(new Shown(view, shown)));
            }
        }
        return showing;
    }

    /**
     * The view's columns that show the given ones of a table, in their order: once for each choice where it shows one
     * twice, not at all unless it shows all.
     */
    private List<List<String>> shown(Table view, Table table, List<String> columns) {
        List<List<String>> choices = columns.isEmpty() ? List.of() : List.of(List.of());
        for (String wanted : columns) {
            Table.Column column = table.columns().get(wanted);
            List<List<String>> longer = new ArrayList<>();
            if (column != null) {
                Origin origin = new Origin(table.oid(), column.number());
                for (List<String> choice : choices) {
                    for (Table.Column own : view.columns().values()) {
                        if (origin.equals(origin(view.oid(), own.number(), 0))) {
                            List<String> with = new ArrayList<>(choice);
                            with.add(own.name());
                            longer.add(with);
                        }
                    }
                }
            }
            choices = longer;
        }
        return choices;
    }

    private Set<Long> bases(long view) {
        Map<Integer, Origin> origins = views.getOrDefault(view, Map.of());
        return origins.keySet().stream()
                .map(number -> origin(view, number, 0))
                .filter(java.util.Objects::nonNull)
                .map(Origin::table)
                .collect(Collectors.toCollection(java.util.LinkedHashSet::new));
    }

    private @Nullable Origin origin(long view, int column, int depth) {
        Origin origin = views.getOrDefault(view, Map.of()).get(column);
        if (origin == null || depth > DEEPEST || !views.containsKey(origin.table())) {
            return origin;
        }
        return origin(origin.table(), origin.column(), depth + 1);
    }
}
