package dev.assay.supabase.project;

import java.util.regex.Pattern;

/**
 * One statement of a script.
 *
 * @param text from its first word to its last, without the semicolon and without comments around it
 * @param line of the first word in the script, from 1
 */
public record SqlStatement(String text, int line) {
    private static final int HEAD = 120;
    private static final Pattern OUTSIDE_TRANSACTION =
            Pattern.compile("(?is)^(create\\s+(unique\\s+)?index\\s+concurrently|drop\\s+index\\s+concurrently"
                    + "|reindex\\s+.*\\bconcurrently|alter\\s+table\\s+.*\\bdetach\\s+partition\\s+.*\\bconcurrently"
                    + "|vacuum|create\\s+database|drop\\s+database|alter\\s+system)\\b.*");

    /** The start of it, on one line. */
    public String head() {
        String flat = text.replaceAll("\\s+", " ");
        return flat.length() <= HEAD ? flat : flat.substring(0, HEAD) + "…";
    }

    /** Whether PostgreSQL refuses it within a transaction. */
    public boolean standsAlone() {
        return OUTSIDE_TRANSACTION.matcher(text).matches();
    }

    /** The line of the script that a server's error position points at; {@code position} counts characters from 1. */
    public int lineAt(int position) {
        int end = Math.max(0, Math.min(position - 1, text.length()));
        return line
                + (int) text.substring(0, end).chars().filter(c -> c == '\n').count();
    }
}
