package dev.assay.supabase.rest;

import java.util.List;

/**
 * A foreign key; for views, one that their tables have between columns that they show.
 *
 * @param single whether at most one row of the table belongs to a row of the target
 * @param self whether it leads back to where it starts
 */
record ForeignKey(
        String constraint,
        Table table,
        List<String> columns,
        Table target,
        List<String> targetColumns,
        boolean single,
        boolean self) {}
