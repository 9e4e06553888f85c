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
    private final Sql sql = new Sql();
    private final @Nullable Sql plan;
    private final long exactUpTo;

    /**
     * @param source what writes or calls, named {@link WriteSql#SOURCE}; {@code null} for a read
     * @param rows the rows of the answer; {@code null} when only their number matters
     * @param body SQL that makes the body from {@code _t}
     * @param count rows to count as the total, or {@code null}
     * @param how of the {@code count} preference
     * @param location SQL of the location, or {@code null}
     */
    Statement(
            @Nullable Sql source,
            @Nullable Sql rows,
            String body,
            @Nullable Sql count,
            @Nullable String how,
            long estimateFrom,
            @Nullable Sql location) {
        String with = "with ";
        if (source != null) {
            sql.add(with).add(WriteSql.SOURCE + " as (").add(source).add(")");
            with = ", ";
        }
        if (rows != null) {
            sql.add(with).add("pgrst_rows as (").add(rows).add(")");
        }
        sql.add(" select ");
        boolean counted = count != null && how != null;
        this.plan = counted && !"exact".equals(how) ? count : null;
        this.exactUpTo = "estimated".equals(how) ? estimateFrom : -1;
        if (counted && "exact".equals(how)) {
            sql.add("(select count(*) from (").add(count).add(") pgrst_all)");
        } else if (counted && "estimated".equals(how)) {
            sql.add("(select count(*) from (").add(count).add(" limit " + (estimateFrom + 1) + ") pgrst_all)");
        } else {
            sql.add("null::bigint");
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
        if (plan == null || (total != null && total <= exactUpTo)) {
            return result;
        }
        long planned = Math.max(planned(connection, plan), total == null ? 0 : total);
        return new Result(
                planned,
                result.rows(),
                result.body(),
                result.headers(),
                result.status(),
                result.location(),
                result.inserted());
    }

    /** How many rows PostgreSQL's planner expects. */
    private static long planned(Connection connection, Sql query) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement("explain (format json) " + query.text())) {
            query.fill(statement);
            try (ResultSet rows = statement.executeQuery()) {
                rows.next();
                return new JsonMapper()
                        .readTree(new String(rows.getBytes(1), StandardCharsets.UTF_8))
                        .path(0)
                        .path("Plan")
                        .path("Plan Rows")
                        .longValue();
            }
        }
    }
}
