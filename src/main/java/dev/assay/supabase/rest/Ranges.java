package dev.assay.supabase.rest;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Which rows of a result are asked for, and which came: {@code Range}, {@code limit}, {@code Content-Range}. */
final class Ranges {
    private static final Pattern HEADER = Pattern.compile("(?:items=)?(\\d{1,18})-(\\d{0,18})");

    private Ranges() {}

    /** The scope within the range that a header names as well. */
    static Scope within(Scope scope, Optional<String> header) {
        Matcher range = HEADER.matcher(header.map(String::strip).orElse(""));
        if (!range.matches()) {
            return scope;
        }
        long first = Long.parseLong(range.group(1));
        Long end = range.group(2).isEmpty() ? null : Long.valueOf(Long.parseLong(range.group(2)) + 1);
        if (end != null && end <= first) {
            throw Refusal.range(
                    "The lower boundary must be lower than or equal to the upper boundary in the Range header.");
        }
        Long limit = scope.limit();
        Long ownEnd = limit == null ? null : Long.valueOf(scope.offset() + limit);
        Long least = end == null || (ownEnd != null && ownEnd < end) ? ownEnd : end;
        long from = Math.max(first, scope.offset());
        return scope.from(from).limited(least == null ? null : Long.valueOf(Math.max(0, least - from)));
    }

    /**
     * The status of a read.
     *
     * @throws Refusal 416 when it begins behind the last row
     */
    static int status(long offset, long rows, @Nullable Long total) {
        if (total == null) {
            return 200;
        }
        if (offset > total) {
            throw Refusal.range("An offset of " + offset + " was requested, but there are only " + total + " rows.")
                    .with(java.util.Map.of("Content-Range", "*/" + total));
        }
        return rows < total ? 206 : 200;
    }

    static String header(long offset, long rows, @Nullable Long total) {
        String range = rows == 0 ? "*" : offset + "-" + (offset + rows - 1);
        return range + "/" + (total == null ? "*" : total.toString());
    }
}
