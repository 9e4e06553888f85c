package dev.assay.budget;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Set;

/**
 * The simple commands in a line of shell, each as its words: parsed as POSIX sh and bash do (quotes, lists, pipes,
 * substitutions, here-documents), and looked for behind what runs another command ({@code sh -c}, {@code env},
 * {@code xargs}, …). What is only known when it runs, such as a variable, stays as it is written.
 */
final class ShellCommands {
    private static final int DEEPEST = 8;
    private static final Set<String> SHELLS = Set.of("sh", "bash", "dash", "zsh", "ksh", "ash");
    private static final Set<String> KEYWORDS =
            Set.of("if", "then", "else", "elif", "do", "while", "until", "!", "{", "}", "fi", "done", "time");
    /** Programs that run the rest of their words, after options of their own. */
    private static final Set<String> RUNNERS = Set.of(
            "env", "nohup", "exec", "command", "builtin", "nice", "timeout", "xargs", "setsid", "stdbuf", "time");

    private final String text;
    private final int depth;
    private final List<List<String>> found = new ArrayList<>();
    private final Deque<String> documents = new ArrayDeque<>();
    private List<String> words = new ArrayList<>();
    private StringBuilder word = new StringBuilder();
    private boolean open;
    private int at;

    private ShellCommands(String text, int depth) {
        this.text = text;
        this.depth = depth;
    }

    /** The words of every simple command, the program's name first; environment assignments are left away. */
    static List<List<String>> of(String line) {
        return of(line, 0);
    }

    private static List<List<String>> of(String line, int depth) {
        return depth > DEEPEST ? List.of() : new ShellCommands(line, depth).parse();
    }

    private List<List<String>> parse() {
        while (at < text.length()) {
            char c = text.charAt(at);
            if (c == '\'') {
                single();
            } else if (c == '"') {
                doubled();
            } else if (c == '\\') {
                escaped();
            } else if (c == '`' || text.startsWith("$(", at)) {
                substitution();
            } else if (c == '#' && !open) {
                at = endOfLine();
            } else if (c == '<' || c == '>') {
                redirection();
            } else if (c == '\n') {
                endCommand();
                at++;
                skipDocuments();
            } else if (";&|()".indexOf(c) >= 0) {
                endCommand();
                at++;
            } else if (Character.isWhitespace(c)) {
                endWord();
                at++;
            } else {
                add(c);
                at++;
            }
        }
        endCommand();
        return List.copyOf(found);
    }

    private void add(char c) {
        word.append(c);
        open = true;
    }

    private void single() {
        int end = text.indexOf('\'', at + 1);
        end = end < 0 ? text.length() : end;
        word.append(text, at + 1, end);
        open = true;
        at = end + 1;
    }

    private void doubled() {
        open = true;
        at++;
        while (at < text.length() && text.charAt(at) != '"') {
            char c = text.charAt(at);
            if (c == '\\' && at + 1 < text.length()) {
                word.append(text.charAt(at + 1));
                at += 2;
            } else if (c == '`' || text.startsWith("$(", at)) {
                substitution();
            } else {
                word.append(c);
                at++;
            }
        }
        at++;
    }

    private void escaped() {
        if (at + 1 < text.length() && text.charAt(at + 1) != '\n') {
            add(text.charAt(at + 1));
        }
        at += 2;
    }

    /** What stands in {@code $(…)} or backticks is commands of its own. */
    private void substitution() {
        boolean backtick = text.charAt(at) == '`';
        int start = at + (backtick ? 1 : 2);
        int end = backtick ? text.indexOf('`', start) : closing(start);
        end = end < 0 ? text.length() : end;
        found.addAll(of(text.substring(start, end), depth + 1));
        word.append(text, at, Math.min(end + 1, text.length()));
        open = true;
        at = end + 1;
    }

