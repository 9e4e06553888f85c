package dev.assay.supabase.storage;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** Buckets: made, shown, changed, emptied and deleted under the caller's role. */
final class Buckets {
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9_!.*'() &$=@;:+,?-]{1,100}");
    private static final Pattern MIME_TYPE =
            Pattern.compile("([a-zA-Z0-9\\-+.]+)/([a-zA-Z0-9\\-+.]+)(;\\s*charset=[a-zA-Z0-9\\-]+)?$|\\*$");
    private static final Pattern SIZE = Pattern.compile("(?i)([0-9]+(?:\\.[0-9]+)?)(gb|mb|kb|b)");
    /** What a date looks like in JavaScript's JSON. */
    static final String TIME = "to_char(%s at time zone 'utc', 'YYYY-MM-DD\"T\"HH24:MI:SS.MS\"Z\"')";

    private static final String SHOWN = """
            'id', id, 'name', name, 'owner', coalesce(owner::text, ''), 'public', public,
            'created_at', %s, 'updated_at', %s, 'file_size_limit', file_size_limit,
            'allowed_mime_types', allowed_mime_types
            """.formatted(TIME.formatted("created_at"), TIME.formatted("updated_at"));

    private final StorageDatabase database;
    private final ObjectFiles files;
    private final long sizeLimit;

    /**
     * @param sizeLimit most bytes of any object of the project
     */
    Buckets(StorageDatabase database, ObjectFiles files, long sizeLimit) {
        this.database = database;
        this.files = files;
        this.sizeLimit = sizeLimit;
    }

    /**
     * A bucket as an upload or a download needs it.
     *
     * @param sizeLimit most bytes of an object, the project's limit included
     */
    record Bucket(boolean isPublic, long sizeLimit, List<String> mimeTypes) {}

    static void checkName(String name) {
        if (!NAME.matcher(name).matches()) {
            throw StorageError.invalidBucketName();
        }
    }

    /** Looks without asking what the caller may see. */
    Optional<Bucket> find(Scope scope, String id) {
        Optional<ObjectNode> row = database.run(scope.service(), transaction -> transaction.one("""
                        select json_build_object('public', coalesce(public, false), 'limit', file_size_limit,
                            'types', coalesce(allowed_mime_types, '{}'))
                        from storage.buckets where id = ?
                        """, id));
        return row.map(bucket -> {
            List<String> types = new ArrayList<>();
            bucket.path("types").forEach(type -> types.add(type.asString("")));
            return new Bucket(
                    bucket.path("public").booleanValue(),
                    Math.min(sizeLimit, bucket.path("limit").asLong(Long.MAX_VALUE)),
                    types);
        });
    }

    ObjectNode create(Scope scope, JsonBody body) {
        String name = body.requiredText("name");
        String id = body.text("id").filter(text -> !text.isEmpty()).orElse(name);
        if (body.word("type", List.of("STANDARD", "ANALYTICS")).equals(Optional.of("ANALYTICS"))) {
            throw StorageError.notHere("An analytics bucket");
        }
        if (!name.equals(name.strip())) {
            throw StorageError.invalidBucketName();
        }
        checkName(name);
        Long limit = sizeLimit(body);
        String[] types = mimeTypes(body);
        String owner = scope.subject().orElse(null);
        try {
            database.run(
                    scope,
                    transaction -> transaction.execute(
                            """
                            insert into storage.buckets (id, name, owner, owner_id, public, file_size_limit,
                                allowed_mime_types)
                            values (?, ?, ?::uuid, ?, ?, ?, ?)
                            """,
                            id,
                            name,
                            scope.subject().filter(Scope::isUuid).orElse(null),
                            owner,
                            body.flag("public").orElse(false),
                            limit,
                            types));
        } catch (StorageError e) {
            throw e.code().equals("ResourceAlreadyExists") ? StorageError.bucketExists() : e;
        }
        return Transaction.JSON.createObjectNode().put("name", name);
    }

    private @Nullable Long sizeLimit(JsonBody body) {
        if (!body.has("file_size_limit") || body.isNull("file_size_limit")) {
            return null;
        }
        Matcher size = SIZE.matcher(body.text("file_size_limit").orElse(""));
        long bytes = size.matches()
                ? (long) (Double.parseDouble(size.group(1)) * unit(size.group(2)))
                : body.whole("file_size_limit", 0).orElseThrow();
        if (bytes > sizeLimit) {
            throw StorageError.tooLarge("object");
        }
        return bytes;
    }

