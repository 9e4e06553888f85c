package dev.assay.supabase.functions;

import dev.assay.supabase.ApiKeys;
import dev.assay.supabase.Exchange;
import dev.assay.supabase.RequestRefused;
import dev.assay.supabase.Surface;
import dev.assay.tools.ToolMissing;
import java.io.IOException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;
import tools.jackson.databind.node.JsonNodeFactory;

/** {@code /functions/v1/NAME[/…]}: finds the function, asks for a token where it wants one, and hands the request on. */
public final class FunctionsSurface implements Surface {
    private final EdgeFunctions functions;
    private final Gatekeeper gatekeeper;
    private final Relay relay;

    /** @param keys the keys and tokens that are the project's */
    public FunctionsSurface(EdgeFunctions functions, ApiKeys keys) {
        this.functions = functions;
        this.gatekeeper = new Gatekeeper(keys);
        this.relay = new Relay(functions);
    }

    @Override
    public String prefix() {
        return "/functions/v1";
    }

    @Override
    public boolean ownCors() {
        return true;
    }

    @Override
    public void handle(Exchange exchange) throws IOException, InterruptedException {
        String[] path = exchange.path().split("/", 3);
        Optional<FunctionFolder.Source> source =
                path.length < 2 ? Optional.empty() : functions.folder().find(decoded(path[1]));
        if (source.isEmpty()) {
            exchange.respond(
                    404,
                    Map.of("Content-Type", "text/plain", "Access-Control-Allow-Origin", "*", "x-relay-error", "true"),
                    "Function not found".getBytes(StandardCharsets.UTF_8));
            return;
        }
        if (source.get().verifyJwt() && !exchange.method().equals("OPTIONS")) {
            gatekeeper.requireToken(exchange);
        }
        if (exchange.header("upgrade").filter("websocket"::equalsIgnoreCase).isPresent()) {
            throw new RequestRefused(
                    501,
                    JsonNodeFactory.instance
                            .objectNode()
                            .put("message", "WebSockets to edge functions are not part of this embedded Supabase")
                            .toString());
        }
        try {
            relay.hand(exchange, source.get());
        } catch (NotBootable e) {
            throw Failure.BOOT_ERROR.with(e.reason().lines().toList());
        } catch (ToolMissing e) {
            throw new RequestRefused(
                    501,
                    JsonNodeFactory.instance
                            .objectNode()
                            .put("message", "Edge functions need Deno. " + e.getMessage())
                            .toString());
        }
    }

    private static String decoded(String segment) {
        try {
            return URLDecoder.decode(segment.replace("+", "%2B"), StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            return ""; // no name is spelled so
        }
    }
}