    private int closing(int start) {
        int level = 1;
        for (int i = start; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '\\') {
                i++;
            } else if (c == '\'') {
                int end = text.indexOf('\'', i + 1);
                i = end < 0 ? text.length() : end;
            } else if (c == '(') {
                level++;
            } else if (c == ')' && --level == 0) {
                return i;
            }
        }
        return -1;
    }

    private void redirection() {
        boolean document = text.startsWith("<<", at) && !text.startsWith("<<<", at);
        boolean process = text.startsWith("<(", at) || text.startsWith(">(", at);
        if (open && word.chars().allMatch(Character::isDigit)) {
            word.setLength(0); // the number of a stream
            open = false;
        }
        endWord();
        if (process) {
            at++; // the bracket begins a command of its own
            return;
        }
        while (at < text.length() && "<>&|-".indexOf(text.charAt(at)) >= 0) {
            at++;
        }
        while (at < text.length() && (text.charAt(at) == ' ' || text.charAt(at) == '\t')) {
            at++;
        }
        int from = at;
        while (at < text.length()
                && !Character.isWhitespace(text.charAt(at))
                && ";&|()<>".indexOf(text.charAt(at)) < 0) {
            at++;
        }
        if (document) {
            documents.add(text.substring(from, at).replaceAll("['\"\\\\]", ""));
        }
    }

    /** The lines of here-documents are data, unless a shell reads them. */
    private void skipDocuments() {
        while (!documents.isEmpty()) {
            String mark = documents.remove();
            int begin = at;
            int end = text.length();
            for (int line = at; line < text.length(); ) {
                int next = text.indexOf('\n', line);
                next = next < 0 ? text.length() : next;
                if (text.substring(line, next).strip().equals(mark)) {
                    end = line;
                    at = Math.min(next + 1, text.length());
                    break;
                }
                line = next + 1;
                at = Math.min(line, text.length());
            }
            List<String> reader = found.isEmpty() ? List.of() : found.get(found.size() - 1);
            if (!reader.isEmpty() && SHELLS.contains(program(reader.get(0))) && reader.size() == 1) {
                found.addAll(of(text.substring(begin, end), depth + 1));
            }
        }
    }

    private int endOfLine() {
        int end = text.indexOf('\n', at);
        return end < 0 ? text.length() : end;
    }

    private void endWord() {
        if (open) {
            words.add(word.toString());
        }
        word = new StringBuilder();
        open = false;
    }

    private void endCommand() {
        endWord();
        command(words);
        words = new ArrayList<>();
    }

    private void command(List<String> all) {
        List<String> rest = bare(all);
        if (rest.isEmpty()) {
            return;
        }
        found.add(List.copyOf(rest));
        String program = program(rest.get(0));
        if (SHELLS.contains(program)) {
            int script = script(rest);
            if (script > 0) {
                found.addAll(of(rest.get(script), depth + 1));
            }
        } else if (program.equals("eval")) {
            found.addAll(of(String.join(" ", rest.subList(1, rest.size())), depth + 1));
        } else if (program.equals("find")) {
            for (int i = 1; i < rest.size() - 1; i++) {
                if (rest.get(i).startsWith("-exec") || rest.get(i).startsWith("-ok")) {
                    command(rest.subList(i + 1, rest.size()));
                }
            }
        } else if (RUNNERS.contains(program)) {
            command(behind(rest));
        }
    }

    /** Without keywords and assignments before the program. */
    private static List<String> bare(List<String> words) {
        int first = 0;
        while (first < words.size()
                && (KEYWORDS.contains(words.get(first)) || words.get(first).matches("[A-Za-z_]\\w*\\+?=.*"))) {
            first++;
        }
        return words.subList(first, words.size());
    }

    /** What a runner runs: after its options, their numbers, and assignments. */
    private static List<String> behind(List<String> words) {
        int next = 1;
        while (next < words.size()
                && (words.get(next).startsWith("-")
                        || words.get(next).matches("[0-9.]+[smhd]?|[A-Za-z_]\\w*=.*")
                        || (words.get(next - 1).matches("-[unIPLEds]") && next > 1))) {
            next++;
        }
        return words.subList(next, words.size());
    }

    /** Where the script after {@code -c} is, also in {@code -lc}; 0 where there is none. */
    private static int script(List<String> words) {
        for (int i = 1; i < words.size() - 1; i++) {
            if (words.get(i).matches("-[a-zA-Z]*c")) {
                return i + 1;
            }
            if (!words.get(i).startsWith("-")) {
                return 0;
            }
        }
        return 0;
    }

    /** A program's name without its folder. */
    static String program(String word) {
        return word.substring(word.lastIndexOf('/') + 1);
    }
}
