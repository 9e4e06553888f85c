package dev.assay.supabase;

/**
 * Who a request speaks for, once its keys have been verified.
 *
 * @param role the database role that its token names; {@code anon} without one. Whether the project grants that role
 *     is the database's to say
 * @param claims the token's claims as a JSON object; {@code {"role":"anon"}} without a token
 * @param token the JWT that was verified; empty without one
 */
public record Caller(String role, String claims, String token) {

    public static final String ANON = "anon";

    /** A request without any key. */
    public static Caller anonymous() {
        return new Caller(ANON, "{\"role\":\"anon\"}", "");
    }

    public boolean isAnonymous() {
        return role.equals(ANON);
    }
}
