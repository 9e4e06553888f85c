package dev.assay.analysis;

import dev.assay.analysis.Page.Section;
import dev.assay.analysis.Page.Table;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;

/**
 * A page as lines of text. Whatever agents wrote in it is made inert: control characters are spelled out.
 */
public final class PageText {
    private static final String GAP = "  ";
    private static final int NARROWEST_WORDS = 12;
    private static final String BOLD = "\u001b[1m";
    private static final String DIM = "\u001b[2m";
    private static final String PLAIN = "\u001b[0m";

    private final boolean colour;
    private final int width;

    /**
     * @param colour whether titles stand out by colours
     * @param width the most characters of a line of a table; its widest columns give way
     */
    public PageText(boolean colour, int width) {
        this.colour = colour;
        this.width = width;
    }

    public String text(Page page) {
        StringBuilder text = new StringBuilder();
        text.append(styled(BOLD, inert(page.title()))).append('\n');
        for (Section section : page.sections()) {
            text.append('\n');
            if (!section.title().isEmpty()) {
                text.append(styled(BOLD, inert(section.title()))).append('\n');
            }
            table(text, section.table());
            section.notes().forEach(note -> wrapped(text, inert(note)));
        }
        return text.toString();
    }

    /** The same in Markdown. */
    public static String markdown(Page page) {
        StringBuilder text =
                new StringBuilder("# ").append(escaped(page.title())).append('\n');
        for (Section section : page.sections()) {
            text.append('\n');
            if (!section.title().isEmpty()) {
                text.append("## ").append(escaped(section.title())).append("\n\n");
            }
            Table table = section.table();
            if (!table.rows().isEmpty()) {
                text.append('|');
                for (int i = 0; i < table.columns().size(); i++) {
                    text.append(' ').append(escaped(table.name(i))).append(" |");
                }
                text.append("\n|");
                for (int i = 0; i < table.columns().size(); i++) {
                    text.append(table.right(i) ? " ---: |" : " --- |");
                }
                text.append('\n');
                for (List<String> row : table.rows()) {
                    text.append('|');
                    row.forEach(cell -> text.append(' ').append(escaped(cell)).append(" |"));
                    text.append('\n');
                }
                text.append('\n');
            }
            section.notes().forEach(note -> text.append(escaped(note)).append("\n\n"));
        }
        return text.toString();
    }

    private static String escaped(String text) {
        return inert(text).replaceAll("([\\\\`*_{}\\[\\]<>|#])", "\\\\$1");
    }

    private void table(StringBuilder text, Table table) {
        if (table.rows().isEmpty()) {
            return;
        }
        int[] widths = new int[table.columns().size()];
        for (int i = 0; i < widths.length; i++) {
            widths[i] = length(table.name(i));
            for (List<String> row : table.rows()) {
                widths[i] = Math.max(widths[i], length(inert(row.get(i))));
            }
        }
        fit(widths, table);
        for (List<Integer> block : blocks(widths, table)) {
            StringBuilder head = new StringBuilder();
            for (int i : block) {
                head.append(head.isEmpty() ? "" : GAP).append(cell(table.name(i), widths[i], table.right(i)));
            }
            if (!head.toString().isBlank()) {
                text.append(styled(DIM, head.toString().stripTrailing())).append('\n');
            }
            for (List<String> row : table.rows()) {
                StringBuilder line = new StringBuilder();
                for (int i : block) {
                    line.append(line.isEmpty() ? "" : GAP).append(cell(inert(row.get(i)), widths[i], table.right(i)));
                }
                text.append(line.toString().stripTrailing()).append('\n');
            }
        }
    }

    /** Takes from the widest column of words, one by one, until all fit or are narrow; figures stay whole. */
    private void fit(int[] widths, Table table) {
        int total = total(widths);
        while (total > width) {
            int widest = -1;
            for (int i = 0; i < widths.length; i++) {
                if (!table.right(i) && (widest < 0 || widths[i] > widths[widest])) {
                    widest = i;
                }
            }
            if (widest < 0 || widths[widest] <= NARROWEST_WORDS) {
                return;
            }
            widths[widest]--;
            total--;
        }
    }

    private static int total(int... widths) {
        return Arrays.stream(widths).sum() + GAP.length() * (widths.length - 1);
    }

    /** What does not fit beside each other is shown below each other, each time with the columns that name the row. */
    private List<List<Integer>> blocks(int[] widths, Table table) {
        List<Integer> keys = new ArrayList<>();
        for (int i = 0; i < widths.length; i++) {
            keys.add(i);
            if (!table.right(i) && length(table.name(i)) > 4) {
                break;
            }
        }
        int keysWidth = keys.stream().mapToInt(i -> widths[i] + GAP.length()).sum();
        if (total(widths) <= width || keys.size() == widths.length) {
            return List.of(IntStream.range(0, widths.length).boxed().toList());
        }
        List<List<Integer>> blocks = new ArrayList<>();
        List<Integer> block = new ArrayList<>(keys);
        int used = keysWidth;
        for (int i = keys.size(); i < widths.length; i++) {
            if (block.size() > keys.size() && used + widths[i] > width) {
                blocks.add(block);
                block = new ArrayList<>(keys);
                used = keysWidth;
            }
            block.add(i);
            used += widths[i] + GAP.length();
        }
        blocks.add(block);
        return blocks;
    }

    private static String cell(String text, int width, boolean right) {
        String cut = length(text) <= width ? text : text.substring(0, text.offsetByCodePoints(0, width - 1)) + "…";
        String padding = " ".repeat(width - length(cut));
        return right ? padding + cut : cut + padding;
    }

    private void wrapped(StringBuilder text, String note) {
        StringBuilder line = new StringBuilder();
        for (String word : note.split(" ")) {
            if (!line.isEmpty() && length(line.toString()) + 1 + length(word) > width) {
                text.append(line).append('\n');
                line.setLength(0);
            }
            line.append(line.isEmpty() ? "" : " ").append(word);
        }
        text.append(line).append('\n');
    }

    private String styled(String style, String text) {
        return colour ? style + text + PLAIN : text;
    }

    private static int length(String text) {
        return text.codePointCount(0, text.length());
    }

    /** One line without anything that a terminal would obey. */
    static String inert(String text) {
        StringBuilder shown = new StringBuilder();
        text.codePoints().forEach(c -> {
            int type = Character.getType(c);
            if (c == '\n' || c == '\r' || c == '\t') {
                shown.append(' ');
            } else if (type == Character.CONTROL
                    || type == Character.FORMAT
                    || type == Character.SURROGATE
                    || type == Character.LINE_SEPARATOR
                    || type == Character.PARAGRAPH_SEPARATOR) {
                shown.append(String.format(Locale.ROOT, "\\u%04x", c));
            } else {
                shown.appendCodePoint(c);
            }
        });
        return shown.toString();
    }
}
