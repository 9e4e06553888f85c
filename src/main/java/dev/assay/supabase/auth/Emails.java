package dev.assay.supabase.auth;

import java.util.Locale;
import java.util.regex.Pattern;

/** E-mail addresses as GoTrue takes them. */
final class Emails {
    private static final Pattern ADDRESS = Pattern.compile(
            "[a-z0-9.!#$%&'*+/=?^_`{|}~-]+@[a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?:\\.[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)*");
    private static final int LONGEST = 255;

    private Emails() {}

    /**
     * The address in lower case.
     *
     * @throws AuthError for anything that is none
     */
    static String valid(String email) {
        if (email.length() > LONGEST) {
            throw AuthError.invalid("An email address is too long");
        }
        String lower = email.toLowerCase(Locale.ROOT);
        if (!ADDRESS.matcher(lower).matches()) {
            throw AuthError.invalid("Unable to validate email address: invalid format");
        }
        return lower;
    }
}
