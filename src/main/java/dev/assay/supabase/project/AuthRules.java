package dev.assay.supabase.project;

import java.time.Duration;
import java.util.Map;
import java.util.Set;

/**
 * The finer settings of section {@code [auth]}.
 *
 * @param mail how mailed codes are made and asked for
 * @param sessions how long a session may last
 * @param hooks functions of the database that auth calls, by the name of their section under {@code [auth.hook]}
 * @param manualLinking whether users may link and unlink identities
 * @param providers sign-in providers that the file turns on; the embedded Supabase has none of them
 * @param signingKeys the JSON of the file that {@code signing_keys_path} names: an array of private JWKs, the first one
 *     signs; empty for the shared secret
 * @param mfa second factors by an authenticator app
 */
public record AuthRules(
        Mail mail,
        Sessions sessions,
        Map<String, Hook> hooks,
        boolean manualLinking,
        Set<String> providers,
        String signingKeys,
        Mfa mfa) {

    /**
     * @param maxEnrolled most factors of a user
     * @param enroll whether a user may get one; as on the hosted service, unless the file says no
     * @param verify whether a code is taken
     */
    public record Mfa(int maxEnrolled, boolean enroll, boolean verify) {}

    /**
     * @param doubleConfirm whether the old address too must confirm a new one
     * @param securePasswordChange whether a session older than a day needs a mailed code to change the password
     * @param maxFrequency how long one user waits between two mails of a kind; none where the file does not say
     * @param codeLength digits of a code, 6 to 10
     */
    public record Mail(boolean doubleConfirm, boolean securePasswordChange, Duration maxFrequency, int codeLength) {}

    /**
     * @param timebox the most that a session lasts; zero for no end
     * @param inactivity how long a session lasts without a refresh; zero for no end
     */
    public record Sessions(Duration timebox, Duration inactivity) {}

    /**
     * A function that is called with one JSON object and answers one.
     *
     * @param uri as written: {@code pg-functions://postgres/SCHEMA/FUNCTION}
     */
    public record Hook(String uri) {}
}
