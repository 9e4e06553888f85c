package dev.assay.supabase.rest;

import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;

/**
 * The one statement of a request: rows in a common table expression, and around it what makes the body, counts, and
 * reads what functions left in {@code response.headers} and {@code response.status}.
 */
final class Statement {
    private static final JsonMapper MAPPER = new JsonMapper();

    /**
     * How the rows are to be counted without limit and offset.
     *
     * @param rows to count as the total
     * @param how of the {@code count} preference, or {@code null} for not at all
     * @param exactUpTo an estimate is made from here on; {@code null} to count exactly
     */
    record Counting(
            Sql rows, @Nullable String how, @Nullable Long exactUpTo) {
        boolean isPlanned() {
            return "planned".equals(how) || isEstimated();
        }

        boolean isEstimated() {
            return "estimated".equals(how) && exactUpTo != null;
        }
    }

    private final Sql sql = new Sql();
    private final @Nullable Counting counting;

    /**
     * @param source what writes or calls, named {@link WriteSql#SOURCE}; {@code null} for a read
     * @param rows the rows of the answer; {@code null} when only their number matters
     * @param body SQL that makes the body from {@code _t}
     * @param counting {@code null} when only the rows of the answer count
     * @param location SQL of the location, or {@code null}
     */
    Statement(
            @Nullable Sql source,
            @Nullable Sql rows,
            String body,
            @Nullable Counting counting,
            @Nullable Sql location) {
        this.counting = counting;
        String with = "with ";
        if (source != null) {
            sql.add(with).add(WriteSql.SOURCE + " as (").add(source).add(")");
            with = ", ";
        }
        if (rows != null) {
            sql.add(with).add("pgrst_rows as (").add(rows).add(")");
        }
        sql.add(" select ");
        String how = counting == null ? null : counting.how();
        if (counting == null || how == null || how.equals("planned")) {
            sql.add("null::bigint");
        } else {
            sql.add("(select count(*) from (").add(counting.rows());
            sql.add(counting.isEstimated() ? " limit " + (counting.exactUpTo() + 1) : "")
                    .add(") pgrst_all)");
        }
        sql.add(", count(_t), ").add(body);
        sql.add(", nullif(current_setting('response.headers', true), '')");
        sql.add(", nullif(current_setting('response.status', true), ''), ");
        if (location == null) {
            sql.add("null::text[]");
        } else {
            sql.add(location);
        }
        sql.add(", nullif(current_setting('pgrst.inserted', true), '')");
        sql.add(
                rows == null
                        ? " from (select 1 from " + WriteSql.SOURCE + ") _t"
                        : " from (select * from pgrst_rows) _t");
    }

    Result run(Connection connection) throws SQLException {
        Result result;
        try (PreparedStatement statement = connection.prepareStatement(sql.text())) {
            sql.fill(statement);
            try (ResultSet rows = statement.executeQuery()) {
                rows.next();
                byte[] body = rows.getBytes(3);
                java.sql.Array location = rows.getArray(6);
                String inserted = rows.getString(7);
                result = new Result(
                        rows.getObject(1, Long.class),
                        rows.getLong(2),
                        body == null ? new byte[0] : body,
                        rows.getString(4),
                        rows.getString(5),
                        location == null ? List.of() : Arrays.asList((String[]) location.getArray()),
                        inserted == null ? null : Integer.valueOf(inserted));
            }
        }
        Long total = result.total();
        Counting count = counting;
        if (count == null || !count.isPlanned() || isExact(count, total)) {
            return result;
        }
        long planned = Math.max(planned(connection, count.rows()), total == null ? 0 : total);
        return new Result(
                planned,
                result.rows(),
                result.body(),
                result.headers(),
                result.status(),
                result.location(),
                result.inserted());
    }

    private static boolean isExact(Counting count, @Nullable Long total) {
        Long exactUpTo = count.exactUpTo();
        return total != null && exactUpTo != null && total <= exactUpTo;
    }

    /** PostgreSQL's plan of the statement instead of its result. */
    byte[] explained(Connection connection, MediaType.Plan plan) throws SQLException {
        StringBuilder lines = new StringBuilder();
        try (PreparedStatement statement = connection.prepareStatement(plan.explain() + sql.text())) {
            sql.fill(statement);
            try (ResultSet rows = statement.executeQuery()) {
                while (rows.next()) {
                    lines.append(new String(rows.getBytes(1), StandardCharsets.UTF_8))
                            .append('\n');
                }
            }
        }
        return lines.toString().getBytes(StandardCharsets.UTF_8);
    }

    /** How many rows PostgreSQL's planner expects. */
    private static long planned(Connection connection, Sql query) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement("explain (format json) " + query.text())) {
            query.fill(statement);
            try (ResultSet rows = statement.executeQuery()) {
                rows.next();
                return MAPPER.readTree(new String(rows.getBytes(1), StandardCharsets.UTF_8))
                        .path(0)
                        .path("Plan")
                        .path("Plan Rows")
                        .longValue();
            }
        }
    }
}
