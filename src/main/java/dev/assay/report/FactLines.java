package dev.assay.report;

import java.util.ArrayList;
import java.util.List;

/** Short facts one after the other, on as few lines as they fit. */
public final class FactLines {
    private static final String BETWEEN = " · ";

    private FactLines() {}

    /**
     * The lines.
     *
     * @param facts in order; empty ones are left out, and one that is longer than a line is cut
     * @param width the most characters of a line
     */
    public static List<String> of(List<String> facts, int width) {
        List<String> lines = new ArrayList<>();
        StringBuilder line = new StringBuilder();
        for (String fact : facts) {
            String shown = PlainText.line(fact, width);
            if (shown.isEmpty()) {
                continue;
            }
            if (line.length() > 0 && line.length() + BETWEEN.length() + shown.length() > width) {
                lines.add(line.toString());
                line.setLength(0);
            }
            line.append(line.length() == 0 ? "" : BETWEEN).append(shown);
        }
        if (line.length() > 0) {
            lines.add(line.toString());
        }
        return lines;
    }
}
