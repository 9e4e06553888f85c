package dev.assay.supabase.functions;

import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;

/** The last lines that a function printed. Safe for use by several threads. */
final class Log {
    private static final int MOST = 200;
    private static final int LONGEST = 2000;

    private final Deque<String> lines = new ArrayDeque<>();

    synchronized void add(byte[] line) {
        String text = new String(line, 0, Math.min(line.length, LONGEST), StandardCharsets.UTF_8);
        lines.addLast(text);
        if (lines.size() > MOST) {
            lines.removeFirst();
        }
    }

    synchronized List<String> last(int count) {
        return lines.stream().skip(Math.max(0, lines.size() - count)).toList();
    }

    boolean contains(String text) {
        return last(MOST).stream().anyMatch(line -> line.contains(text));
    }
}
