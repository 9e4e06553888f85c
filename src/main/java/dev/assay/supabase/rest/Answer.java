package dev.assay.supabase.rest;

import java.util.Map;

/** What goes back to the client. */
record Answer(int status, Map<String, String> headers, byte[] body) {}
