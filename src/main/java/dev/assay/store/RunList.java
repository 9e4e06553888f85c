package dev.assay.store;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.TreeSet;
import java.util.stream.Collectors;
import tools.jackson.databind.node.ObjectNode;

/** Reads from the log database which runs are stored. */
public final class RunList {
    /** The shortest beginning of an id that is shown: the day, and the time to the minute. */
    private static final int SHORTEST = 13;

    /** A run whose process died says that it is running for ever; its heartbeat tells, as in the summary view. */
    private static final String STATUS = "case when r.status = 'running'"
            + " and coalesce(r.heartbeat_at, r.started_at) < now() - interval '1 minute'"
            + " then 'interrupted' else r.status end";

    private static final String COLUMNS = "r.id, '' as short_id, r.experiment, r.title, r.variant, r.repetition,"
            + " r.source, r.target_kind, " + STATUS + " as status, r.outcome, r.cause, r.message, r.partial,"
            + " r.left_out, r.unisolated, r.planner_tool, r.planner_model, r.implementer_tool, r.implementer_model,"
            + " r.verifier_tool, r.verifier_model, r.skills_mode,"
            + " r.tokens_input + r.tokens_cache_read + r.tokens_cache_write + r.tokens_output as tokens, r.cost_usd,"
            + " r.cost_source, r.started_at, r.finished_at, r.duration_ms, r.folder";

    private final LogDatabase database;

    public RunList(LogDatabase database) {
        this.database = database;
    }

    /** What may be asked of a run: its outcome, or how far it is. */
    public enum Condition {
        PASSED("r.outcome = 'passed'"),
        FAILED("r.outcome = 'failed'"),
        ABORTED("r.outcome = 'aborted'"),
        RUNNING(STATUS + " = 'running'"),
        INTERRUPTED(STATUS + " = 'interrupted'");

        private final String sql;

        Condition(String sql) {
            this.sql = sql;
        }

        /** As it is written: {@code passed}. */
        public String id() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** What comes first. */
    public enum Order {
        NEWEST("r.started_at desc"),
        LONGEST("r.duration_ms desc nulls last, r.started_at desc"),
        DEAREST("r.cost_usd desc nulls last, r.started_at desc"),
        EXPERIMENT("r.experiment, r.variant, r.repetition, r.started_at desc");

        private final String sql;

        Order(String sql) {
            this.sql = sql;
        }

        /** As it is written: {@code newest}. */
        public String id() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /**
     * Which runs are asked for.
     *
     * @param experiments names or patterns with {@code *} and {@code ?}; empty for all
     * @param conditions one of which must hold; empty for all
     * @param source {@code real}, {@code recorded} or {@code demo}; empty for all
     * @param limit how many at most
     */
    public record Choice(
            List<String> experiments, List<Condition> conditions, Optional<String> source, Order order, int limit) {
        public Choice {
            experiments = List.copyOf(experiments);
            conditions = List.copyOf(conditions);
        }
    }

    /**
     * What was found.
     *
     * @param runs columns of {@code orchestrator_runs} by name; {@code short_id} is a beginning of the id that no other
     *     run has, {@code status} is {@code interrupted} where the run's process died
     * @param matching how many there are without the limit
     * @param stored how many runs are stored at all
     */
    public record Page(List<ObjectNode> runs, long matching, long stored) {
        public Page {
            runs = List.copyOf(runs);
        }
    }

    /** @throws SQLException where the database cannot be reached */
    public Page read(Choice choice) throws SQLException {
        List<String> wanted = new ArrayList<>();
        List<String> parameters = new ArrayList<>();
        if (!choice.experiments().isEmpty()) {
            wanted.add(choice.experiments().stream()
                    .map(name -> "r.experiment like ?")
                    .collect(Collectors.joining(" or ", "(", ")")));
            choice.experiments().forEach(name -> parameters.add(like(name)));
        }
        if (!choice.conditions().isEmpty()) {
            wanted.add(choice.conditions().stream()
                    .map(condition -> condition.sql)
                    .collect(Collectors.joining(" or ", "(", ")")));
        }
        choice.source().ifPresent(source -> {
            wanted.add("r.source = ?");
            parameters.add(source);
        });
        String where = wanted.isEmpty() ? "" : " where " + String.join(" and ", wanted);
        try (Connection connection = database.connection()) {
            TreeSet<String> ids = ids(connection);
            List<ObjectNode> runs = new ArrayList<>();
            long matching = 0;
            try (PreparedStatement statement = connection.prepareStatement("select to_jsonb(x) - 'all', x.all from"
                    + " (select " + COLUMNS + ", count(*) over () as all from orchestrator_runs r" + where
                    + " order by " + choice.order().sql + ", r.id desc limit " + choice.limit() + ") x")) {
                for (int i = 0; i < parameters.size(); i++) {
                    statement.setString(i + 1, parameters.get(i));
                }
                try (ResultSet rows = statement.executeQuery()) {
                    while (rows.next()) {
                        runs.add((ObjectNode) JsonbText.JSON.readTree(rows.getString(1)));
                        matching = rows.getLong(2);
                    }
                }
            }
            shorten(runs, ids);
            return new Page(runs, matching, ids.size());
        }
    }

    /** A pattern for SQL's {@code like}, whose own signs are escaped. */
    private static String like(String glob) {
        return glob.replaceAll("([\\\\%_])", "\\\\$1").replace('*', '%').replace('?', '_');
    }

    private static TreeSet<String> ids(Connection connection) throws SQLException {
        TreeSet<String> ids = new TreeSet<>();
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery("select id from orchestrator_runs")) {
            while (rows.next()) {
                ids.add(rows.getString(1));
            }
        }
        return ids;
    }

    /** As many characters of each as the one needs that needs most, so that they stand in a column. */
    private static void shorten(List<ObjectNode> runs, TreeSet<String> ids) {
        int length = SHORTEST;
        for (ObjectNode run : runs) {
            String id = run.path("id").asString();
            length = Math.max(length, 1 + Math.max(common(id, ids.lower(id)), common(id, ids.higher(id))));
        }
        for (ObjectNode run : runs) {
            String id = run.path("id").asString();
            run.put("short_id", id.substring(0, Math.min(length, id.length())));
        }
    }

    private static int common(String id, @org.jspecify.annotations.Nullable String other) {
        int length = 0;
        while (other != null
                && length < Math.min(id.length(), other.length())
                && id.charAt(length) == other.charAt(length)) {
            length++;
        }
        return length;
    }
}
