package dev.assay.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Reads command lines as a page or a help shows them: the words as a shell would make them of a line. */
final class ShellWords {
    private ShellWords() {}

    /**
     * What is given to {@code assay} in a line; empty where the line calls something else. A remark after two blanks or
     * {@code #}, and what comes after a pipe or a redirection, do not belong to it.
     */
    static Optional<List<String>> assay(String line) {
        List<String> words = of(line.strip());
        List<String> given = words.isEmpty() ? List.of() : words.subList(1, words.size());
        if (!words.isEmpty() && words.get(0).equals("assay")) {
            return Optional.of(given);
        }
        return words.size() > 2 && words.subList(0, 3).equals(List.of("java", "-jar", "target/assay.jar"))
                ? Optional.of(words.subList(3, words.size()))
                : Optional.empty();
    }

    /** The words up to a remark, a pipe or a redirection. */
    static List<String> of(String line) {
        List<String> words = new ArrayList<>();
        StringBuilder word = new StringBuilder();
        boolean open = false;
        char quote = 0;
        for (int i = 0; i < line.length(); i++) {
            char c = line.charAt(i);
            if (quote != 0) {
                if (c == quote) {
                    quote = 0;
                } else {
                    word.append(c);
                }
            } else if (c == '"' || c == '\'') {
                quote = c;
                open = true;
            } else if (c == ' ' || ((c == '|' || c == '<' || c == '>' || c == '#') && !open)) {
                boolean ends = c != ' ' || line.startsWith("  ", i);
                if (open) {
                    words.add(word.toString());
                    word.setLength(0);
                    open = false;
                }
                if (ends) {
                    return words;
                }
            } else {
                word.append(c);
                open = true;
            }
        }
        if (quote != 0) {
            throw new IllegalArgumentException("A quote is open at the end of: " + line);
        }
        if (open) {
            words.add(word.toString());
        }
        return words;
    }
}
