package dev.assay.supabase.rest;

/** A table, view or function with its schema. */
record Name(String schema, String name) {
    /** Qualified and quoted. */
    String sql() {
        return Sql.quoted(schema) + "." + Sql.quoted(name);
    }
}
