package dev.assay.supabase.storage;

import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Who a transaction speaks for, and what a policy may ask about the request.
 *
 * @param role the database role
 * @param claims the token's claims as JSON
 * @param token the JWT
 * @param subject the user's id; empty for keys
 * @param operation as {@code storage.operation()} names it
 */
record Scope(
        String role,
        String claims,
        String token,
        Optional<String> subject,
        String method,
        String path,
        String headers,
        String operation) {
    private static final Pattern UUID = Pattern.compile("(?i)[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}");

    /** The service itself, which row level security does not hold. */
    Scope service() {
        return new Scope(
                "service_role", "{\"role\":\"service_role\"}", "", Optional.empty(), method, path, headers, operation);
    }

    static boolean isUuid(String text) {
        return UUID.matcher(text).matches();
    }
}
