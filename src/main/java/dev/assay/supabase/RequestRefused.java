package dev.assay.supabase;

import java.util.Map;

/** A request that gets no more than a status and a JSON body that says why. */
public class RequestRefused extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final int status;
    private final transient Map<String, String> headers;
    private final String json;

    public RequestRefused(int status, String json) {
        this(status, Map.of(), json);
    }

    /**
     * @param status HTTP status
     * @param headers besides the content type
     * @param json the body
     */
    public RequestRefused(int status, Map<String, String> headers, String json) {
        super(status + " " + json, null, false, false);
        this.status = status;
        this.headers = Map.copyOf(headers);
        this.json = json;
    }

    public int status() {
        return status;
    }

    public Map<String, String> headers() {
        return headers;
    }

    public String json() {
        return json;
    }
}
