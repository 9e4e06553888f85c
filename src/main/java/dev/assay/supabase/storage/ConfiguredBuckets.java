package dev.assay.supabase.storage;

import dev.assay.supabase.project.ProjectConfig;
import java.io.IOException;
import java.io.InputStream;
import java.net.URLConnection;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Stream;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/** The buckets that {@code [storage.buckets]} of {@code config.toml} names, and the files that they start with. */
public final class ConfiguredBuckets {
    private static final String UPSERT = """
            insert into storage.buckets (id, name, public, file_size_limit, allowed_mime_types) values (?, ?, ?, ?, ?)
            on conflict (id) do update set public = excluded.public,
                file_size_limit = excluded.file_size_limit, allowed_mime_types = excluded.allowed_mime_types
            """;

    private final StorageDatabase database;
    private final StoredObjects objects;
    private final ObjectFiles files;
    private final Path supabase;
    private final Clock clock;

    /**
     * @param connections as {@code supabase_storage_admin}
     * @param supabase the folder of {@code config.toml}
     */
    public ConfiguredBuckets(DataSource connections, ObjectFiles files, Path supabase, Clock clock) {
        this.database = new StorageDatabase(connections);
        this.files = files;
        this.objects = new StoredObjects(database, files);
        this.supabase = supabase;
        this.clock = clock;
    }

    /**
     * Makes or changes them, as {@code supabase seed buckets}.
     *
     * @return why not, in words for a user; empty where all are there
     */
    public Optional<String> make(Map<String, ProjectConfig.Bucket> buckets) {
        for (Map.Entry<String, ProjectConfig.Bucket> entry : buckets.entrySet()) {
            String name = entry.getKey();
            try {
                make(name, entry.getValue());
            } catch (StorageError e) {
                return Optional.of("The bucket " + name + " of storage.buckets could not be made: " + e.getMessage());
            } catch (IOException e) {
                return Optional.of("The files of storage.buckets." + name + ".objects_path could not be read: " + e
                        + "; correct the path, which starts at supabase/");
            }
        }
        return Optional.empty();
    }

    private void make(String name, ProjectConfig.Bucket bucket) throws IOException {
        Buckets.checkName(name);
        List<String> types = bucket.mimeTypes();
        String @Nullable [] allowed = types.isEmpty() ? null : types.toArray(String[]::new);
        int changed = database.run(
                service(),
                transaction -> transaction.execute(
                        UPSERT,
                        name,
                        name,
                        bucket.isPublic(),
                        bucket.fileSizeLimit().orElse(null),
                        allowed));
        if (changed != 1) {
            throw new IllegalStateException("the bucket " + name + " was neither made nor changed");
        }
        if (bucket.objectsPath().isEmpty()) {
            return;
        }
        Path root = supabase.resolve(bucket.objectsPath().get()).normalize();
        try (Stream<Path> tree = Files.walk(root)) {
            for (Path file : (Iterable<Path>) tree.filter(Files::isRegularFile).sorted()::iterator) {
                store(name, root.relativize(file).toString(), file);
            }
        }
    }

    private static Scope service() {
        return new Scope("service_role", "{}", "", Optional.empty(), "", "", "{}", "storage.bucket.create").service();
    }

    private void store(String bucket, String name, Path file) throws IOException {
        StoredObjects.checkKey(name);
        String type = URLConnection.guessContentTypeFromName(name);
        String version = UUID.randomUUID().toString();
        try (InputStream in = Files.newInputStream(file)) {
            ObjectFiles.Written written = files.write(version, in, Long.MAX_VALUE);
            ObjectNode metadata = Uploads.metadata(
                    written,
                    type == null ? "application/octet-stream" : type,
                    "max-age=3600",
                    clock.instant().truncatedTo(ChronoUnit.MILLIS));
            StoredObject stored = objects.put(
                    service(),
                    new StoredObjects.Draft(bucket, name, Optional.empty(), metadata.toString(), "{}", version),
                    false);
            if (!stored.version().equals(version)) {
                throw new IllegalStateException("the object " + name + " was not stored");
            }
        }
    }
}
