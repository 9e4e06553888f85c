package dev.assay.agent.codex;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** A command as Codex prints it: {@code /bin/bash -lc 'ls -1'}, quoted as a shell would read it. */
final class ShellLine {
    private static final Set<String> SHELLS = Set.of("bash", "sh", "zsh", "dash");

    private ShellLine() {}

    /** What the shell is told to run; the line itself where it is of another form. */
    static String script(String line) {
        List<String> words = words(line);
        if (words.size() == 3
                && SHELLS.contains(words.get(0).substring(words.get(0).lastIndexOf('/') + 1))
                && (words.get(1).equals("-lc") || words.get(1).equals("-c"))) {
            return words.get(2);
        }
        return line;
    }

    /** The words of a line by a shell's rules of quoting; nothing is expanded. None where a quote stays open. */
    private static List<String> words(String line) {
        List<String> words = new ArrayList<>();
        StringBuilder word = new StringBuilder();
        boolean within = false;
        char quote = 0;
        for (int i = 0; i < line.length(); i++) {
            char c = line.charAt(i);
            if (quote == 0 && Character.isWhitespace(c)) {
                if (within) {
                    words.add(word.toString());
                    word.setLength(0);
                }
                within = false;
                continue;
            }
            within = true;
            if (quote == 0 && (c == '\'' || c == '"')) {
                quote = c;
            } else if (c == quote) {
                quote = 0;
            } else if (c == '\\' && i + 1 < line.length() && escapes(quote, line.charAt(i + 1))) {
                word.append(line.charAt(++i));
            } else {
                word.append(c);
            }
        }
        if (within) {
            words.add(word.toString());
        }
        return quote == 0 ? words : List.of();
    }

    private static boolean escapes(char quote, char next) {
        return quote == 0 || quote == '"' && "\\\"$`".indexOf(next) >= 0;
    }
}
