package dev.assay.supabase.storage;

import java.util.UUID;
import tools.jackson.databind.node.ObjectNode;

/** Moves and copies objects, within a bucket or to another one. */
final class Transfers {
    private final StorageDatabase database;
    private final StoredObjects objects;
    private final Uploads uploads;
    private final ObjectFiles files;

    Transfers(StorageDatabase database, StoredObjects objects, Uploads uploads, ObjectFiles files) {
        this.database = database;
        this.objects = objects;
        this.uploads = uploads;
        this.files = files;
    }

    private record Ends(String bucket, String source, String targetBucket, String target) {
        static Ends of(JsonBody body) {
            String bucket = body.requiredText("bucketId");
            String source = body.requiredText("sourceKey");
            String target = body.requiredText("destinationKey");
            Buckets.checkName(bucket);
            StoredObjects.checkKey(target);
            String other = body.text("destinationBucket").orElse("");
            return new Ends(bucket, source, other.isEmpty() ? bucket : other, target);
        }
    }

    /** Asks for the right to select and update the row; its file stays where it is. */
    ObjectNode move(Scope scope, JsonBody body) {
        Ends ends = Ends.of(body);
        String owner = scope.subject().orElse(null);
        String uuid = scope.subject().filter(Scope::isUuid).orElse(null);
        String set = "update storage.objects set name = ?, bucket_id = ?, owner = coalesce(?::uuid, owner),"
                + " owner_id = coalesce(?, owner_id)";
        StoredObject moved = database.run(scope.service(), transaction -> {
            transaction.lock(ends.targetBucket(), ends.target());
            transaction.speakAs(scope);
            if (StoredObjects.find(transaction, ends.bucket(), ends.source(), "")
                    .isEmpty()) {
                throw StorageError.noSuchKey();
            }
            return transaction
                    .one(
                            set + " where bucket_id = ? and name = ? returning " + StoredObject.COLUMNS,
                            ends.target(),
                            ends.targetBucket(),
                            uuid,
                            owner,
                            ends.bucket(),
                            ends.source())
                    .map(StoredObject::new)
                    .orElseThrow(StorageError::noSuchKey);
        });
        return Transaction.JSON
                .createObjectNode()
                .put("message", "Successfully moved")
                .put("Id", moved.id())
                .put("Key", moved.name());
    }

    ObjectNode copy(Scope scope, StorageRequest request, JsonBody body) {
        Ends ends = Ends.of(body);
        StoredObject source = objects.find(scope, ends.bucket(), ends.source()).orElseThrow(StorageError::noSuchKey);
        ObjectNode metadata = source.metadata().deepCopy();
        String own = source.row().path("user_metadata").isObject()
                ? source.row().path("user_metadata").toString()
                : null;
        if (!body.flag("copyMetadata").orElse(true)) {
            body.object("metadata").ifPresent(fresh -> {
                fresh.text("cacheControl").ifPresent(value -> metadata.put("cacheControl", value));
                fresh.text("mimetype").ifPresent(value -> metadata.put("mimetype", value));
            });
            own = Incoming.ofHeader(request);
        }
        boolean upsert = request.upserts();
        uploads.probe(
                new Uploads.Target(scope, ends.targetBucket(), ends.target(), scope.subject(), upsert), metadata, own);
        String version = UUID.randomUUID().toString();
        boolean kept = false;
        try {
            if (!files.copy(source.version(), version)) {
                throw StorageError.noSuchFile();
            }
            metadata.put("lastModified", uploads.now());
            StoredObject copy = objects.put(
                    scope,
                    new StoredObjects.Draft(
                            ends.targetBucket(), ends.target(), scope.subject(), metadata.toString(), own, version),
                    !upsert);
            kept = true;
            ObjectNode answer = Transaction.JSON
                    .createObjectNode()
                    .put("Id", copy.id())
                    .put("Key", ends.targetBucket() + "/" + ends.target());
            answer.setAll(copy.row());
            return answer;
        } finally {
            if (!kept) {
                files.delete(version);
            }
        }
    }
}
