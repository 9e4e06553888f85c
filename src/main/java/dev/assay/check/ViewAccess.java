package dev.assay.check;

import dev.assay.check.AccessMatrix.Act;
import dev.assay.check.AccessMatrix.Actor;
import dev.assay.check.AccessMatrix.Expected;
import dev.assay.check.catalog.Catalog;
import dev.assay.check.catalog.Catalog.View;
import dev.assay.check.catalog.Column;
import dev.assay.check.catalog.Owners;
import dev.assay.check.catalog.RowMaker;
import dev.assay.check.catalog.Table;
import dev.assay.experiment.Access;
import dev.assay.experiment.Contract;
import dev.assay.experiment.Contract.TableRule;
import java.sql.Connection;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Views that run with their owner's rights: what they show of user A's rows to roles that may not read the table itself.
 * A view that shows those rows to nobody, such as one that counts, gives nothing away that could be told to be A's.
 */
final class ViewAccess {
    /** A value of fewer characters may be in a row of anybody's. */
    private static final int TELLING = 8;

    private final Contract contract;
    private final Catalog catalog;
    private final Connection connection;
    private final TestUsers users;
    private final Api anon;
    private final Owners owners;

    ViewAccess(Contract contract, Catalog catalog, Connection connection, TestUsers users, Api anon) {
        this.contract = contract;
        this.catalog = catalog;
        this.connection = connection;
        this.users = users;
        this.anon = anon;
        this.owners = new Owners(catalog);
    }

    void check(Checks checks) throws InterruptedException {
        for (View view : catalog.views()) {
            Map<Actor, List<Table>> closed = new LinkedHashMap<>();
            for (Actor actor : List.of(Actor.USER_B, Actor.ANON)) {
                List<Table> tables = catalog.tables().stream()
                        .filter(table -> view.reads().contains(table.name()) && mayNotRead(actor, table))
                        .toList();
                if (!tables.isEmpty()) {
                    closed.put(actor, tables);
                }
            }
            if (!closed.isEmpty()) {
                checks.check(
                        "view." + RlsLayer.id(view.name()), "view " + view.name(), probe -> look(view, closed, probe));
            }
        }
    }

    private boolean mayNotRead(Actor actor, Table table) {
        Optional<TableRule> rule = RlsLayer.rule(contract, table);
        if (rule.map(TableRule::access).filter(Access.Via.class::isInstance).isPresent()
                || owners.of(table).isEmpty()) {
            return false;
        }
        AccessMatrix matrix = AccessMatrix.of(rule, true);
        // What a stranger who is signed in may not read, one who is not signed in may not either.
        return matrix.expected(actor, Act.SELECT) == Expected.DENIED
                || (actor == Actor.ANON && matrix.expected(Actor.USER_B, Act.SELECT) == Expected.DENIED);
    }

    private void look(View view, Map<Actor, List<Table>> closed, Probe probe) throws InterruptedException {
        RowMaker rows = new RowMaker(connection, catalog);
        String user = users.user("user A").id();
        try {
            Map<String, List<String>> marks = new LinkedHashMap<>();
            for (List<Table> tables : closed.values()) {
                for (Table table : tables) {
                    if (!marks.containsKey(table.name())) {
                        Map<String, String> row = rows.insert(table, rows.values(table, user), user);
                        marks.put(table.name(), marks(table, row));
                    }
                }
            }
            Answer service = read(anon.service(), view);
            for (Map.Entry<Actor, List<Table>> one : closed.entrySet()) {
                Actor actor = one.getKey();
                Answer answer =
                        read(actor == Actor.ANON ? anon : users.user("user B").api(), view);
                for (Table table : one.getValue()) {
                    List<String> telling = marks.getOrDefault(table.name(), List.of());
                    if (telling.stream().noneMatch(service.body()::contains)) {
                        probe.note("view " + view.name() + " does not show rows of " + table.name()
                                + " even to service: there was nothing to look for");
                    }
                    boolean shows = answer.rows() > 0 && telling.stream().anyMatch(answer.body()::contains);
                    probe.expect(!shows, () -> leaked(view, table, actor, answer));
                }
            }
        } finally {
            rows.cleanUp();
            probe.attach("requests", "text/plain", anon.log());
        }
    }

    /** The newest rows of a view are the last, if anything orders them: so all of it is read, within reason. */
    private static Answer read(Api api, View view) throws InterruptedException {
        return api.get("/rest/v1/" + Api.encode(view.name()) + "?limit=1000");
    }

    /** Values that only this row has. */
    private static List<String> marks(Table table, Map<String, String> row) {
        List<String> marks = new ArrayList<>();
        for (Column column : table.columns()) {
            String value = row.get(column.name());
            boolean own = column.base().equals("uuid")
                    || column.base().equals("text")
                    || column.base().equals("varchar");
            if (value != null
                    && own
                    && value.length() >= TELLING
                    && column.enumValues().isEmpty()
                    && column.defaultExpression().indexOf('\'') < 0) {
                marks.add(value);
            }
        }
        return marks;
    }

    private static Finding leaked(View view, Table table, Actor actor, Answer answer) {
        return new Finding(
                actor.words() + " can select rows that belong to user A through view " + view.name() + " on table "
                        + table.name() + ", which runs with its owner's rights (no security_invoker)",
                "no row of user A",
                "answered " + answer,
                Map.of(
                        "table", table.name(),
                        "view", view.name(),
                        "role", actor.words(),
                        "operation", Act.SELECT.words(),
                        "row", answer.body()));
    }
}
