package dev.assay.supabase;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/** Cross-origin headers as Supabase sends them: every origin may call, with any header, and read what clients need. */
final class Cors {
    private static final String EXPOSED =
            "Content-Encoding, Content-Location, Content-Range, Content-Type, Date, Location,"
                    + " Server, Transfer-Encoding, Range-Unit, X-Total-Count, Link, X-Supabase-Api-Version, SB-Error-Code,"
                    + " X-SB-Error-Code";
    private static final String ALWAYS_ALLOWED =
            "Authorization, Content-Type, Accept, Accept-Language, Content-Language";

    boolean isPreflight(Exchange exchange) {
        return exchange.method().equals("OPTIONS")
                && exchange.header("origin").isPresent()
                && exchange.header("access-control-request-method").isPresent();
    }

    Map<String, String> preflight(Exchange exchange) {
        Map<String, String> headers = new LinkedHashMap<>(simple());
        Optional<String> asked =
                exchange.header("access-control-request-headers").filter(h -> !h.isBlank());
        headers.put("Access-Control-Allow-Methods", "GET, POST, PATCH, PUT, DELETE, OPTIONS, HEAD");
        headers.put(
                "Access-Control-Allow-Headers",
                asked.map(h -> h + ", " + ALWAYS_ALLOWED).orElse(ALWAYS_ALLOWED));
        headers.put("Access-Control-Max-Age", "86400");
        return headers;
    }

    Map<String, String> simple() {
        return Map.of("Access-Control-Allow-Origin", "*", "Access-Control-Expose-Headers", EXPOSED);
    }
}
