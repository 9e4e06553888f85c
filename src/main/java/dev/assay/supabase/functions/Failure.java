package dev.assay.supabase.functions;

import dev.assay.supabase.RequestRefused;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** What the runtime answers for a function that did not answer by itself: statuses, codes and words are Supabase's. */
enum Failure {
    BOOT_ERROR(503, "Worker failed to boot (please check logs)"),
    WORKER_ERROR(500, "Function exited due to an error (please check logs)"),
    WORKER_LIMIT(546, "Worker failed to respond due to a resource limit (please check logs)"),
    IDLE_TIMEOUT(504, "Request idle timeout limit reached");

    private final int status;
    private final String message;

    Failure(int status, String message) {
        this.status = status;
        this.message = message;
    }

    /** @param log the last lines that the function printed: the log that the message speaks of */
    RequestRefused with(List<String> log) {
        ObjectNode body = JsonNodeFactory.instance.objectNode();
        body.put("code", name()).put("message", message);
        log.forEach(body.putArray("log")::add);
        return new RequestRefused(
                status, Map.of("sb-error-code", name(), "Access-Control-Allow-Origin", "*"), body.toString());
    }
}
