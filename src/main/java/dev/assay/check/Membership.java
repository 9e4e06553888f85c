package dev.assay.check;

import dev.assay.check.catalog.Catalog;
import dev.assay.check.catalog.Column;
import dev.assay.check.catalog.Table;
import dev.assay.check.catalog.Table.ForeignKey;
import dev.assay.experiment.Access;
import dev.assay.experiment.Pattern;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * The table of the app that says who is in which group with which role.
 *
 * @param group its column that names the group
 * @param user its column that names the user
 * @param role its column that names the role; empty where members have none
 * @param key the foreign key from the group column to the table of groups; empty where a group is but a value
 */
record Membership(
        Catalog catalog, Table table, String group, String user, Optional<Column> role, Optional<ForeignKey> key) {

    /**
     * The way from a row to its group.
     *
     * @param through foreign keys to follow
     * @param column of the last table, holds the group
     */
    record Way(List<ForeignKey> through, String column) {}

    /** The table that the contract's patterns find: among several the one that says who is in which group. */
    static Optional<Membership> of(Access.Via via, Catalog catalog) {
        return catalog.tables().stream()
                .filter(table -> Pattern.matches(via.table(), table.name()))
                .flatMap(table -> in(table, via, catalog).stream())
                .min(Comparator.comparing((Membership one) -> one.key().isEmpty())
                        .thenComparing(
                                one -> via.role().isPresent() && one.role().isEmpty()));
    }

    private static Optional<Membership> in(Table table, Access.Via via, Catalog catalog) {
        List<ForeignKey> keys = table.foreignKeys().stream()
                .filter(key -> key.columns().size() == 1)
                .toList();
        Optional<String> user = columns(table, via.user()).stream()
                .min(Comparator.comparing(column -> keys.stream()
                        .noneMatch(key -> key.toUsers() && key.columns().contains(column))));
        Optional<String> group = columns(table, via.group()).stream()
                .filter(column -> !column.equals(user.orElse("")))
                .min(Comparator.comparing(
                        column -> keys.stream().noneMatch(key -> key.columns().contains(column))));
        if (user.isEmpty() || group.isEmpty()) {
            return Optional.empty();
        }
        Optional<Column> role = via.role()
                .flatMap(pattern -> columns(table, pattern).stream()
                        .filter(column -> !column.equals(user.get()) && !column.equals(group.get()))
                        .findFirst())
                .flatMap(table::column);
        return Optional.of(new Membership(
                catalog,
                table,
                group.get(),
                user.get(),
                role,
                keys.stream().filter(key -> key.columns().contains(group.get())).findFirst()));
    }

    private static List<String> columns(Table table, String pattern) {
        return table.columns().stream()
                .map(Column::name)
                .filter(name -> Pattern.matches(pattern, name))
                .toList();
    }

    /** Whether rows of this table are the memberships themselves. */
    boolean is(Table other) {
        return other.name().equals(table.name());
    }

    /** Whether a row of this table is a group. */
    boolean isGroups(Table other) {
        return groups().filter(found -> found.name().equals(other.name())).isPresent();
    }

    /** The table of groups; empty where a group is but a value. */
    Optional<Table> groups() {
        return key.flatMap(catalog::referenced);
    }

    /** How a row of that table is of a group; empty where nothing says so. */
    Optional<Way> way(Table from) {
        return way(from, new HashSet<>());
    }

    private Optional<Way> way(Table from, Set<String> seen) {
        if (is(from)) {
            return Optional.of(new Way(List.of(), group));
        }
        if (isGroups(from)) {
            return key.map(one -> new Way(List.of(), one.referenced().get(0)));
        }
        Optional<String> own = from.foreignKeys().stream()
                .filter(one -> key.isPresent()
                        && one.columns().size() == 1
                        && one.table().equals(key.get().table())
                        && one.schema().equals(key.get().schema()))
                .map(one -> one.columns().get(0))
                .findFirst()
                .or(() -> from.column(group).map(Column::name));
        if (own.isPresent()) {
            return own.map(column -> new Way(List.of(), column));
        }
        if (!seen.add(from.name())) {
            return Optional.empty();
        }
        for (ForeignKey one : from.foreignKeys()) {
            Optional<Table> parent = catalog.referenced(one).filter(found -> !is(found) && !isGroups(found));
            Optional<Way> further = parent.flatMap(found -> way(found, seen));
            if (further.isPresent()) {
                List<ForeignKey> through = new ArrayList<>(List.of(one));
                through.addAll(further.get().through());
                return Optional.of(new Way(List.copyOf(through), further.get().column()));
            }
        }
        return Optional.empty();
    }
}
