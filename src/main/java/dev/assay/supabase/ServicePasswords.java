package dev.assay.supabase;

import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;

/** Passwords of the roles that Supabase's own services log in with: of one cluster, and never shown to an app. */
record ServicePasswords(String authenticator, String authAdmin, String storageAdmin, String replicationAdmin) {
    static ServicePasswords random() {
        SecureRandom random = new SecureRandom();
        return new ServicePasswords(password(random), password(random), password(random), password(random));
    }

    private static String password(SecureRandom random) {
        byte[] drawn = new byte[16];
        random.nextBytes(drawn);
        return HexFormat.of().formatHex(drawn);
    }

    Map<String, String> byRole() {
        Map<String, String> passwords = new LinkedHashMap<>();
        passwords.put("authenticator", authenticator);
        passwords.put("supabase_auth_admin", authAdmin);
        passwords.put("supabase_storage_admin", storageAdmin);
        passwords.put("supabase_replication_admin", replicationAdmin);
        return passwords;
    }
}
