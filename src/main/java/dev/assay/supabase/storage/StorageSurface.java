package dev.assay.supabase.storage;

import dev.assay.supabase.ApiKeys;
import dev.assay.supabase.Caller;
import dev.assay.supabase.Exchange;
import dev.assay.supabase.RequestRefused;
import dev.assay.supabase.Surface;
import java.io.IOException;
import java.io.InputStream;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import javax.sql.DataSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * {@code /storage/v1}: buckets, objects, signed URLs. Image transformation, resumable uploads (TUS), the S3 protocol and
 * the caches of a CDN are not here; they answer 501.
 */
public final class StorageSurface implements Surface {
    private static final Logger LOG = LoggerFactory.getLogger(StorageSurface.class);
    /** What is read and thrown away of a refused upload, so that its sender gets to read the answer. */
    private static final long DRAINED = 1L << 30;

    private static final int MOST_AT_ONCE = 1000;

    private final ApiKeys keys;
    private final Buckets buckets;
    private final StoredObjects objects;
    private final Uploads uploads;
    private final Downloads downloads;
    private final SignedUrls signedUrls;
    private final Transfers transfers;
    private final Listings listings;

    /**
     * @param connections as {@code supabase_storage_admin}
     * @param keys the project's
     * @param files keep the bytes
     * @param sizeLimit most bytes of an object
     * @param clock what signed URLs expire by
     */
    public StorageSurface(DataSource connections, ApiKeys keys, ObjectFiles files, long sizeLimit, Clock clock) {
        this.keys = keys;
        StorageDatabase database = new StorageDatabase(connections);
        this.buckets = new Buckets(database, files, sizeLimit);
        this.objects = new StoredObjects(database, files);
        this.uploads = new Uploads(buckets, objects, files, clock);
        this.downloads = new Downloads(files);
        this.signedUrls = new SignedUrls(keys.keys().jwtSecret(), clock);
        this.transfers = new Transfers(database, objects, uploads, files);
        this.listings = new Listings(database);
    }

    @Override
    public String prefix() {
        return "/storage/v1";
    }

    @Override
    public void handle(Exchange exchange) throws IOException {
        try {
            StorageRequest request = request(exchange);
            switch (request.path().get(0)) {
                case "bucket" -> bucket(request);
                case "object" -> object(request);
                case "status", "health" -> request.answer(200, Map.of(), new byte[0]);
                case "version" -> exchange.respondJson(200, "\"embedded\"");
                case "render" -> throw StorageError.notHere("Image transformation");
                case "upload" -> throw StorageError.notHere("Resumable upload (TUS)");
                case "s3" -> throw StorageError.notHere("The S3 protocol");
                case "cdn" -> throw StorageError.notHere("A CDN whose cache could be purged");
                case "iceberg", "vector" -> throw StorageError.notHere("Analytics and vector storage");
                default -> throw noRoute(exchange);
            }
        } catch (StorageError e) {
            refuse(exchange, e);
        }
    }

    private static void refuse(Exchange exchange, StorageError error) throws IOException {
        if (error.getCause() != null) {
            LOG.warn(
                    "{} {}: {}",
                    exchange.method(),
                    exchange.path(),
                    error.getCause().toString());
        }
        try {
            drain(exchange);
        } catch (IOException e) {
            LOG.debug("{} {}: the caller went away", exchange.method(), exchange.path(), e);
        }
        exchange.respondJson(error.http(), error.json());
    }

    private static void drain(Exchange exchange) throws IOException {
        InputStream rest = exchange.bodyStream();
        byte[] buffer = new byte[1 << 16];
        long read = 0;
        for (int n = rest.read(buffer); n >= 0 && read < DRAINED; n = rest.read(buffer)) {
            read += n;
        }
    }

    private static StorageError noRoute(Exchange exchange) {
        return StorageError.noRoute(exchange.method(), exchange.path());
    }

    /** Who asks; a token that does not hold is no caller, which most routes refuse. */
    private StorageRequest request(Exchange exchange) {
        boolean named = exchange.header("authorization").isPresent()
                || exchange.header("apikey").isPresent();
        Caller caller = Caller.anonymous();
        boolean authenticated = false;
        try {
            caller = keys.caller(exchange);
            authenticated = named;
        } catch (RequestRefused refused) {
            if (refused.json().contains("Invalid API key")) {
                throw refused; // the gateway's, before any service
            }
            String why = refused.json().contains("expired")
                    ? "\"exp\" claim timestamp check failed"
                    : refused.json().contains("No suitable key")
                            ? "signature verification failed"
                            : "Invalid Compact JWS";
            if (needsCaller(exchange)) {
                throw StorageError.accessDenied(why);
            }
        }
        if (!authenticated && needsCaller(exchange)) {
            throw StorageError.malformed("headers must have required property 'authorization'");
        }
        return StorageRequest.of(exchange, caller, authenticated);
    }

    /** Whether the route takes no request without a valid token. */
    private static boolean needsCaller(Exchange exchange) {
        String path = exchange.path();
        boolean reads = exchange.method().equals("GET") || exchange.method().equals("HEAD");
        if (path.startsWith("/bucket") || path.startsWith("/object/authenticated/")) {
            return true;
        }
        if (path.startsWith("/object/upload/sign/")) {
            return !exchange.method().equals("PUT");
        }
        return path.startsWith("/object") && !reads;
    }

