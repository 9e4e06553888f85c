package dev.assay.check;

import dev.assay.experiment.Pattern;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import tools.jackson.databind.JsonNode;

/**
 * What the contract asks of the edge functions whose name matches.
 *
 * @param match patterns with {@code *}, split at {@code |}, as written
 * @param verifyJwt whether a call needs a valid token
 * @param sign how requests are signed
 * @param good a request that it must take
 * @param bad requests that it must refuse
 * @param stores the row that the good request must leave
 */
record FunctionRule(
        String match, boolean verifyJwt, Optional<Sign> sign, Case good, List<Case> bad, Optional<Stores> stores) {
    private static final String BAD_SIGNATURE = "bad signature";

    /**
     * How requests are signed: HMAC-SHA256 of the body, in hex.
     *
     * @param header that carries the signature
     * @param secret the function's variable that holds the secret
     */
    record Sign(String header, String secret) {}

    /**
     * One request.
     *
     * @param why what is wrong with it; empty for the good one
     * @param body a mapping or list is sent as JSON, a text as it is; empty where the good one's is sent
     * @param status such as {@code 404} or {@code 4xx}
     */
    record Case(String why, Optional<JsonNode> body, String status) {
        boolean wronglySigned() {
            return why.equals(BAD_SIGNATURE);
        }

        boolean allows(int found) {
            return status.endsWith("xx") ? found / 100 == status.charAt(0) - '0' : status.equals(String.valueOf(found));
        }
    }

    /**
     * @param table pattern of the table's name
     * @param key the member of the body that identifies the row
     * @param once whether the same request again must leave one row
     */
    record Stores(String table, Optional<String> key, boolean once) {}

    /** Reads what the schema has found valid. */
    static FunctionRule of(JsonNode rule) {
        JsonNode sign = rule.path("sign");
        JsonNode stores = rule.path("stores");
        List<Case> bad = new ArrayList<>();
        rule.path("bad").forEach(one -> bad.add(request(one)));
        return new FunctionRule(
                rule.path("match").asString(""),
                rule.path("verify_jwt").asBoolean(true),
                sign.isObject()
                        ? Optional.of(new Sign(
                                sign.path("header").asString(),
                                sign.path("secret").asString()))
                        : Optional.empty(),
                request(rule.path("good")),
                List.copyOf(bad),
                stores.isObject()
                        ? Optional.of(new Stores(
                                stores.path("table").asString(),
                                Optional.ofNullable(stores.get("key")).map(JsonNode::asString),
                                stores.path("once").asBoolean(false)))
                        : Optional.empty());
    }

    private static Case request(JsonNode one) {
        return new Case(
                one.path("why").asString(""),
                Optional.ofNullable(one.get("body")),
                one.path("status").asString(""));
    }

    boolean matches(String function) {
        return Pattern.matches(match, function);
    }
}
