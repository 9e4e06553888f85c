package dev.assay.supabase.rest;

import java.util.Map;
import java.util.Optional;

/** The filter operators by the names that they have in a URL. */
enum Operator {
    EQ("eq", "="),
    NEQ("neq", "<>"),
    GT("gt", ">"),
    GTE("gte", ">="),
    LT("lt", "<"),
    LTE("lte", "<="),
    LIKE("like", "like"),
    ILIKE("ilike", "ilike"),
    MATCH("match", "~"),
    IMATCH("imatch", "~*"),
    IN("in", "= any"),
    IS("is", "is"),
    ISDISTINCT("isdistinct", "is distinct from"),
    FTS("fts", "to_tsquery"),
    PLFTS("plfts", "plainto_tsquery"),
    PHFTS("phfts", "phraseto_tsquery"),
    WFTS("wfts", "websearch_to_tsquery"),
    CS("cs", "@>"),
    CD("cd", "<@"),
    OV("ov", "&&"),
    SL("sl", "<<"),
    SR("sr", ">>"),
    NXR("nxr", "&<"),
    NXL("nxl", "&>"),
    ADJ("adj", "-|-");

    private static final Map<String, Operator> BY_NAME = java.util.Arrays.stream(values())
            .collect(java.util.stream.Collectors.toUnmodifiableMap(Operator::word, operator -> operator));

    private final String word;
    private final String sql;

    Operator(String word, String sql) {
        this.word = word;
        this.sql = sql;
    }

    static Optional<Operator> named(String name) {
        return Optional.ofNullable(BY_NAME.get(name));
    }

    String word() {
        return word;
    }

    /** The SQL operator, or the function that makes the query of a text search. */
    String sql() {
        return sql;
    }

    boolean isTextSearch() {
        return this == FTS || this == PLFTS || this == PHFTS || this == WFTS;
    }

    boolean takesPattern() {
        return this == LIKE || this == ILIKE;
    }

    /** Whether {@code (any)} and {@code (all)} may follow it. */
    boolean isQuantifiable() {
        return switch (this) {
            case EQ, GT, GTE, LT, LTE, LIKE, ILIKE, MATCH, IMATCH -> true;
            default -> false;
        };
    }
}