    private void bucket(StorageRequest request) throws IOException {
        String id = request.path().size() > 1 ? request.path().get(1) : "";
        String shape = request.exchange().method()
                + (id.isEmpty() ? "" : " id")
                + (request.path().size() > 2 ? " " + request.rest(2) : "");
        switch (shape) {
            case "POST" -> request.answer(buckets.create(request.scope("storage.bucket.create"), request.body()));
            case "GET" -> request.answer(buckets.list(request.scope("storage.bucket.list"), request));
            case "GET id" -> request.answer(buckets.get(request.scope("storage.bucket.get"), id));
            case "PUT id" -> {
                buckets.update(request.scope("storage.bucket.update"), id, request.body());
                request.message("Successfully updated");
            }
            case "DELETE id" -> {
                buckets.delete(request.scope("storage.bucket.delete"), id);
                request.message("Successfully deleted");
            }
            case "POST id empty" -> {
                buckets.empty(request.scope("storage.bucket.empty"), id);
                request.message("Empty bucket has been queued. Completion may take up to an hour.");
            }
            default -> throw noRoute(request.exchange());
        }
    }

    private void object(StorageRequest request) throws IOException {
        List<String> path = request.path();
        if (path.size() < 2 || path.get(1).isEmpty()) {
            throw noRoute(request.exchange());
        }
        switch (request.exchange().method()) {
            case "POST" -> post(request);
            case "PUT" -> put(request);
            case "GET", "HEAD" -> read(request);
            case "DELETE" -> delete(request);
            default -> throw noRoute(request.exchange());
        }
    }

    private void post(StorageRequest request) throws IOException {
        List<String> path = request.path();
        String bucket = path.size() > 2 ? path.get(2) : "";
        switch (path.get(1) + (path.size() == 3 ? " bucket" : "")) {
            case "move" -> request.answer(transfers.move(request.scope("storage.object.move"), request.body()));
            case "copy" ->
                request.answer(transfers.copy(request.scope("storage.object.copy"), request, request.body()));
            case "list bucket" ->
                request.answer(listings.list(request.scope("storage.object.list"), bucket, request.body()));
            case "list-v2 bucket" ->
                request.answer(listings.listByCursor(request.scope("storage.object.list_v2"), bucket, request.body()));
            case "sign bucket" -> signAll(request, bucket);
            case "sign" -> sign(request, bucket, request.rest(3));
            default -> {
                if (path.get(1).equals("upload") && path.size() > 4 && bucket.equals("sign")) {
                    signUpload(request, path.get(3), request.rest(4));
                } else {
                    upload(request, "storage.object.upload", request.upserts());
                }
            }
        }
    }

    private void put(StorageRequest request) throws IOException {
        List<String> path = request.path();
        if (path.size() > 4 && path.get(1).equals("upload") && path.get(2).equals("sign")) {
            String bucket = path.get(3);
            String name = request.rest(4);
            SignedUrls.Grant grant = signedUrls.verifyUpload(request.parameter("token"), bucket, name);
            Scope service = request.scope("storage.object.upload_signed").service();
            uploads.take(request, new Uploads.Target(service, bucket, name, grant.owner(), grant.upsert()));
            request.answer(Transaction.JSON.createObjectNode().put("Key", bucket + "/" + name));
            return;
        }
        upload(request, "storage.object.upload_update", true);
    }

    private void upload(StorageRequest request, String operation, boolean upsert) throws IOException {
        if (request.path().size() < 3) {
            throw noRoute(request.exchange());
        }
        String bucket = request.path().get(1);
        String name = request.rest(2);
        Scope scope = request.scope(operation);
        StoredObject stored = uploads.take(request, new Uploads.Target(scope, bucket, name, scope.subject(), upsert));
        request.answer(
                Transaction.JSON.createObjectNode().put("Id", stored.id()).put("Key", bucket + "/" + name));
    }

    private void read(StorageRequest request) throws IOException {
        List<String> path = request.path();
        String kind = path.get(1);
        if (kind.equals("info") && path.size() > 3) {
            boolean named = path.get(2).equals("public") || path.get(2).equals("authenticated");
            int at = named && path.size() > 4 ? 3 : 2;
            String bucket = path.get(at);
            String name = request.rest(at + 1);
            downloads.info(
                    request,
                    at == 3 && path.get(2).equals("public")
                            ? shown(request, bucket, name, "storage.object.info_public")
                            : visible(request, bucket, name, "object.get_authenticated_info"));
            return;
        }
        boolean head = request.exchange().method().equals("HEAD");
        if (kind.equals("sign") && path.size() > 3) {
            signed(request, path.get(2), request.rest(3));
        } else if (kind.equals("public") && path.size() > 3) {
            String bucket = path.get(2);
            String name = request.rest(3);
            if (head) {
                downloads.head(request, shown(request, bucket, name, "storage.object.info_public"));
            } else {
                downloads.send(
                        request, () -> shown(request, bucket, name, "storage.object.get_public"), Optional.empty());
            }
        } else {
            int at = kind.equals("authenticated") && path.size() > 3 ? 2 : 1;
            if (path.size() < at + 2) {
                throw noRoute(request.exchange());
            }
            String bucket = path.get(at);
            String name = request.rest(at + 1);
            if (head) {
                downloads.head(request, visible(request, bucket, name, "object.head_authenticated_info"));
            } else {
                downloads.send(
                        request,
                        () -> visible(request, bucket, name, "storage.object.get_authenticated"),
                        Optional.empty());
            }
        }
    }

