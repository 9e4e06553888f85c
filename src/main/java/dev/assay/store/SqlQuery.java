package dev.assay.store;

import java.sql.Array;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.sql.Statement;
import java.sql.Types;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.postgresql.core.Parser;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** Reads the log database with one statement that a person wrote, and changes nothing. */
public final class SqlQuery {
    /** More rows than anybody reads; a query with more should count, or be narrowed. */
    public static final int MOST_ROWS = 100_000;

    private static final Duration TIMEOUT = Duration.ofMinutes(1);
    /** A read-only transaction still lets others through, such as COPY to a program. */
    private static final Set<String> READING = Set.of("select", "with", "values", "table", "show", "explain");

    private final LogDatabase database;

    public SqlQuery(LogDatabase database) {
        this.database = database;
    }

    /**
     * Runs one statement in a read-only transaction.
     *
     * @throws IllegalArgumentException where it is not exactly one statement that reads
     * @throws SQLException with the server's message where it refuses or takes longer than a minute, or is away
     */
    public Result run(String sql) throws SQLException {
        requireOneReading(sql);
        try (Connection connection = database.connection()) {
            connection.setReadOnly(true);
            connection.setAutoCommit(false);
            try (Statement statement = connection.createStatement()) {
                statement.execute("set local statement_timeout = " + TIMEOUT.toMillis());
                statement.setFetchSize(1000);
                statement.setMaxRows(MOST_ROWS + 1);
                try (ResultSet rows = statement.executeQuery(sql)) {
                    return read(rows);
                }
            } finally {
                connection.rollback();
            }
        }
    }

    private static void requireOneReading(String sql) throws SQLException {
        // the driver's own parser, for it is the driver that would send several statements one by one
        var statements = Parser.parseJdbcSql(sql, true, false, true, false, false);
        if (statements.size() != 1 || statements.get(0).nativeSql.isBlank()) {
            throw new IllegalArgumentException(
                    "One statement is asked for, and there are " + statements.size() + ". Leave out all but one.");
        }
        String first = firstWord(statements.get(0).nativeSql);
        if (!READING.contains(first)) {
            throw new IllegalArgumentException("Only statements that read are run here: they begin with "
                    + String.join(", ", READING.stream().sorted().toList()) + ", and this one with \"" + first + "\".");
        }
    }

    private static String firstWord(String sql) {
        // comments, spaces and opening parentheses may come first
        String rest = sql.replaceFirst("\\A(?:\\s|\\(|--[^\\n]*(?:\\n|\\z)|/\\*(?s:.*?)\\*/)*", "");
        return rest.split("\\W", 2)[0].toLowerCase(Locale.ROOT);
    }

    private static Result read(ResultSet rows) throws SQLException {
        ResultSetMetaData meta = rows.getMetaData();
        List<String> columns = new ArrayList<>();
        List<String> types = new ArrayList<>();
        for (int i = 1; i <= meta.getColumnCount(); i++) {
            columns.add(meta.getColumnLabel(i));
            types.add(meta.getColumnTypeName(i));
        }
        List<List<JsonNode>> all = new ArrayList<>();
        boolean more = false;
        while (rows.next()) {
            if (all.size() == MOST_ROWS) {
                more = true;
                break;
            }
            List<JsonNode> row = new ArrayList<>(columns.size());
            for (int i = 1; i <= columns.size(); i++) {
                row.add(value(rows, i, meta.getColumnType(i), meta.getColumnTypeName(i)));
            }
            all.add(row);
        }
        return new Result(columns, types, all, more);
    }

    private static JsonNode value(ResultSet rows, int column, int type, String typeName) throws SQLException {
        String text = rows.getString(column);
        JsonNodeFactory json = JsonNodeFactory.instance;
        if (text == null) {
            return json.nullNode();
        }
        return switch (type) {
            case Types.SMALLINT, Types.INTEGER, Types.BIGINT -> json.numberNode(rows.getLong(column));
            case Types.REAL, Types.FLOAT, Types.DOUBLE -> finite(rows.getDouble(column), text);
            case Types.NUMERIC ->
                "NaN".equals(text) || text.contains("Infinity")
                        ? json.stringNode(text)
                        : json.numberNode(rows.getBigDecimal(column));
            case Types.BIT, Types.BOOLEAN ->
                typeName.equals("bool") ? json.booleanNode(rows.getBoolean(column)) : json.stringNode(text);
            case Types.ARRAY -> array(rows.getArray(column));
            default ->
                typeName.equals("jsonb") || typeName.equals("json")
                        ? JsonbText.JSON.readTree(text)
                        : json.stringNode(text);
        };
    }

    private static JsonNode finite(double number, String text) {
        return Double.isFinite(number)
                ? JsonNodeFactory.instance.numberNode(number)
                : JsonNodeFactory.instance.stringNode(text);
    }

    private static JsonNode array(Array array) throws SQLException {
        return elements(array.getArray());
    }

    private static JsonNode elements(@Nullable Object value) {
        if (value instanceof Object[] values) {
            ArrayNode array = JsonNodeFactory.instance.arrayNode();
            for (Object element : values) {
                array.add(elements(element));
            }
            return array;
        }
        return JsonbText.JSON.valueToTree(
                value == null || value instanceof Number || value instanceof Boolean ? value : value.toString());
    }

    /**
     * What a query gave.
     *
     * @param columns their names, which may be the same
     * @param types PostgreSQL's names, such as {@code int8}
     * @param rows numbers, booleans, JSON and arrays as such, all else as the server writes it
     * @param more whether there were more than {@link #MOST_ROWS}, which are left out
     */
    public record Result(List<String> columns, List<String> types, List<List<JsonNode>> rows, boolean more) {

        /** An array of objects; a name that comes again gets a number: {@code count}, {@code count_2}. */
        public String toJson() {
            List<String> names = new ArrayList<>();
            for (String column : columns) {
                String name = column;
                for (int i = 2; names.contains(name); i++) {
                    name = column + "_" + i;
                }
                names.add(name);
            }
            ArrayNode array = JsonNodeFactory.instance.arrayNode();
            for (List<JsonNode> row : rows) {
                ObjectNode object = array.addObject();
                for (int i = 0; i < names.size(); i++) {
                    object.set(names.get(i), row.get(i));
                }
            }
            return JsonbText.JSON.writerWithDefaultPrettyPrinter().writeValueAsString(array);
        }

        /**
         * A table for a terminal. What does not fit is cut with an ellipsis; line ends and control characters are shown
         * escaped, so that no stored text can speak to the terminal.
         *
         * @param width of the terminal, in characters
         */
        public String toTable(int width) {
            return new TextTable(this).text(width);
        }
    }
}
