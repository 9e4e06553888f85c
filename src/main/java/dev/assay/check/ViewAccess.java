package dev.assay.check;

import dev.assay.check.AccessMatrix.Actor;
import dev.assay.check.catalog.Catalog;
import dev.assay.check.catalog.Owners;
import dev.assay.check.catalog.RowMaker;
import dev.assay.check.catalog.Table;
import java.sql.Connection;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Views that run with their owner's rights: what they show of user A's rows to others. */
final class ViewAccess {
    private final Catalog catalog;
    private final Connection connection;
    private final TestUsers users;
    private final Api anon;

    ViewAccess(Catalog catalog, Connection connection, TestUsers users, Api anon) {
        this.catalog = catalog;
        this.connection = connection;
        this.users = users;
        this.anon = anon;
    }

    void check(Checks checks) throws InterruptedException {
        for (String view : catalog.views()) {
            String id = "view." + view.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9_-]", "_");
            checks.check(id, "view " + view, probe -> look(view, probe));
        }
    }

    private void look(String view, Probe probe) throws InterruptedException {
        Owners owners = new Owners(catalog);
        RowMaker rows = new RowMaker(connection, catalog);
        try {
            String id = users.user("user A").id();
            List<String> marks = new ArrayList<>(List.of(id));
            for (Table table : catalog.tables()) {
                if (owners.of(table).isPresent()) {
                    Map<String, String> row = rows.insert(table, rows.values(table, id));
                    row.values().stream()
                            .filter(value -> value != null && value.length() >= 12)
                            .forEach(marks::add);
                }
            }
            String path = "/rest/v1/" + Api.encode(view) + "?limit=1000";
            for (Actor actor : List.of(Actor.USER_B, Actor.ANON)) {
                Api api = actor == Actor.ANON ? anon : users.user("user B").api();
                Answer answer = api.get(path);
                boolean shows = answer.rows() > 0 && marks.stream().anyMatch(answer.body()::contains);
                probe.expect(
                        !shows,
                        () -> RlsLayer.finding(
                                actor.words() + " can select rows that belong to user A through view " + view
                                        + ", which runs with its owner's rights",
                                "no row of user A",
                                "answered " + answer,
                                view,
                                actor.words(),
                                "select"));
            }
        } finally {
            rows.cleanUp();
            probe.attach("requests", "text/plain", anon.log());
        }
    }
}
