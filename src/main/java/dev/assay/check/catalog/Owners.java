package dev.assay.check.catalog;

import dev.assay.check.catalog.Table.ForeignKey;
import dev.assay.check.catalog.Table.Policy;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Who owns the rows of a table: the column that says it, here or in a table that this one points to. */
public final class Owners {
    private static final Pattern UID = Pattern.compile("auth\\.uid\\(\\)");
    /** {@code auth.uid() = column}, either way round, with the sub-select that Supabase advises. */
    private static final Pattern COMPARED = Pattern.compile(
            "(?:\\(\\s*SELECT\\s+auth\\.uid\\(\\)(?:\\s+AS\\s+\\w+)?\\s*\\)|auth\\.uid\\(\\))\\s*=\\s*(?:\\w+\\.)?\"?(\\w+)\"?"
                    + "|(?:\\w+\\.)?\"?(\\w+)\"?\\s*=\\s*(?:\\(\\s*SELECT\\s+auth\\.uid\\(\\)|auth\\.uid\\(\\))",
            Pattern.CASE_INSENSITIVE);

    private final Catalog catalog;

    public Owners(Catalog catalog) {
        this.catalog = catalog;
    }

    /**
     * The way from a table to its owner.
     *
     * @param column the owner column, in this table or the last one of the way
     * @param through the foreign keys that lead there; empty where the column is this table's own
     */
    public record Owner(String column, List<ForeignKey> through) {
        public boolean direct() {
            return through.isEmpty();
        }
    }

    /** The owner of a table's rows; empty where none can be told. */
    public Optional<Owner> of(Table table) {
        return of(table, new HashSet<>());
    }

    private Optional<Owner> of(Table table, Set<String> seen) {
        Optional<String> own = column(table);
        if (own.isPresent()) {
            return Optional.of(new Owner(own.get(), List.of()));
        }
        if (!seen.add(table.name())) {
            return Optional.empty();
        }
        for (ForeignKey key : table.foreignKeys()) {
            Optional<Table> parent = catalog.referenced(key);
            Optional<Owner> through = parent.flatMap(found -> of(found, seen));
            if (through.isPresent()) {
                List<ForeignKey> way = new java.util.ArrayList<>(List.of(key));
                way.addAll(through.get().through());
                return Optional.of(new Owner(through.get().column(), List.copyOf(way)));
            }
        }
        return Optional.empty();
    }

    /** In this order: a foreign key to auth.users, a default of auth.uid(), a column that a policy compares with it. */
    private static Optional<String> column(Table table) {
        for (ForeignKey key : table.foreignKeys()) {
            if (key.toUsers() && key.columns().size() == 1) {
                return Optional.of(key.columns().get(0));
            }
        }
        for (Column column : table.columns()) {
            if (UID.matcher(column.defaultExpression()).find()) {
                return Optional.of(column.name());
            }
        }
        for (Policy policy : table.policies()) {
            Matcher compared = COMPARED.matcher(policy.using() + " " + policy.withCheck());
            while (compared.find()) {
                String name = compared.group(1) != null ? compared.group(1) : compared.group(2);
                if (table.column(name).isPresent()) {
                    return Optional.of(name);
                }
            }
        }
        return Optional.empty();
    }
}
