package dev.assay.supabase.realtime;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiPredicate;
import org.jspecify.annotations.Nullable;

/**
 * One changed row, as {@code test_decoding} writes it.
 *
 * @param row the new values by column, as PostgreSQL's text; null for NULL. Empty for a delete
 * @param unchanged columns of the new row whose large value was not touched, and is not told
 * @param old the values that the row was known by before: its replica identity, without NULLs. Empty where that did
 *     not change
 */
record Change(
        String schema,
        String table,
        Kind kind,
        Map<String, @Nullable String> row,
        List<String> unchanged,
        Map<String, @Nullable String> old) {

    enum Kind {
        INSERT,
        UPDATE,
        DELETE
    }

    /** All that one transaction changed, in its order. */
    record Batch(String transaction, String committedAt, List<Change> changes) {}

    /**
     * Reads a line.
     *
     * @param wanted tables, by schema and name, that are read at all
     * @return empty for what is no change of a row of those
     */
    static Optional<Change> read(String line, BiPredicate<String, String> wanted) {
        if (!line.startsWith("table ")) {
            return Optional.empty();
        }
        Reader reader = new Reader(line, "table ".length());
        String schema = reader.name();
        if (!reader.skip(".")) {
            return Optional.empty();
        }
        String table = reader.name();
        // TRUNCATE may name more than one table
        if (!reader.skip(": ") || !wanted.test(schema, table)) {
            return Optional.empty();
        }
        Kind kind = reader.skip("INSERT: ")
                ? Kind.INSERT
                : reader.skip("UPDATE: ") ? Kind.UPDATE : reader.skip("DELETE: ") ? Kind.DELETE : null;
        if (kind == null) {
            return Optional.empty();
        }
        Map<String, @Nullable String> first = new LinkedHashMap<>();
        Map<String, @Nullable String> old = new LinkedHashMap<>();
        List<String> unchanged = new ArrayList<>();
        if (reader.skip("old-key: ")) {
            reader.values(old, new ArrayList<>());
            reader.skip("new-tuple: ");
        }
        reader.values(first, unchanged);
        return Optional.of(
                kind == Kind.DELETE
                        ? new Change(schema, table, kind, Map.of(), List.of(), first)
                        : new Change(schema, table, kind, first, unchanged, old));
    }

    private static final class Reader {
        private final String line;
        private int at;

        Reader(String line, int at) {
            this.line = line;
            this.at = at;
        }

        boolean skip(String text) {
            boolean there = line.startsWith(text, at);
            at += there ? text.length() : 0;
            return there;
        }

        /** An identifier, in quotes where it has to be. */
        String name() {
            if (at < line.length() && line.charAt(at) == '"') {
                return quoted('"');
            }
            int start = at;
            while (at < line.length() && ".: [,".indexOf(line.charAt(at)) < 0) {
                at++;
            }
            return line.substring(start, at);
        }

        /** What stands in quotes from here on; a doubled one stands for itself. */
        private String quoted(char quote) {
            StringBuilder text = new StringBuilder();
            at++;
            while (at < line.length()) {
                char c = line.charAt(at++);
                if (c != quote) {
                    text.append(c);
                } else if (at < line.length() && line.charAt(at) == quote) {
                    text.append(quote);
                    at++;
                } else {
                    break;
                }
            }
            return text.toString();
        }

        void values(Map<String, @Nullable String> into, List<String> unchanged) {
            while (at < line.length() && line.charAt(at) != '(' && !line.startsWith("new-tuple: ", at)) {
                String column = name();
                type();
                if (at < line.length() && line.charAt(at) == '\'') {
                    into.put(column, quoted('\''));
                } else if (at + 1 < line.length() && line.charAt(at) == 'B' && line.charAt(at + 1) == '\'') {
                    at++;
                    into.put(column, quoted('\''));
                } else {
                    String bare = bare();
                    if (bare.equals("unchanged-toast-datum")) {
                        unchanged.add(column);
                    } else {
                        into.put(column, bare.equals("null") ? null : bare);
                    }
                }
                skip(" ");
            }
        }

        /** Goes behind {@code [type]:}; a type's name may be quoted and hold anything, and arrays end in brackets. */
        private void type() {
            at++;
            while (at < line.length() && !line.startsWith("]:", at)) {
                if (line.charAt(at) == '"') {
                    quoted('"');
                } else {
                    at++;
                }
            }
            at += 2;
        }

        private String bare() {
            int start = at;
            while (at < line.length() && line.charAt(at) != ' ') {
                at++;
            }
            return line.substring(start, at);
        }
    }
}
