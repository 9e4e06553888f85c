package dev.assay.supabase.storage;

import java.time.DateTimeException;
import java.time.Instant;
import java.util.Optional;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * A row of {@code storage.objects}.
 *
 * @param row its columns as answers show them
 */
record StoredObject(ObjectNode row) {
    /** The select list that makes a row. */
    static final String COLUMNS = """
            json_build_object('name', name, 'bucket_id', bucket_id, 'owner', coalesce(owner::text, ''),
                'owner_id', coalesce(owner_id, ''), 'version', coalesce(version, ''), 'id', id, 'updated_at', %s,
                'created_at', %s, 'last_accessed_at', %s, 'metadata', metadata, 'user_metadata', user_metadata)
            """.formatted(
                    Buckets.TIME.formatted("updated_at"),
                    Buckets.TIME.formatted("created_at"),
                    Buckets.TIME.formatted("last_accessed_at"));

    String id() {
        return row.path("id").asString("");
    }

    String name() {
        return row.path("name").asString("");
    }

    String version() {
        return row.path("version").asString("");
    }

    ObjectNode metadata() {
        return row.path("metadata") instanceof ObjectNode object ? object : JsonNodeFactory.instance.objectNode();
    }

    /** A text of the file's metadata. */
    Optional<String> meta(String name) {
        return Optional.of(metadata().path(name).asString("")).filter(text -> !text.isEmpty());
    }

    Optional<Long> size() {
        return metadata().path("size").isIntegralNumber()
                ? Optional.of(metadata().path("size").longValue())
                : Optional.empty();
    }

    Optional<Instant> lastModified() {
        try {
            return meta("lastModified").map(Instant::parse);
        } catch (DateTimeException e) {
            return Optional.empty(); // a row put in by hand
        }
    }
}