    private static double unit(String name) {
        return switch (name.toUpperCase(Locale.ROOT)) {
            case "GB" -> 1e9;
            case "MB" -> 1e6;
            case "KB" -> 1e3;
            default -> 1;
        };
    }

    private static String @Nullable [] mimeTypes(JsonBody body) {
        if (!body.has("allowed_mime_types") || body.isNull("allowed_mime_types")) {
            return null;
        }
        List<String> types = body.texts("allowed_mime_types").stream()
                .filter(type -> !type.isEmpty())
                .toList();
        for (String type : types) {
            if (type.length() > 1000 || !MIME_TYPE.matcher(type).find()) {
                throw StorageError.invalidMimeType(type);
            }
        }
        return types.toArray(String[]::new);
    }

    ObjectNode get(Scope scope, String id) {
        return database.run(
                        scope,
                        transaction -> transaction.one(
                                "select json_build_object(" + SHOWN + ") from storage.buckets where id = ?", id))
                .orElseThrow(StorageError::noSuchBucket);
    }

    ArrayNode list(Scope scope, StorageRequest request) {
        String column = word(request, "sortColumn", List.of("id", "name", "created_at", "updated_at"), "");
        String direction = word(request, "sortOrder", List.of("asc", "desc"), "asc");
        String search = request.parameter("search").orElse("");
        String sql = "select json_build_object(" + SHOWN + ", 'type', type) from storage.buckets"
                + " where ? = '' or position(lower(?) in lower(name)) > 0"
                + (column.isEmpty() ? "" : " order by " + column + " " + direction) + " limit ? offset ?";
        ArrayNode buckets = Transaction.JSON.createArrayNode();
        database.run(
                        scope,
                        transaction -> transaction.all(
                                sql,
                                search,
                                search,
                                whole(request, "limit", 1).orElse(null),
                                whole(request, "offset", 0).orElse(0L)))
                .forEach(buckets::add);
        return buckets;
    }

    private static String word(StorageRequest request, String name, List<String> words, String otherwise) {
        String word = request.parameter(name).orElse(otherwise);
        if (!word.equals(otherwise) && !words.contains(word)) {
            throw StorageError.malformed("querystring/" + name + " must be equal to one of the allowed values");
        }
        return word;
    }

    private static Optional<Long> whole(StorageRequest request, String name, long least) {
        ObjectNode query = Transaction.JSON.createObjectNode();
        request.parameter(name).ifPresent(value -> query.put(name, value));
        return new JsonBody(query, "querystring").whole(name, least);
    }

    void update(Scope scope, String id, JsonBody body) {
        checkName(id);
        List<String> set = new ArrayList<>();
        List<@Nullable Object> values = new ArrayList<>();
        body.flag("public").ifPresent(value -> {
            set.add("public = ?");
            values.add(value);
        });
        if (body.has("file_size_limit")) {
            set.add("file_size_limit = ?");
            values.add(sizeLimit(body));
        }
        if (body.has("allowed_mime_types")) {
            set.add("allowed_mime_types = ?");
            values.add(mimeTypes(body));
        }
        if (set.isEmpty()) {
            throw StorageError.malformed("body must have required property 'public'");
        }
        values.add(id);
        int changed = database.run(
                scope,
                transaction -> transaction.execute(
                        "update storage.buckets set " + String.join(", ", set) + " where id = ?", values.toArray()));
        if (changed == 0) {
            throw StorageError.noSuchBucket();
        }
    }

    void delete(Scope scope, String id) {
        database.run(scope.service(), transaction -> {
            if (transaction
                    .one("select json_build_object('id', id) from storage.buckets where id = ? for update", id)
                    .isEmpty()) {
                throw StorageError.noSuchBucket();
            }
            if (transaction
                    .one("select json_build_object('id', id) from storage.objects where bucket_id = ? limit 1", id)
                    .isPresent()) {
                throw StorageError.bucketNotEmpty();
            }
            transaction.speakAs(scope);
            if (transaction.execute("delete from storage.buckets where id = ?", id) == 0) {
                throw StorageError.noSuchBucket();
            }
            return id;
        });
    }

    /** Deletes all objects of a bucket; for the service only. */
    void empty(Scope scope, String id) {
        if (!scope.role().equals("service_role")) {
            throw StorageError.accessDenied("Access denied: Invalid role").answeredBy(403);
        }
        get(scope, id);
        database.run(
                        scope,
                        transaction -> transaction.all(
                                "delete from storage.objects where bucket_id = ?"
                                        + " returning json_build_object('version', coalesce(version, ''))",
                                id))
                .forEach(row -> files.delete(row.path("version").stringValue()));
    }
}
