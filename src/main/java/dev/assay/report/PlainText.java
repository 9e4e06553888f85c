package dev.assay.report;

import java.util.List;

/**
 * Text of others made inert: what an agent or an app printed can neither move the cursor, colour the terminal, reorder
 * what is read, nor give commands to a CI runner that reads the output.
 */
public final class PlainText {
    private PlainText() {}

    /** One line: line ends and tabs become spaces, control characters their pictures (ESC becomes ␛). */
    public static String line(String text) {
        return clean(text.replace("\r\n", " ").replace('\n', ' ').replace('\r', ' '));
    }

    /** As {@link #line}, cut to a number of characters with an ellipsis. */
    public static String line(String text, int most) {
        // a text of many megabytes is not cleaned as a whole only to show its beginning
        String line = line(text.length() > most * 4 ? text.substring(0, most * 4) : text)
                .strip();
        return line.codePointCount(0, line.length()) <= most
                ? line
                : line.substring(0, line.offsetByCodePoints(0, most - 1)).stripTrailing() + "…";
    }

    /** The lines of a text, each made inert; blank ones at its end are left out. */
    public static List<String> lines(String text) {
        return text.stripTrailing()
                .lines()
                .map(PlainText::clean)
                .map(String::stripTrailing)
                .toList();
    }

    /** Several lines as one text. */
    public static String block(String text) {
        return String.join("\n", lines(text));
    }

    private static String clean(String text) {
        StringBuilder clean = new StringBuilder(text.length());
        text.codePoints().forEach(c -> {
            if (c == '\t') {
                clean.append("  ");
            } else if (c < 0x20) {
                clean.append((char) (0x2400 + c));
            } else if (c == 0x7f) {
                clean.append('\u2421');
            } else if (isHarmful(c)) {
                clean.append('\ufffd');
            } else {
                clean.appendCodePoint(c);
            }
        });
        // GitHub's runner takes these for commands, wherever they stand in a line
        return clean.toString().replace("##[", "## [").replaceAll("^\\s*::(?=\\w)", ": :");
    }

    /** C1 controls, characters that turn the direction of reading, line separators, and halves of pairs. */
    private static boolean isHarmful(int c) {
        return (c >= 0x80 && c < 0xa0)
                || (c >= 0x202a && c <= 0x202e)
                || (c >= 0x2066 && c <= 0x2069)
                || c == 0x200e
                || c == 0x200f
                || c == 0x061c
                || c == 0x2028
                || c == 0x2029
                || c == 0xfeff
                || (c >= 0xd800 && c <= 0xdfff);
    }
}
