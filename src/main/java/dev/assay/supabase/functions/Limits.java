package dev.assay.supabase.functions;

import java.time.Duration;

/**
 * What a function may use. The figures are Supabase's, but for the processor's time: there it is two seconds, and
 * machines differ.
 *
 * @param boot until it serves
 * @param response until the headers of an answer
 * @param wall the whole of a request
 * @param cpu the processor's time of a request
 * @param megabytes of memory, beside what Deno itself takes
 */
record Limits(Duration boot, Duration response, Duration wall, Duration cpu, int megabytes) {
    static final Limits SUPABASE = new Limits(
            Duration.ofSeconds(60), Duration.ofSeconds(150), Duration.ofSeconds(400), Duration.ofSeconds(4), 256);
}
