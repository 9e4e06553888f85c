package dev.assay.supabase.realtime;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Types;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * Tells channels of the database changes that they subscribed to and may see, and hands on the messages that the
 * database itself broadcasts.
 */
final class ChangeFeed implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(ChangeFeed.class);
    private static final long READY_MILLIS = 5_000;
    private static final long VISIBLE_NANOS = TimeUnit.SECONDS.toNanos(10);
    private static final String SUBSCRIBED = "Subscribed to PostgreSQL";

    private static final String PUBLISHED =
            "select schemaname, tablename from pg_catalog.pg_publication_tables where pubname = 'supabase_realtime'"
                    + " and ? in ('*', schemaname) and ? in ('*', tablename)";

    private final RealtimeDatabase database;
    private final Limits limits;
    private final Consumer<Change> messages;
    private final String replicationUrl;
    private volatile ReplicationLog log;
    private volatile boolean paused;
    private volatile boolean following;
    private final Map<Channel, List<Subscription>> active = new ConcurrentHashMap<>();
    /** Channels that could not be served for want of the database, with what they want. */
    private final Map<Channel, List<JsonNode>> waiting = new ConcurrentHashMap<>();

    /**
     * @param replicationUrl of the project's database, as a role that may replicate
     * @param messages takes each row that was put into {@code realtime.messages}
     */
    ChangeFeed(RealtimeDatabase database, String replicationUrl, Limits limits, Consumer<Change> messages) {
        this.database = database;
        this.limits = limits;
        this.messages = messages;
        this.replicationUrl = replicationUrl;
        this.log = new ReplicationLog(replicationUrl, this::wanted, this::deliver, this::restored);
    }

    /** Lets go of the database, which cannot be dropped while somebody follows it. */
    void pause() {
        paused = true;
        log.close();
    }

    /** Follows the database that took the place of the one before, where that was followed. */
    void resume() {
        log = new ReplicationLog(replicationUrl, this::wanted, this::deliver, this::restored);
        paused = false;
        if (following && follow()) {
            restored();
        }
    }

    private static boolean isMessages(String schema, String table) {
        return schema.equals("realtime") && table.startsWith("messages");
    }

    private boolean wanted(String schema, String table) {
        return isMessages(schema, table)
                || active.values().stream().flatMap(List::stream).anyMatch(wish -> wish.covers(schema, table));
    }

    /** Follows the database from now on; messages that it broadcasts are told from then. */
    boolean follow() {
        following = true;
        try {
            return !paused && log.follow(READY_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    /** Subscribes a channel, and tells it how that went. */
    void subscribe(Channel channel, List<JsonNode> wishes) {
        if (wishes.isEmpty()) {
            return;
        }
        waiting.remove(channel);
        List<Subscription> subscriptions = new ArrayList<>();
        String problem;
        try {
            for (JsonNode wish : wishes) {
                subscriptions.add(Subscription.of(wish));
            }
            if (!follow()) {
                waiting.put(channel, wishes);
                problem = "Realtime was unable to connect to the project database";
            } else {
                problem = problem(subscriptions);
            }
        } catch (ChangeFilter.Malformed e) {
            problem = String.valueOf(e.getMessage());
        } catch (SQLException e) {
            waiting.put(channel, wishes);
            problem = "Realtime was unable to connect to the project database: " + e.getMessage();
        }
        if (problem != null) {
            active.remove(channel);
            channel.system("postgres_changes", "error", problem);
            return;
        }
        active.put(channel, List.copyOf(subscriptions));
        if (channel.isClosed()) {
            forget(channel); // it left meanwhile
        }
        channel.system("postgres_changes", "ok", SUBSCRIBED);
    }

    void forget(Channel channel) {
        active.remove(channel);
        waiting.remove(channel);
    }

    private void restored() {
        active.keySet().forEach(channel -> channel.system("postgres_changes", "ok", SUBSCRIBED));
        // each waits for this thread's log, which runs already
        Map.copyOf(waiting).forEach(this::subscribe);
    }

    /** Why these cannot be had; null when they can. */
    private @Nullable String problem(List<Subscription> subscriptions) throws SQLException {
        return database.undone(connection -> {
            asService(connection);
            for (Subscription subscription : subscriptions) {
                String start = "Unable to subscribe to changes with given parameters. ";
                List<String[]> tables = published(connection, subscription);
                if (tables.isEmpty()) {
                    return start + "Please check Realtime is enabled for the given connect parameters: "
                            + subscription.described();
                }
                String broken = broken(connection, subscription, tables);
                if (broken != null) {
                    return start + "An exception happened so please check your connect parameters: "
                            + subscription.described() + ". Exception: " + broken;
                }
            }
            return null;
        });
    }

    private static List<String[]> published(Connection connection, Subscription subscription) throws SQLException {
        List<String[]> tables = new ArrayList<>();
        try (PreparedStatement statement = connection.prepareStatement(PUBLISHED)) {
            statement.setString(1, subscription.schema());
            statement.setString(2, subscription.table());
            try (ResultSet rows = statement.executeQuery()) {
                while (rows.next()) {
                    String schema = rows.getString(1);
                    String table = rows.getString(2);
                    if (subscription.covers(schema, table)) {
                        tables.add(new String[] {schema, table});
                    }
                }
            }
        }
        return tables;
    }

    /** What is wrong with the subscription's filters and columns. */
    private static @Nullable String broken(Connection connection, Subscription subscription, List<String[]> tables)
            throws SQLException {
        for (String[] table : tables) {
            Optional<TableShape> shape = TableShape.read(connection, table[0], table[1], Set.of());
            for (String column : subscription.columns()) {
                if (shape.flatMap(known -> known.column(column)).isEmpty()) {
                    return "ERROR P0001 (raise_exception) invalid column for select " + column;
                }
            }
            for (ChangeFilter filter : subscription.filters()) {
                Optional<TableShape.Column> column = shape.flatMap(known -> known.column(filter.column()));
                if (column.isEmpty()) {
                    return "ERROR P0001 (raise_exception) invalid column for filter " + filter.column();
                }
                List<@Nullable String> parameters = new ArrayList<>();
                String sql = "select " + filter.sql(column.get().sqlType(), null, parameters);
                try (PreparedStatement statement = connection.prepareStatement(sql)) {
                    for (int i = 0; i < parameters.size(); i++) {
                        statement.setObject(i + 1, parameters.get(i), Types.OTHER);
                    }
                    statement.execute();
                } catch (SQLException e) {
                    if (e.getSQLState() == null || e.getSQLState().startsWith("08")) {
                        throw e;
                    }
                    return "ERROR " + e.getSQLState() + " " + e.getMessage();
                }
            }
        }
        return null;
    }

    /** Goes on as the role of the API that may name all types of an app. */
    private static void asService(Connection connection) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement("set local role service_role")) {
            statement.execute();
        }
    }

    private record Wish(Channel channel, Tokens.Holder holder, Subscription subscription) {}

    private record Looked(RowView view, List<Wish> wishes) {}

    private void deliver(Change.Batch batch) {
        for (Change change : batch.changes()) {
            if (isMessages(change.schema(), change.table())) {
                messages.accept(change);
            }
        }
        try {
            look(batch);
        } catch (SQLException e) {
            LOG.warn("Realtime could not read the changes of transaction {}: {}", batch.transaction(), e.getMessage());
        }
    }

    private void look(Change.Batch batch) throws SQLException {
        Set<String> roles = new HashSet<>();
        List<List<Wish>> wishes = new ArrayList<>();
        boolean any = false;
        for (Change change : batch.changes()) {
            List<Wish> ofChange = isMessages(change.schema(), change.table()) ? List.of() : wishes(change);
            wishes.add(ofChange);
            any |= !ofChange.isEmpty();
            ofChange.forEach(wish -> roles.add(wish.holder().role()));
        }
        if (!any) {
            return;
        }
        int told = database.undone(connection -> {
            awaitVisible(connection, batch.transaction());
            Map<List<String>, Optional<TableShape>> shapes = new HashMap<>();
            int looked = 0;
            for (int i = 0; i < wishes.size(); i++) {
                if (wishes.get(i).isEmpty()) {
                    continue;
                }
                Change change = batch.changes().get(i);
                List<String> table = List.of(change.schema(), change.table());
                if (!shapes.containsKey(table)) {
                    shapes.put(table, TableShape.read(connection, change.schema(), change.table(), roles));
                }
                TableShape shape = shapes.get(table).orElse(null);
                boolean nameless = change.row().isEmpty() && change.old().isEmpty();
                if (shape == null || nameless || !shape.published().contains(change.kind())) {
                    continue;
                }
                Set<ChangeFilter> filters = new HashSet<>();
                wishes.get(i).forEach(wish -> filters.addAll(wish.subscription().filters()));
                RowView view = RowView.of(connection, change, shape, filters, limits.recordBytes());
                tell(new Looked(view, wishes.get(i)), batch.committedAt());
                looked++;
            }
            return looked;
        });
        LOG.debug("{} of {} changes of transaction {} were of interest", told, wishes.size(), batch.transaction());
    }

    private List<Wish> wishes(Change change) {
        List<Wish> wishes = new ArrayList<>();
        active.forEach((channel, subscriptions) -> {
            Tokens.Holder holder = channel.holder();
            for (Subscription subscription : subscriptions) {
                if (subscription.covers(change.schema(), change.table()) && subscription.covers(change.kind())) {
                    wishes.add(new Wish(channel, holder, subscription));
                }
            }
        });
        return wishes;
    }

    /**
     * The log tells of a commit when it is written, which is a moment before others see it; a policy that is asked in
     * between would not find the row. Goes on as {@link #asService} does.
     */
    private static void awaitVisible(Connection connection, String transaction) throws SQLException {
        long end = System.nanoTime() + VISIBLE_NANOS;
        try (PreparedStatement statement = connection.prepareStatement(
                "select pg_catalog.pg_visible_in_snapshot(?::xid8, pg_catalog.pg_current_snapshot()),"
                        + " set_config('role', 'service_role', true)")) {
            statement.setString(1, transaction);
            while (System.nanoTime() - end < 0) {
                try (ResultSet row = statement.executeQuery()) {
                    row.next();
                    if (row.getBoolean(1)) {
                        return;
                    }
                }
            }
        }
        throw new SQLException("transaction " + transaction + " does not become visible");
    }

    private void tell(Looked looked, String committedAt) {
        RowView view = looked.view();
        Map<Tokens.Holder, Boolean> visible = new HashMap<>();
        Map<Channel, Map<Set<String>, List<Subscription>>> told = new LinkedHashMap<>();
        Map<Channel, Tokens.Holder> holders = new HashMap<>();
        for (Wish wish : looked.wishes()) {
            boolean sees = view.meets(wish.subscription())
                    && (!view.guarded()
                            || visible.computeIfAbsent(wish.holder(), who -> view.visibleTo(database, who)));
            if (sees) {
                holders.put(wish.channel(), wish.holder());
                told.computeIfAbsent(wish.channel(), channel -> new LinkedHashMap<>())
                        .computeIfAbsent(wish.subscription().columns(), columns -> new ArrayList<>())
                        .add(wish.subscription());
            }
        }
        told.forEach((channel, byColumns) -> byColumns.forEach((columns, subscriptions) -> {
            ObjectNode payload = JsonNodeFactory.instance.objectNode();
            ArrayNode ids = payload.putArray("ids");
            subscriptions.stream().map(Subscription::id).distinct().forEach(ids::add);
            Tokens.Holder holder = holders.get(channel);
            payload.set("data", view.payload(holder == null ? "" : holder.role(), committedAt, columns));
            channel.push("postgres_changes", payload);
        }));
    }

    @Override
    public void close() {
        log.close();
    }
}
