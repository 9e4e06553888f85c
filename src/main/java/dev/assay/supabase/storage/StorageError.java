package dev.assay.supabase.storage;

import java.sql.SQLException;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.JsonNodeFactory;

/**
 * A request that Storage refuses. Like the real service it answers HTTP 400 with the true status in {@code statusCode},
 * but for a few errors that keep their own.
 */
final class StorageError extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final int http;
    private final String status;
    private final String code;
    private final String error;

    private StorageError(int http, int status, String code, String error, String message, @Nullable Throwable cause) {
        super(message, cause, false, false);
        this.http = http;
        this.status = Integer.toString(status);
        this.code = code;
        this.error = error;
    }

    private static StorageError of(int status, String code, String error, String message) {
        return new StorageError(status == 500 ? 500 : 400, status, code, error, message, null);
    }

    /** The same with another HTTP status. */
    StorageError answeredBy(int status) {
        return new StorageError(status, Integer.parseInt(this.status), code, error, words(), getCause());
    }

    static StorageError noSuchBucket() {
        return of(404, "NoSuchBucket", "Bucket not found", "Bucket not found");
    }

    static StorageError noSuchKey() {
        return of(404, "NoSuchKey", "not_found", "Object not found");
    }

    /** The row is there and its file is not, as after rows were put in by hand. */
    static StorageError noSuchFile() {
        return of(404, "NoSuchKey", "Not found", "The resource was not found");
    }

    static StorageError bucketExists() {
        return of(409, "BucketAlreadyExists", "Duplicate", "The resource already exists");
    }

    static StorageError keyExists() {
        return of(409, "KeyAlreadyExists", "Duplicate", "The resource already exists");
    }

    static StorageError bucketNotEmpty() {
        return of(409, "ResourceNotEmpty", "ResourceNotEmpty", "The bucket you tried to delete is not empty");
    }

    static StorageError invalidBucketName() {
        return of(400, "InvalidBucketName", "Invalid Input", "Bucket name invalid");
    }

    static StorageError invalidKey(String key) {
        return of(400, "InvalidKey", "InvalidKey", "Invalid key: " + key);
    }

    static StorageError invalidMimeType(String type) {
        return of(415, "InvalidMimeType", "invalid_mime_type", "mime type " + type + " is not supported");
    }

    static StorageError tooLarge(String what) {
        return of(413, "EntityTooLarge", "Payload too large", "The " + what + " exceeded the maximum allowed size");
    }

    static StorageError accessDenied(String message) {
        return of(403, "AccessDenied", "Unauthorized", message);
    }

    static StorageError invalidSignature(String message) {
        return of(400, "InvalidSignature", "InvalidSignature", message);
    }

    static StorageError invalidJwt(String message) {
        return of(400, "InvalidJWT", "InvalidJWT", message);
    }

    static StorageError invalidParameter(String name) {
        return of(400, "InvalidParameter", "InvalidParameter", "Invalid Parameter " + name);
    }

    static StorageError invalidRequest(String message) {
        return of(400, "InvalidRequest", "InvalidRequest", message);
    }

    static StorageError noContent(String message) {
        return of(400, "InvalidRequest", "InvalidRequest", message);
    }

    /** A body or query that does not have the form of the route. */
    static StorageError malformed(String message) {
        return of(400, "InvalidRequest", "Error", message);
    }

    static StorageError invalidRange() {
        return of(416, "InvalidRange", "invalid_range", "invalid range provided")
                .answeredBy(416);
    }

    static StorageError noRoute(String method, String path) {
        return of(404, "InvalidRequest", "Not Found", "Route " + method + ":" + path + " not found")
                .answeredBy(404);
    }

    /** What the real service has and this one has not. */
    static StorageError notHere(String what) {
        return of(
                        501,
                        "NotSupported",
                        "NotSupported",
                        what + " is not part of the embedded Supabase; use a local or hosted target for it")
                .answeredBy(501);
    }

    /** The files' disk failed, most often because it is full. */
    static StorageError disk(Throwable cause) {
        return new StorageError(
                500,
                500,
                "InternalError",
                "InternalError",
                "The object could not be stored: " + cause.getMessage() + ". Free disk space and try again.",
                cause);
    }

    /** As the service names what PostgreSQL said. */
    static StorageError of(SQLException e) {
        String state = e.getSQLState() == null ? "" : e.getSQLState();
        String said = String.valueOf(e.getMessage());
        return switch (state) {
            case "42501" ->
                accessDenied(
                        said.contains("row-level security")
                                ? "new row violates row-level security policy"
                                : message(e));
            case "23505" -> of(409, "ResourceAlreadyExists", "Duplicate", "The resource already exists");
            case "23503" ->
                said.contains("is still referenced from table")
                        ? of(
                                409,
                                "ResourceReferenced",
                                "ResourceReferenced",
                                "The resource could not be updated or removed due to a foreign key constraint")
                        : of(404, "InvalidRequest", "InvalidRequest", "The related resource does not exist");
            case "55P03" -> of(423, "ResourceLocked", "ResourceLocked", "The resource is locked");
            case "57014", "08001", "08003", "08006" ->
                database(544, "DatabaseTimeout", "The connection to the database timed out", e)
                        .answeredBy(544);
            case "25006" ->
                database(
                        503,
                        "DatabaseReadOnly",
                        "The database is currently in read-only mode. Please try again later.",
                        e);
            case "42P17" ->
                database(503, "DatabaseInvalidObjectDefinition", "The database schema is invalid or incompatible.", e);
            case "22P02" -> of(400, "InvalidParameter", "InvalidParameter", message(e));
            case "42703", "42P01" ->
                database(
                        503,
                        "DatabaseSchemaMismatch",
                        "There is a database schema mismatch in a trigger or RLS policy: " + message(e),
                        e);
            default -> database(500, "DatabaseError", "database error, code: " + state, e);
        };
    }

    private static StorageError database(int status, String code, String message, SQLException e) {
        return new StorageError(status == 500 ? 500 : 400, status, code, code, message, e);
    }

    private static String message(SQLException e) {
        return e instanceof org.postgresql.util.PSQLException postgres && postgres.getServerErrorMessage() != null
                ? String.valueOf(postgres.getServerErrorMessage().getMessage())
                : String.valueOf(e.getMessage());
    }

    /** HTTP status of the answer. */
    int http() {
        return http;
    }

    String code() {
        return code;
    }

    private String words() {
        return String.valueOf(getMessage());
    }

    String json() {
        return JsonNodeFactory.instance
                .objectNode()
                .put("statusCode", status)
                .put("error", error)
                .put("message", words())
                .put("code", code)
                .toString();
    }
}
