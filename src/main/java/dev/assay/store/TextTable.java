package dev.assay.store;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import tools.jackson.databind.JsonNode;

/** A query's result as a table of text, in the manner of psql. */
final class TextTable {
    private static final String SEPARATOR = " | ";
    private static final int NARROWEST = 8;
    private static final String ELLIPSIS = "…";

    private final SqlQuery.Result result;

    TextTable(SqlQuery.Result result) {
        this.result = result;
    }

    String text(int width) {
        List<String> head = result.columns().stream().map(TextTable::inert).toList();
        List<List<String>> cells = new ArrayList<>();
        for (List<JsonNode> row : result.rows()) {
            cells.add(row.stream().map(TextTable::cell).toList());
        }
        int[] widths = widths(head, cells, width);
        boolean[] right = numbers();
        StringBuilder text = new StringBuilder();
        line(text, head, widths, new boolean[widths.length]);
        for (int i = 0; i < widths.length; i++) {
            text.append(i == 0 ? "" : "-+-").append("-".repeat(widths[i]));
        }
        text.append('\n');
        cells.forEach(row -> line(text, row, widths, right));
        int count = cells.size();
        return text.append('(')
                .append(count)
                .append(count == 1 ? " row" : " rows")
                .append(result.more() ? ", and more that are left out" : "")
                .append(")\n")
                .toString();
    }

    /** As wide as needed; where that is too wide, the widest give way first. */
    private static int[] widths(List<String> head, List<List<String>> cells, int width) {
        int[] widths = head.stream().mapToInt(TextTable::length).toArray();
        for (List<String> row : cells) {
            for (int i = 0; i < widths.length; i++) {
                widths[i] = Math.max(widths[i], length(row.get(i)));
            }
        }
        int room = width - SEPARATOR.length() * Math.max(0, widths.length - 1);
        while (Arrays.stream(widths).sum() > room) {
            int widest = 0;
            int next = 0;
            for (int i = 1; i < widths.length; i++) {
                widest = widths[i] > widths[widest] ? i : widest;
            }
            for (int i = 0; i < widths.length; i++) {
                next = i != widest && widths[i] > next ? widths[i] : next;
            }
            if (widths[widest] <= NARROWEST) {
                break; // so many columns that lines are longer than the terminal
            }
            int over = Arrays.stream(widths).sum() - room;
            int step = Math.max(1, Math.min(over, widths[widest] - next));
            widths[widest] = Math.max(NARROWEST, widths[widest] - step);
        }
        return widths;
    }

    private boolean[] numbers() {
        boolean[] right = new boolean[result.types().size()];
        for (int i = 0; i < right.length; i++) {
            right[i] = result.types().get(i).matches("int[248]|numeric|float[48]");
        }
        return right;
    }

    private static void line(StringBuilder text, List<String> cells, int[] widths, boolean[] right) {
        StringBuilder line = new StringBuilder();
        for (int i = 0; i < widths.length; i++) {
            String cell = cut(cells.get(i), widths[i]);
            String padding = " ".repeat(Math.max(0, widths[i] - length(cell)));
            line.append(i == 0 ? "" : SEPARATOR).append(right[i] ? padding + cell : cell + padding);
        }
        text.append(line.toString().stripTrailing()).append('\n');
    }

    private static String cut(String cell, int width) {
        return length(cell) <= width ? cell : cell.substring(0, cell.offsetByCodePoints(0, width - 1)) + ELLIPSIS;
    }

    private static int length(String text) {
        return text.codePointCount(0, text.length());
    }

    private static String cell(JsonNode value) {
        if (value.isNull()) {
            return "";
        }
        if (value.isNumber()) {
            return value.isBigDecimal() ? value.decimalValue().toPlainString() : value.asString();
        }
        return inert(value.isString() ? value.stringValue() : value.toString());
    }

    private static String inert(String text) {
        StringBuilder shown = new StringBuilder();
        text.codePoints().forEach(c -> {
            switch (c) {
                case '\n' -> shown.append("\\n");
                case '\r' -> shown.append("\\r");
                case '\t' -> shown.append("\\t");
                default -> {
                    int type = Character.getType(c);
                    boolean hidden = type == Character.CONTROL
                            || type == Character.FORMAT
                            || type == Character.SURROGATE
                            || type == Character.LINE_SEPARATOR
                            || type == Character.PARAGRAPH_SEPARATOR;
                    if (hidden) {
                        shown.append(String.format(Locale.ROOT, "\\u%04x", c));
                    } else {
                        shown.appendCodePoint(c);
                    }
                }
            }
        });
        return shown.toString();
    }
}
