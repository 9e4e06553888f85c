/**
 * {@code /realtime/v1} as Supabase Realtime answers it: Phoenix channels over WebSockets, with database changes,
 * broadcasts and presence, and broadcasts over HTTP.
 *
 * <p>The door is {@link dev.assay.supabase.realtime.RealtimeSurface}. Who may see or send what is PostgreSQL's to say,
 * under the role and claims of each subscriber. Changes come from the write-ahead log by PostgreSQL's own
 * {@code test_decoding}, which needs no publication to be there: whether a table is in {@code supabase_realtime} is
 * asked when its change arrives. Payloads are those of supabase/realtime as of August 2026.
 */
@org.jspecify.annotations.NullMarked
package dev.assay.supabase.realtime;
