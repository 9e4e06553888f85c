package dev.assay.supabase.storage;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** Lists objects by prefix, one level or all, through the functions of schema {@code storage}. */
final class Listings {
    private static final List<String> ORDERS = List.of("asc", "desc");
    private static final long MOST = 1000;
    private static final Pattern CURSOR_LINE = Pattern.compile("([loca]):(.*)");
    private static final String TIMES = "'updated_at', " + Buckets.TIME.formatted("updated_at") + ", 'created_at', "
            + Buckets.TIME.formatted("created_at") + ", 'last_accessed_at', "
            + Buckets.TIME.formatted("last_accessed_at") + ", 'metadata', metadata";

    /** One page of {@link #listByCursor}: folders stand where their first object does. */
    private static final String PAGE = """
            with asked as (select ?::text as prefix, ?::boolean as delimited, ?::text as after, ?::text as time),
            found as (
                select o.*, case when delimited then storage.get_common_prefix(o.name, prefix, '/') end as folder
                from storage.objects o, asked
                where o.bucket_id = ? and starts_with(o.name, prefix)
            ),
            entries as (
                select rtrim(folder, '/') as name, null::uuid as id, null::timestamptz as updated_at,
                    null::timestamptz as created_at, null::timestamptz as last_accessed_at, null::jsonb as metadata,
                    folder collate "C" as place
                from found where folder is not null group by folder
                union all
                select name, id, updated_at, created_at, last_accessed_at, metadata, name collate "C"
                from found where folder is null
            ),
            placed as (
                select e.*, split_part(e.name, '/', array_length(string_to_array(prefix || ' ', '/'), 1)) as key,
                    coalesce(date_trunc('milliseconds', $time$), 'epoch') as at
                from entries e, asked
            ),
            start as (
                select case when exists (select from found where folder = after || '/') then after || '/' else after end
                    collate "C" as place, coalesce(nullif(time, '')::timestamptz, 'epoch') as at, after = '' as first
                from asked
            )
            select json_build_object($columns$) from placed p, start s
            where s.first or (p.at, p.place) $than$ (s.at, s.place)
            order by p.at $order$, p.place $order$
            limit ?
            """;

    private final StorageDatabase database;

    Listings(StorageDatabase database) {
        this.database = database;
    }

    /** One level, by offset. */
    ArrayNode list(Scope scope, String bucket, JsonBody body) {
        Buckets.checkName(bucket);
        String prefix = body.requiredText("prefix");
        Optional<JsonBody> sort = body.object("sortBy");
        String column = sort.flatMap(
                        by -> by.word("column", List.of("name", "updated_at", "created_at", "last_accessed_at")))
                .orElse("name");
        String order = sort.flatMap(by -> by.word("order", ORDERS)).orElse("asc");
        String folder = prefix.isEmpty() || prefix.endsWith("/") ? prefix : prefix + "/";
        String search = body.text("search").orElse("");
        long limit = body.whole("limit", 1).orElse(100L);
        long offset = body.whole("offset", 0).orElse(0L);
        ArrayNode answer = Transaction.JSON.createArrayNode();
        database.run(
                        scope,
                        transaction -> transaction.all(
                                "select json_build_object('name', name, 'id', id, " + TIMES
                                        + ") from storage.search(?, ?, ?, ?, ?, ?, ?, ?)",
                                folder,
                                bucket,
                                (int) Math.min(limit, Integer.MAX_VALUE),
                                (folder + search).split("/", -1).length,
                                (int) Math.min(offset, Integer.MAX_VALUE),
                                search,
                                column,
                                order))
                .forEach(answer::add);
        return answer;
    }

    /** Where a page ended: what follows is asked for with it. */
    private record Cursor(String after, String order, String column, String columnAfter) {
        static Cursor of(String text) {
            Cursor cursor = new Cursor("", "", "", "");
            String lines;
            try {
                lines = new String(Base64.getDecoder().decode(text), StandardCharsets.UTF_8);
            } catch (IllegalArgumentException e) {
                throw StorageError.invalidParameter("continuation token");
            }
            for (String line : lines.split("\n", -1)) {
                Matcher part = CURSOR_LINE.matcher(line);
                if (!part.matches()) {
                    throw StorageError.invalidParameter("continuation token");
                }
                cursor = cursor.with(part.group(1), part.group(2));
            }
            return cursor;
        }

        private Cursor with(String key, String value) {
            return switch (key) {
                case "l" -> new Cursor(value, order, column, columnAfter);
                case "o" -> new Cursor(after, value, column, columnAfter);
                case "c" -> new Cursor(after, order, value, columnAfter);
                default -> new Cursor(after, order, column, value);
            };
        }

        /** A column that the service sorts by; the cursor is the caller's, so any other counts for the name. */
        boolean byTime() {
            return column.equals("created_at") || column.equals("updated_at");
        }

        boolean descends() {
            return order.equals("desc");
        }

        String text() {
            StringBuilder lines = new StringBuilder("l:" + after + "\no:" + order);
            if (!column.isEmpty()) {
                lines.append("\nc:").append(column);
            }
            if (!columnAfter.isEmpty()) {
                lines.append("\na:").append(columnAfter);
            }
            return Base64.getEncoder().encodeToString(lines.toString().getBytes(StandardCharsets.UTF_8));
        }
    }

    /** All levels, or one with a delimiter, by cursor. */
    ObjectNode listByCursor(Scope scope, String bucket, JsonBody body) {
        Buckets.checkName(bucket);
        Optional<JsonBody> sort = body.object("sortBy");
        Cursor asked = body.text("cursor")
                .filter(text -> !text.isEmpty())
                .map(Cursor::of)
                .orElseGet(() -> new Cursor(
                        "",
                        sort.flatMap(by -> by.word("order", ORDERS)).orElse("asc"),
                        sort.flatMap(by -> by.word("column", List.of("name", "updated_at", "created_at")))
                                .orElse(""),
                        ""));
        long limit = Math.min(body.whole("limit", 1).orElse(MOST), MOST);
        boolean delimited = body.flag("with_delimiter").orElse(false);
        String page = PAGE.replace("$columns$", "'key', key, 'name', name, 'id', id, " + TIMES)
                .replace("$time$", asked.byTime() ? asked.column() : "null::timestamptz")
                .replace("$than$", asked.descends() ? "<" : ">")
                .replace("$order$", asked.descends() ? "desc" : "asc");
        List<ObjectNode> rows = database.run(
                scope,
                transaction -> transaction.all(
                        page,
                        body.text("prefix").orElse(""),
                        delimited,
                        asked.after(),
                        asked.byTime() ? asked.columnAfter() : "",
                        bucket,
                        limit + 1));
        boolean more = rows.size() > limit;
        ObjectNode answer = Transaction.JSON.createObjectNode().put("hasNext", more);
        ArrayNode folders = answer.putArray("folders");
        ArrayNode objects = answer.putArray("objects");
        for (ObjectNode row : rows.subList(0, (int) Math.min(limit, rows.size()))) {
            if (row.path("id").isNull()) {
                folders.add(row.deepCopy().put("name", row.path("name").asString("") + "/"));
            } else {
                objects.add(delimited ? row : row.deepCopy().without("key"));
            }
        }
        if (more) {
            ObjectNode last = rows.get((int) limit - 1);
            String name = last.path("name").asString("");
            String time = asked.byTime() ? last.path(asked.column()).asString("") : "";
            answer.put("nextCursor", new Cursor(name, asked.order(), asked.column(), time).text());
            answer.put("nextCursorKey", name);
        }
        return answer;
    }
}
