package dev.assay.supabase.rest;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads the small languages of a query string from left to right; what it cannot read is a PGRST100. */
final class Scanner {
    private static final Pattern CAST = Pattern.compile("[\\p{L}_][\\p{L}\\p{N}_ ]*(\\[\\])?");

    private final String what;
    private final String text;
    private int at;

    /**
     * @param what names the input in errors, as {@code select parameter}
     */
    Scanner(String what, String text) {
        this.what = what;
        this.text = text;
    }

    boolean atEnd() {
        return at >= text.length();
    }

    char peek() {
        return atEnd() ? '\0' : text.charAt(at);
    }

    boolean sees(String token) {
        return text.startsWith(token, at);
    }

    /** Steps over a token when it is next. */
    boolean take(String token) {
        if (!sees(token)) {
            return false;
        }
        at += token.length();
        return true;
    }

    void expect(String token) {
        if (!take(token)) {
            throw fail("\"" + token + "\"");
        }
    }

    void expectEnd() {
        if (!atEnd()) {
            throw fail("end of input");
        }
    }

    String rest() {
        String left = text.substring(at);
        at = text.length();
        return left;
    }

    int mark() {
        return at;
    }

    void reset(int mark) {
        at = mark;
    }

    RuntimeException fail(String expected) {
        String found = atEnd() ? "end of input" : "\"" + text.charAt(at) + "\"";
        return Refusal.unparsable(
                "\"failed to parse " + what + " (" + text + ")\" (line 1, column " + (at + 1) + ")",
                "unexpected " + found + " expecting " + expected);
    }

    /** A name: quoted with backslash escapes, or letters, digits, {@code _ $}, inner blanks and dashes. */
    String name() {
        if (peek() == '"') {
            return quoted();
        }
        int start = at;
        while (!atEnd() && isNameChar(at)) {
            at++;
        }
        String name = text.substring(start, at).strip();
        if (name.isEmpty()) {
            at = start;
            throw fail("field name (* or [a..z0..9_$])");
        }
        return name;
    }

    private boolean isNameChar(int index) {
        char c = text.charAt(index);
        if (c == '-') {
            return index + 1 >= text.length() || text.charAt(index + 1) != '>';
        }
        return Character.isLetterOrDigit(c)
                || Character.isSurrogate(c)
                || Character.getType(c) == Character.NON_SPACING_MARK
                || Character.getType(c) == Character.COMBINING_SPACING_MARK
                || c == '_'
                || c == ' '
                || c == '$';
    }

    /** A text in double quotes when one is next and ends; else nothing is read. */
    Optional<String> quotedIfWhole() {
        int start = at;
        if (peek() != '"') {
            return Optional.empty();
        }
        at++;
        while (!atEnd() && peek() != '"') {
            at += peek() == '\\' ? 2 : 1;
        }
        boolean whole = peek() == '"';
        at = start;
        return whole ? Optional.of(quoted()) : Optional.empty();
    }

    /** Blanks and tabs, which mean nothing here. */
    void blanks() {
        while (peek() == ' ' || peek() == '\t') {
            at++;
        }
    }

    /** A text in double quotes; a backslash takes the next character as it is. */
    String quoted() {
        expect("\"");
        StringBuilder out = new StringBuilder();
        while (!atEnd() && peek() != '"') {
            if (peek() == '\\' && at + 1 < text.length()) {
                at++;
            }
            out.append(text.charAt(at++));
        }
        expect("\"");
        return out.toString();
    }

    /** A column with its json path. */
    Field field() {
        return new Field(name(), steps());
    }

    List<Field.Step> steps() {
        List<Field.Step> steps = new ArrayList<>();
        while (sees("->")) {
            boolean asText = take("->>");
            if (!asText) {
                expect("->");
            }
            int start = at;
            boolean negative = take("-");
            int digits = at;
            while (!atEnd() && Character.digit(peek(), 10) >= 0 && peek() < 128) {
                at++;
            }
            if (negative && at == digits) {
                throw fail("digit");
            }
            boolean index = at > digits && (atEnd() || sees("->") || ".,:)".indexOf(peek()) >= 0);
            if (index) {
                steps.add(new Field.Step(asText, text.substring(start, at), true));
            } else {
                at = start;
                steps.add(new Field.Step(asText, key(), false));
            }
        }
        return List.copyOf(steps);
    }

    /** The key of a json object: anything but what has a meaning of its own. */
    private String key() {
        Optional<String> quoted = quotedIfWhole();
        if (quoted.isPresent()) {
            return quoted.get();
        }
        int start = at;
        while (!atEnd() && "(:.,>)".indexOf(peek()) < 0 && (peek() != '-' || (at > start && !sees("->")))) {
            at++;
        }
        if (at == start) {
            throw fail("\"-\", digit or any non reserved character different from: .,>()");
        }
        return text.substring(start, at).strip();
    }

    /** The name of a type after {@code ::}. */
    String cast() {
        if (peek() == '"') {
            return Sql.quoted(quoted());
        }
        Matcher type = CAST.matcher(text).region(at, text.length());
        if (!type.lookingAt()) {
            throw fail("the name of a type");
        }
        at = type.end();
        return type.group().strip();
    }

    /** Everything up to one of the given characters or the end. */
    String until(String stops) {
        int start = at;
        while (!atEnd() && stops.indexOf(peek()) < 0) {
            at++;
        }
        return text.substring(start, at);
    }
}
