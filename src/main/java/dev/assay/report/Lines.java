package dev.assay.report;

import java.io.PrintStream;
import java.nio.charset.Charset;
import java.util.Map;

/**
 * Whole lines onto a stream that several runs share. Symbols that the console's character set lacks are spelled in
 * ASCII. On a terminal, the last line can be one that is written over.
 */
final class Lines {
    private static final Map<String, String> ASCII = Map.of(
            "✓", "ok", "✗", "FAILED", "–", "-", "·", "-", "…", "...", "│", "|", "—", "-", "→", "->", "\ufffd", "?", "␛",
            "^[");

    private final PrintStream out;
    private final boolean colour;
    private final boolean symbols;
    private boolean transientLine;

    Lines(PrintStream out, boolean colour, Charset charset) {
        this.out = out;
        this.colour = colour;
        this.symbols = charset.newEncoder().canEncode("✓·…│–");
    }

    /** The character set that the console is likely to have. Before Java 18 a PrintStream does not tell its own. */
    static Charset consoleCharset() {
        for (String property : new String[] {"stdout.encoding", "native.encoding"}) {
            String name = System.getProperty(property, "");
            if (!name.isEmpty() && Charset.isSupported(name)) {
                return Charset.forName(name);
            }
        }
        return Charset.defaultCharset();
    }

    synchronized void print(String prefix, Iterable<String> lines) {
        StringBuilder text = new StringBuilder();
        for (String line : lines) {
            text.append(spelled((line.isEmpty() ? "" : prefix) + line)).append(System.lineSeparator());
        }
        clear();
        // one call, so that lines of others cannot come in between
        out.print(text);
        out.flush();
    }

    /** Shows a line that the next one writes over. Only on a terminal; elsewhere nothing happens. */
    synchronized void fleeting(String line) {
        if (!colour) {
            return;
        }
        clear();
        // cut by the terminal: of a line that wraps only the last part could be cleared
        out.print("\u001b[?7l" + spelled(line) + "\u001b[?7h");
        out.flush();
        transientLine = true;
    }

    private void clear() {
        if (transientLine) {
            out.print("\r\u001b[2K");
            transientLine = false;
        }
    }

    boolean terminal() {
        return colour;
    }

    /** The text in a colour of the terminal; as it is where there is none. */
    String coloured(Colour chosen, String text) {
        return colour ? "\u001b[" + chosen.code + "m" + text + "\u001b[0m" : text;
    }

    private String spelled(String line) {
        if (symbols) {
            return line;
        }
        String spelled = line;
        for (Map.Entry<String, String> symbol : ASCII.entrySet()) {
            spelled = spelled.replace(symbol.getKey(), symbol.getValue());
        }
        return spelled;
    }

    /** What is coloured in the tree. */
    enum Colour {
        GREEN(32),
        RED(31),
        YELLOW(33),
        DIM(2),
        BOLD(1);

        private final int code;

        Colour(int code) {
            this.code = code;
        }
    }
}
