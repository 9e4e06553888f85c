package dev.assay.supabase.rest;

import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Types;
import java.util.ArrayList;
import java.util.List;

/**
 * A piece of SQL with its values. Names enter by {@link #name}, values by {@link #bind}: text of a request is never part
 * of a statement.
 */
final class Sql {
    private final StringBuilder text = new StringBuilder();
    private final List<Object> values = new ArrayList<>();

    /** An identifier in double quotes. */
    static String quoted(String name) {
        if (name.indexOf('\0') >= 0) {
            throw Refusal.unparsable("A name contains a zero byte, which PostgreSQL does not know", null);
        }
        return '"' + name.replace("\"", "\"\"") + '"';
    }

    /** Adds SQL of our own; never text of a request. */
    Sql add(String sql) {
        text.append(sql);
        return this;
    }

    Sql name(String name) {
        text.append(quoted(name));
        return this;
    }

    Sql add(Sql other) {
        text.append(other.text);
        values.addAll(other.values);
        return this;
    }

    /** A value without a type: PostgreSQL takes it for what its place asks for, as it does a literal. */
    Sql bind(String value) {
        text.append('?');
        values.add(new Untyped(value));
        return this;
    }

    /** A value of type text. */
    Sql bindText(String value) {
        text.append('?');
        values.add(value);
        return this;
    }

    Sql bindBytes(byte[] value) {
        text.append('?');
        values.add(value);
        return this;
    }

    boolean isEmpty() {
        return text.isEmpty();
    }

    String text() {
        return text.toString();
    }

    void fill(PreparedStatement statement) throws SQLException {
        int index = 1;
        for (Object value : values) {
            if (value instanceof Untyped untyped) {
                statement.setObject(index++, untyped.text(), Types.OTHER);
            } else if (value instanceof byte[] bytes) {
                statement.setBytes(index++, bytes);
            } else {
                statement.setString(index++, (String) value);
            }
        }
    }

    private record Untyped(String text) {}
}
