package dev.assay.engine.execution;

/**
 * Texts that come from agents, as they may be shown: no control or formatting character (ANSI colours, cursor moves,
 * right-to-left overrides) reaches a terminal, a report or an IDE.
 */
public final class Texts {
    private static final int LONGEST_NAME = 160;

    private Texts() {}

    /** One line of at most 160 characters. */
    public static String name(String text, String otherwise) {
        String line = replaced(text, false).strip();
        if (line.isEmpty()) {
            return otherwise;
        }
        return line.length() <= LONGEST_NAME ? line : line.substring(0, LONGEST_NAME - 1) + "…";
    }

    /** Any number of lines. */
    public static String message(String text) {
        return replaced(text, true);
    }

    private static String replaced(String text, boolean keepLines) {
        StringBuilder result = new StringBuilder(text.length());
        text.codePoints().forEach(c -> {
            if (c == '\n' || c == '\t' || c == '\r') {
                if (keepLines && c != '\r') {
                    result.append((char) c);
                } else if (!keepLines) {
                    result.append(' ');
                }
            } else if (Character.isISOControl(c) || Character.getType(c) == Character.FORMAT) {
                result.append('\uFFFD');
            } else {
                result.appendCodePoint(c);
            }
        });
        return result.toString();
    }
}
