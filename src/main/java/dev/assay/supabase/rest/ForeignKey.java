package dev.assay.supabase.rest;

import java.util.List;

/** A foreign key; for views, one that their tables have between columns that they show. */
record ForeignKey(String constraint, Table table, List<String> columns, Table target, List<String> targetColumns) {}
