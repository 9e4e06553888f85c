package dev.assay.supabase.project;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Splits a script at the semicolons that end a statement: not those in strings, quoted names, dollar quotes, comments
 * (nested ones too), parentheses or a {@code BEGIN ATOMIC … END} body. The rules are those of PostgreSQL's manual,
 * chapter "Lexical Structure". For one script.
 */
public final class SqlSplitter {
    private final String script;
    private final List<SqlStatement> statements = new ArrayList<>();
    private int at;
    private int line = 1;
    /** Where the current statement's first word is; -1 before it. */
    private int start = -1;

    private int startLine;
    /** Behind the current statement's last word. */
    private int end;

    private int parentheses;
    private int atomic;
    private String lastWord = "";
    private String firstWord = "";

    private SqlSplitter(String script) {
        this.script = script;
    }

    /** The statements of a script in order; an unclosed quote reaches to its end. */
    public static List<SqlStatement> split(String script) {
        SqlSplitter splitter = new SqlSplitter(script.startsWith("\uFEFF") ? script.substring(1) : script);
        splitter.run();
        return List.copyOf(splitter.statements);
    }

    private void run() {
        while (at < script.length()) {
            char c = script.charAt(at);
            if (Character.isWhitespace(c)) {
                move(at + 1);
            } else if (script.startsWith("--", at)) {
                int newline = script.indexOf('\n', at);
                move(newline < 0 ? script.length() : newline);
            } else if (script.startsWith("/*", at)) {
                move(endOfComment());
            } else if (c == ';' && parentheses == 0 && atomic == 0) {
                finish();
                move(at + 1);
            } else {
                token(c);
            }
        }
        finish();
    }

    private void token(char c) {
        if (start < 0) {
            start = at;
            startLine = line;
        }
        if (c == '\'') {
            move(endOfString(at + 1, '\'', false));
        } else if ((c == 'e' || c == 'E') && at + 1 < script.length() && script.charAt(at + 1) == '\'') {
            move(endOfString(at + 2, '\'', true));
        } else if (c == '"') {
            move(endOfString(at + 1, '"', false));
        } else if (c == '$') {
            move(endOfDollarQuote());
        } else if (isWordStart(c)) {
            word();
        } else {
            if (c == '(') {
                parentheses++;
            } else if (c == ')') {
                parentheses = Math.max(0, parentheses - 1);
            }
            move(at + 1);
        }
        end = at;
    }

    private void word() {
        int stop = at + 1;
        while (stop < script.length() && isWordPart(script.charAt(stop))) {
            stop++;
        }
        String word = script.substring(at, stop).toLowerCase(Locale.ROOT);
        if (firstWord.isEmpty()) {
            firstWord = word;
        }
        if (atomic > 0) {
            if (word.equals("case")) {
                atomic++;
            } else if (word.equals("end")) {
                atomic--;
            }
        } else if (word.equals("atomic") && lastWord.equals("begin") && firstWord.equals("create")) {
            atomic = 1;
        }
        lastWord = word;
        move(stop);
    }

    private void finish() {
        if (start >= 0) {
            statements.add(new SqlStatement(script.substring(start, end), startLine));
        }
        start = -1;
        parentheses = 0;
        atomic = 0;
        firstWord = "";
        lastWord = "";
    }

    private void move(int to) {
        for (int i = at; i < to; i++) {
            if (script.charAt(i) == '\n') {
                line++;
            }
        }
        at = to;
    }

    private int endOfString(int from, char quote, boolean escapes) {
        int i = from;
        while (i < script.length()) {
            char c = script.charAt(i);
            if (escapes && c == '\\') {
                i += 2;
            } else if (c == quote) {
                if (i + 1 < script.length() && script.charAt(i + 1) == quote) {
                    i += 2;
                } else {
                    return i + 1;
                }
            } else {
                i++;
            }
        }
        return script.length();
    }

    private int endOfComment() {
        int depth = 0;
        int i = at;
        while (i < script.length()) {
            if (script.startsWith("/*", i)) {
                depth++;
                i += 2;
            } else if (script.startsWith("*/", i)) {
                depth--;
                i += 2;
                if (depth == 0) {
                    return i;
                }
            } else {
                i++;
            }
        }
        return script.length();
    }

    private int endOfDollarQuote() {
        int i = at + 1;
        if (i < script.length() && isWordStart(script.charAt(i))) {
            i++;
            while (i < script.length() && isWordPart(script.charAt(i)) && script.charAt(i) != '$') {
                i++;
            }
        }
        if (i >= script.length() || script.charAt(i) != '$') {
            return at + 1; // a parameter such as $1, or a stray sign: PostgreSQL will say
        }
        String tag = script.substring(at, i + 1);
        int close = script.indexOf(tag, i + 1);
        return close < 0 ? script.length() : close + tag.length();
    }

    private static boolean isWordStart(char c) {
        return Character.isLetter(c) || c == '_';
    }

    private static boolean isWordPart(char c) {
        return isWordStart(c) || Character.isDigit(c) || c == '$';
    }
}
