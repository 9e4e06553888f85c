package dev.assay.supabase.storage;

import java.io.IOException;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/**
 * Takes files in: the right is asked for first, then the bytes are written, then the row names them. Whatever fails
 * leaves the object as it was.
 */
final class Uploads {
    private final Buckets buckets;
    private final StoredObjects objects;
    private final ObjectFiles files;
    private final Clock clock;

    Uploads(Buckets buckets, StoredObjects objects, ObjectFiles files, Clock clock) {
        this.buckets = buckets;
        this.objects = objects;
        this.files = files;
        this.clock = clock;
    }

    /**
     * Where an upload goes, and for whom.
     *
     * @param scope whose right is asked for
     */
    record Target(Scope scope, String bucket, String name, Optional<String> owner, boolean upsert) {}

    StoredObject take(StorageRequest request, Target target) throws IOException {
        Buckets.checkName(target.bucket());
        Buckets.Bucket bucket = buckets.find(target.scope(), target.bucket()).orElseThrow(StorageError::noSuchBucket);
        long limit = Incoming.limit(bucket, target.name());
        Incoming incoming = Incoming.of(request, bucket, target.name());
        boolean form = request.header("content-type")
                .filter(type -> type.startsWith("multipart/form-data"))
                .isPresent();
        if (!form && incoming.declaredLength().orElse(0L) > limit) {
            throw StorageError.tooLarge("object");
        }
        StoredObjects.checkKey(target.name());
        ObjectNode declared = Transaction.JSON.createObjectNode().put("mimetype", incoming.mimeType());
        incoming.declaredLength().ifPresent(length -> declared.put("contentLength", length));
        probe(target, declared, incoming.userMetadata());

        String version = UUID.randomUUID().toString();
        boolean kept = false;
        try {
            ObjectFiles.Written written = written(version, incoming, limit);
            StoredObject stored = objects.put(
                    target.scope(),
                    new StoredObjects.Draft(
                            target.bucket(),
                            target.name(),
                            target.owner(),
                            metadata(incoming, written).toString(),
                            incoming.userMetadata() == null ? "{}" : incoming.userMetadata(),
                            version),
                    !target.upsert());
            kept = true;
            return stored;
        } finally {
            if (!kept) {
                files.delete(version);
            }
        }
    }

    private ObjectFiles.Written written(String version, Incoming incoming, long limit) {
        try {
            return files.write(version, incoming.content(), limit);
        } catch (IOException e) {
            throw StorageError.noContent("Request stream closed before upload could complete");
        }
    }

    /** Asks whether such an upload would be taken. */
    void probe(Target target, ObjectNode declared, @Nullable String userMetadata) {
        objects.probe(
                target.scope(),
                new StoredObjects.Draft(
                        target.bucket(), target.name(), target.owner(), declared.toString(), userMetadata, "1"),
                target.upsert());
    }

    private ObjectNode metadata(Incoming incoming, ObjectFiles.Written written) {
        ObjectNode metadata = metadata(written, incoming.mimeType(), incoming.cacheControl(), clock.instant());
        incoming.robots().ifPresent(robots -> metadata.put("xRobotsTag", robots));
        return metadata;
    }

    /** What is kept of a file beside its bytes; names as the service's. */
    static ObjectNode metadata(ObjectFiles.Written written, String type, String cacheControl, Instant modified) {
        return Transaction.JSON
                .createObjectNode()
                .put("eTag", written.etag())
                .put("size", written.size())
                .put("mimetype", type)
                .put("cacheControl", cacheControl)
                .put("lastModified", date(modified))
                .put("contentLength", written.size())
                .put("httpStatusCode", 200);
    }

    String now() {
        return date(clock.instant());
    }

    /** In milliseconds, always with three digits of them. */
    private static String date(Instant instant) {
        String text = instant.truncatedTo(ChronoUnit.MILLIS).toString();
        return text.length() == 20 ? text.substring(0, 19) + ".000Z" : text;
    }
}
