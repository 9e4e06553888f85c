package dev.assay.supabase.rest;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What the database holds, as it was at one moment.
 *
 * @param foreignKeys of tables, and of views by the columns they show
 * @param functions of the exposed schemas, overloads together
 * @param roles that a request may run as, each with its settings
 * @param loadedAt {@link System#nanoTime} before it was read
 */
record Catalog(
        Map<Name, Table> tables,
        List<ForeignKey> foreignKeys,
        Map<Name, List<Function>> functions,
        Map<String, Map<String, String>> roles,
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

    /** Functions of a row that stand for a relationship ("computed relationships"). */
    List<Function> relationsOf(Table table) {
        return functions.values().stream()
                .flatMap(List::stream)
                .filter(f -> f.argumentTable() == table.oid() && f.returnTable() != 0 && f.composite())
                .toList();
    }

    /** The name that comes closest to one that does not exist, or {@code null}. */
    static @Nullable String closest(String wanted, Iterable<String> names) {
        String best = null;
        // more than a third of wrong letters is no slip of the keyboard
        int bound = Math.max(1, wanted.length() / 3);
        for (String name : names) {
            int distance = distance(wanted, name);
            if (distance > 0 && distance <= bound) {
                best = name;
                bound = distance - 1;
            }
        }
        return best;
    }

    private static int distance(String a, String b) {
        int[] row = new int[b.length() + 1];
        for (int j = 0; j <= b.length(); j++) {
            row[j] = j;
        }
        for (int i = 1; i <= a.length(); i++) {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= b.length(); j++) {
                int above = row[j];
                int changed = diagonal + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
                row[j] = Math.min(changed, Math.min(above, row[j - 1]) + 1);
                diagonal = above;
            }
        }
        return row[b.length()];
    }
}
