package dev.assay.postgres;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** PostgreSQL cannot be had here. The message says what failed, why, and what to do. */
public final class PostgresUnavailable extends RuntimeException {
    private static final long serialVersionUID = 1L;
    private static final int TAIL_LINES = 15;

    public PostgresUnavailable(String message) {
        super(message);
    }

    public PostgresUnavailable(String message, @Nullable Throwable cause) {
        super(message, cause);
    }

    /** The last lines of a server's log, indented; says so where there is none. */
    static String tail(Path log) {
        try {
            List<String> lines = new String(Files.readAllBytes(log), StandardCharsets.UTF_8)
                    .lines()
                    .toList();
            if (lines.isEmpty()) {
                return "    (its log " + log + " is empty)";
            }
            return "    " + String.join("\n    ", lines.subList(Math.max(0, lines.size() - TAIL_LINES), lines.size()));
        } catch (IOException e) {
            return "    (its log " + log + " cannot be read: " + e.getMessage() + ")";
        }
    }
}
