package dev.assay.supabase.storage;

import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/** Rows of {@code storage.objects}, and the files that go with them. */
final class StoredObjects {
    private static final Pattern KEY = Pattern.compile("[A-Za-z0-9_/!.*'() &$=@;:+,?-]+");

    private final StorageDatabase database;
    private final ObjectFiles files;

    StoredObjects(StorageDatabase database, ObjectFiles files) {
        this.database = database;
        this.files = files;
    }

    static void checkKey(String key) {
        if (!KEY.matcher(key).matches()) {
            throw StorageError.invalidKey(key);
        }
    }

    /**
     * What an upload writes into a row.
     *
     * @param userMetadata JSON; null for none
     */
    record Draft(
            String bucket,
            String name,
            Optional<String> owner,
            String metadata,
            @Nullable String userMetadata,
            String version) {
        private @Nullable Object[] values() {
            return new @Nullable Object[] {
                name,
                owner.filter(Scope::isUuid).orElse(null),
                owner.orElse(null),
                bucket,
                metadata,
                userMetadata,
                version
            };
        }
    }

    private static final String INSERT = """
            insert into storage.objects (name, owner, owner_id, bucket_id, metadata, user_metadata, version)
            values (?, ?::uuid, ?, ?, ?::jsonb, ?::jsonb, ?)
            """;

    /**
     * Asks PostgreSQL whether the scope may put an object there, by doing so and undoing it.
     *
     * @throws StorageError where a policy or a constraint says no
     */
    void probe(Scope scope, Draft draft, boolean upsert) {
        if (upsert) {
            database.probe(scope, transaction -> upsert(transaction, draft));
            return;
        }
        try {
            database.probe(scope, transaction -> transaction.execute(INSERT, draft.values()));
        } catch (StorageError e) {
            throw e.code().equals("ResourceAlreadyExists") ? StorageError.keyExists() : e;
        }
    }

    private static StoredObject upsert(Transaction transaction, Draft draft) throws SQLException {
        // as the service: an owner that is not known leaves the one there is
        String owner = draft.owner().isPresent() ? ", owner = excluded.owner, owner_id = excluded.owner_id" : "";
        return transaction
                .one(
                        INSERT + " on conflict (name, bucket_id) do update set metadata = excluded.metadata,"
                                + " user_metadata = excluded.user_metadata, version = excluded.version" + owner
                                + " returning " + StoredObject.COLUMNS,
                        draft.values())
                .map(StoredObject::new)
                .orElseThrow(() -> StorageError.accessDenied("Access denied"));
    }

    /**
     * Lets an object have new bytes, which are written already; the file that they replace goes.
     *
     * @param fresh whether a row that came meanwhile is an error
     */
    StoredObject put(Scope scope, Draft draft, boolean fresh) {
        record Put(StoredObject now, String before) {}
        Put put = database.run(scope.service(), transaction -> {
            transaction.lock(draft.bucket(), draft.name());
            Optional<StoredObject> before = find(transaction, draft.bucket(), draft.name(), " for update");
            if (fresh && before.isPresent()) {
                throw StorageError.keyExists();
            }
            return new Put(
                    upsert(transaction, draft),
                    before.map(StoredObject::version).orElse(""));
        });
        if (!put.before().equals(put.now().version())) {
            files.delete(put.before());
        }
        return put.now();
    }

    Optional<StoredObject> find(Scope scope, String bucket, String name) {
        return database.run(scope, transaction -> find(transaction, bucket, name, ""));
    }

    StoredObject get(Scope scope, String bucket, String name) {
        checkKey(name);
        return find(scope, bucket, name).orElseThrow(StorageError::noSuchKey);
    }

    static Optional<StoredObject> find(Transaction transaction, String bucket, String name, String lock)
            throws SQLException {
        return transaction
                .one(
                        "select " + StoredObject.COLUMNS + " from storage.objects where bucket_id = ? and name = ?"
                                + lock,
                        bucket,
                        name)
                .map(StoredObject::new);
    }

    /** Which of the names the scope sees. */
    List<String> seen(Scope scope, String bucket, List<String> names) {
        return database
                .run(
                        scope,
                        transaction -> transaction.all(
                                "select json_build_object('name', name) from storage.objects"
                                        + " where bucket_id = ? and name = any(?)",
                                bucket,
                                names.toArray(String[]::new)))
                .stream()
                .map(row -> row.path("name").stringValue())
                .toList();
    }

    void delete(Scope scope, String bucket, String name) {
        StoredObject deleted = database.run(scope.service(), transaction -> {
            StoredObject found = find(transaction, bucket, name, " for update").orElseThrow(StorageError::noSuchKey);
            transaction.speakAs(scope);
            // returning asks for the right to select as well, as on the service
            if (transaction
                    .one(
                            "delete from storage.objects where bucket_id = ? and name = ?"
                                    + " returning json_build_object('id', id)",
                            bucket,
                            name)
                    .isEmpty()) {
                throw StorageError.accessDenied("Access denied");
            }
            return found;
        });
        files.delete(deleted.version());
    }

    /** Deletes those of the objects that the scope may; the others are left out. */
    List<ObjectNode> deleteAll(Scope scope, String bucket, List<String> names) {
        List<ObjectNode> deleted = database.run(
                scope,
                transaction -> transaction.all(
                        "delete from storage.objects where bucket_id = ? and name = any(?) returning "
                                + StoredObject.COLUMNS,
                        bucket,
                        names.toArray(String[]::new)));
        deleted.forEach(row -> files.delete(row.path("version").stringValue()));
        return deleted;
    }
}
