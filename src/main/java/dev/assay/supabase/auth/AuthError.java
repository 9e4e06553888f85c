package dev.assay.supabase.auth;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** A request that GoTrue refuses: status, error code and message are its own. */
final class AuthError extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final int status;
    private final String code;
    private final transient List<String> weaknesses;
    private final boolean kept;

    AuthError(int status, String code, String message) {
        this(status, code, message, List.of(), false, null);
    }

    private AuthError(
            int status, String code, String message, List<String> weaknesses, boolean kept, @Nullable Throwable cause) {
        super(message, cause, false, false);
        this.status = status;
        this.code = code;
        this.weaknesses = weaknesses;
        this.kept = kept;
    }

    /** A password that does not do. */
    static AuthError weakPassword(String message, List<String> weaknesses) {
        return new AuthError(422, "weak_password", message, List.copyOf(weaknesses), false, null);
    }

    /** The database refused, most often by a trigger or a constraint of the app. */
    static AuthError database(String message, Throwable cause) {
        return new AuthError(500, "unexpected_failure", message, List.of(), false, cause);
    }

    /** A refusal that does not undo what was written before it. */
    static AuthError kept(int status, String code, String message) {
        return new AuthError(status, code, message, List.of(), true, null);
    }

    static AuthError invalid(String message) {
        return new AuthError(400, "validation_failed", message);
    }

    /** Whether the transaction is to be committed all the same. */
    boolean isKept() {
        return kept;
    }

    int status() {
        return status;
    }

    String code() {
        return code;
    }

    String words() {
        return String.valueOf(getMessage());
    }

    /** Why a password is weak; empty for all other errors. */
    List<String> weaknesses() {
        return weaknesses;
    }
}