    /** An object that the caller may read: of a public bucket anybody, else who PostgreSQL lets. */
    private StoredObject visible(StorageRequest request, String bucket, String name, String operation) {
        Scope scope = request.scope(operation);
        Optional<Buckets.Bucket> found = buckets.find(scope, bucket);
        boolean isPublic = found.filter(Buckets.Bucket::isPublic).isPresent();
        if (found.isEmpty() || !isPublic && !request.authenticated()) {
            throw StorageError.noSuchBucket();
        }
        return objects.get(isPublic ? scope.service() : scope, bucket, name);
    }

    /** An object of a public bucket; of any other there is nothing. */
    private StoredObject shown(StorageRequest request, String bucket, String name, String operation) {
        Scope service = request.scope(operation).service();
        if (buckets.find(service, bucket).filter(Buckets.Bucket::isPublic).isEmpty()) {
            throw StorageError.noSuchBucket();
        }
        return objects.get(service, bucket, name);
    }

    private void signed(StorageRequest request, String bucket, String name) throws IOException {
        SignedUrls.Grant grant = signedUrls.verifyDownload(request.parameter("token"), bucket, name);
        Scope service = request.scope("storage.object.get_signed").service();
        downloads.send(request, () -> objects.get(service, bucket, name), Optional.of(grant.expires()));
    }

    private void sign(StorageRequest request, String bucket, String name) throws IOException {
        JsonBody body = request.body();
        long seconds = body.requiredWhole("expiresIn", 1);
        signedUrls.checkExpiry(seconds);
        Buckets.checkName(bucket);
        objects.get(request.scope("storage.object.sign"), bucket, name);
        // the URL of a transformed image is given as the service gives it; following it answers 501
        boolean transformed = body.object("transform")
                .filter(wanted -> !wanted.json().isEmpty())
                .isPresent();
        String url = signedUrls.download(bucket, name, seconds);
        request.answer(Transaction.JSON
                .createObjectNode()
                .put("signedURL", transformed ? url.replaceFirst("^/object", "/render/image") : url));
    }

    private void signAll(StorageRequest request, String bucket) throws IOException {
        JsonBody body = request.body();
        long seconds = body.requiredWhole("expiresIn", 1);
        List<String> names = body.requiredTexts("paths", MOST_AT_ONCE);
        signedUrls.checkExpiry(seconds);
        Buckets.checkName(bucket);
        List<String> seen = objects.seen(request.scope("storage.object.sign_many"), bucket, names);
        ArrayNode answer = Transaction.JSON.createArrayNode();
        for (String name : names) {
            ObjectNode one = answer.addObject();
            if (seen.contains(name)) {
                one.putNull("error").put("path", name).put("signedURL", signedUrls.download(bucket, name, seconds));
            } else {
                one.put("error", "Either the object does not exist or you do not have access to it")
                        .put("path", name)
                        .putNull("signedURL");
            }
        }
        request.answer(answer);
    }

    private void signUpload(StorageRequest request, String bucket, String name) throws IOException {
        Scope scope = request.scope("storage.object.sign_upload_url");
        Buckets.checkName(bucket);
        StoredObjects.checkKey(name);
        boolean upsert = request.upserts();
        ObjectNode declared = Transaction.JSON.createObjectNode();
        request.header("content-type").ifPresent(type -> declared.put("mimetype", type));
        request.header("content-length")
                .flatMap(Incoming::number)
                .ifPresent(length -> declared.put("contentLength", length));
        uploads.probe(
                new Uploads.Target(scope, bucket, name, scope.subject(), upsert), declared, Incoming.ofHeader(request));
        String token = signedUrls.uploadToken(bucket, name, scope.subject(), upsert);
        request.answer(Transaction.JSON
                .createObjectNode()
                .put("url", "/object/upload/sign/" + SignedUrls.path(bucket + "/" + name) + "?token=" + token)
                .put("token", token));
    }

    private void delete(StorageRequest request) throws IOException {
        String bucket = request.path().get(1);
        Buckets.checkName(bucket);
        if (request.path().size() > 2) {
            objects.delete(request.scope("storage.object.delete"), bucket, request.rest(2));
            request.message("Successfully deleted");
            return;
        }
        List<String> names = request.body().requiredTexts("prefixes", Integer.MAX_VALUE);
        ArrayNode answer = Transaction.JSON.createArrayNode();
        objects.deleteAll(request.scope("storage.object.delete_many"), bucket, names)
                .forEach(answer::add);
        request.answer(answer);
    }
}
