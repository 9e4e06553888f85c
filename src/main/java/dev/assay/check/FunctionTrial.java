package dev.assay.check;

import dev.assay.check.FunctionRule.Case;
import dev.assay.check.FunctionRule.Sign;
import dev.assay.check.FunctionRule.Stores;
import dev.assay.check.catalog.Catalog;
import dev.assay.check.catalog.Table;
import dev.assay.experiment.Pattern;
import dev.assay.target.Target;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * One contracted function, tried: the good request first, as the control of all others. Each request has a key of its
 * own, so that what it stored is told from what others did.
 */
final class FunctionTrial {
    private static final int LOOKS = 20;
    private static final long PAUSE_MILLIS = 250;

    private final FunctionRule rule;
    private final String function;
    private final Target target;
    private final Connection database;
    private final String secret;
    private final FunctionCaller caller;
    private String taken = "";
    private String takenKey = "";

    /**
     * @param database as service
     * @param secret what the function signs with
     */
    FunctionTrial(FunctionRule rule, String function, Target target, Connection database, String secret) {
        this.rule = rule;
        this.function = function;
        this.target = target;
        this.database = database;
        this.secret = secret;
        this.caller = new FunctionCaller(target, function);
    }

    /** A body to send, and the value of its key. */
    private record Body(String text, String key) {}

    void good(Probe probe) throws InterruptedException {
        Body body = body(rule.good());
        Answer answer = caller.post(body.text(), token(), signed(body.text(), secret));
        boolean gated =
                !rule.verifyJwt() && answer.status() == 401 && answer.json().has("msg");
        probe.expect(
                rule.good().allows(answer.status()),
                () -> gated
                        ? finding(
                                function
                                        + " can only be called with a token: verify_jwt is on, though callers have none",
                                "a call without a token reaches the function",
                                answer)
                        : finding(
                                function + " does not take a good request: it answers " + FunctionCaller.said(answer),
                                rule.good().status(),
                                answer));
        taken = body.text();
        takenKey = body.key();
        caller.attachTo(probe);
    }

    void token(Probe probe) throws InterruptedException {
        Body body = body(rule.good());
        for (Map.Entry<String, Optional<String>> call : Map.of(
                        "without a token", Optional.<String>empty(),
                        "with a token that is not the project's", Optional.of("ey.not.signed"))
                .entrySet()) {
            Answer answer = caller.post(body.text(), call.getValue(), signed(body.text(), secret));
            probe.expect(
                    answer.status() == 401 || answer.status() == 403,
                    () -> finding(function + " can be called " + call.getKey(), "401", answer));
        }
        caller.attachTo(probe);
    }

    void bad(Case bad, Probe probe) throws InterruptedException, SQLException {
        Body body = body(bad);
        String signing = bad.wronglySigned() ? secret + "-not" : secret;
        Answer answer = caller.post(body.text(), token(), signed(body.text(), signing));
        probe.expect(
                bad.allows(answer.status()),
                () -> finding(
                        function
                                + (answer.ok()
                                        ? " takes a request that is wrong ("
                                        : " does not refuse as it should what is wrong (")
                                + bad.why() + "): it answers " + FunctionCaller.said(answer),
                        bad.status(),
                        answer));
        if (rule.stores().isPresent() && !body.key().isEmpty()) {
            int rows = most(rows(rule.stores().get(), body.key()));
            probe.expect(
                    rows == 0,
                    () -> finding(
                            function + " stores what it should refuse (" + bad.why() + ")",
                            "no row of it in " + rule.stores().get().table(),
                            answer));
        }
        caller.attachTo(probe);
    }

    void stores(Stores stores, Probe probe) throws InterruptedException, SQLException {
        Map<String, Integer> rows = rows(stores, takenKey);
        if (rows.isEmpty()) {
            probe.expect(
                    false,
                    () -> new Finding(
                            "No table is there whose name matches " + stores.table() + ", where " + function
                                    + " should store what it is sent",
                            "a table whose name matches " + stores.table(),
                            "none",
                            Map.of("function", function)));
            return;
        }
        boolean late = false;
        for (int look = 0; look < LOOKS && most(rows) == 0; look++) {
            TimeUnit.MILLISECONDS.sleep(PAUSE_MILLIS); // it may store after it has answered
            late = true;
            rows = rows(stores, takenKey);
        }
        Map<String, Integer> first = rows;
        probe.attach("rows", "text/plain", "after the good request: " + first);
        boolean stored = probe.expect(
                most(first) > 0,
                () -> new Finding(
                        function + " does not store what it is sent in " + String.join(", ", first.keySet()),
                        "a row with what was sent",
                        "no row",
                        Map.of("function", function, "table", String.join(", ", first.keySet()))));
        if (stored && stores.once()) {
            again(stores, late, probe);
        }
    }

    /** Redelivery: the sender did not hear the answer, and sends the same once more. */
    private void again(Stores stores, boolean late, Probe probe) throws InterruptedException, SQLException {
        Answer answer = caller.post(taken, token(), signed(taken, secret));
        if (late) {
            TimeUnit.MILLISECONDS.sleep(PAUSE_MILLIS * 4);
        }
        Map<String, Integer> rows = rows(stores, takenKey);
        probe.attach("rows after redelivery", "text/plain", rows.toString());
        if (!answer.ok()) {
            probe.note(function + " answers " + FunctionCaller.said(answer)
                    + " to a request that is delivered again; a sender would go on sending it");
        }
        // a log of deliveries beside may have both
        probe.expect(
                rows.containsValue(1),
                () -> finding(
                        function + " stores a request twice that is delivered twice: " + rows, "one row", answer));
        caller.attachTo(probe);
    }

    /** Rows that hold the key, by table; anywhere in the row, as nobody was told the column. */
    private Map<String, Integer> rows(Stores stores, String key) throws SQLException {
        Map<String, Integer> rows = new LinkedHashMap<>();
        for (Table table : Catalog.read(database).tables()) {
            if (Pattern.matches(stores.table(), table.name())) {
                String sql = "select count(*) from " + table.quoted()
                        + " as one where position(? in to_jsonb(one)::text) > 0";
                try (PreparedStatement statement = database.prepareStatement(sql)) {
                    statement.setString(1, key);
                    try (ResultSet count = statement.executeQuery()) {
                        count.next();
                        rows.put(table.name(), count.getInt(1));
                    }
                }
            }
        }
        return rows;
    }

    private static int most(Map<String, Integer> rows) {
        return rows.values().stream().mapToInt(Integer::intValue).max().orElse(0);
    }

    private Optional<String> token() {
        return rule.verifyJwt() ? Optional.of(target.anonKey()) : Optional.empty();
    }

    private Map<String, String> signed(String body, String with) {
        return rule.sign()
                .map(Sign::header)
                .map(header -> Map.of(header, FunctionCaller.signature(body, with)))
                .orElse(Map.of());
    }

    /** The body of a case, with a key that no other request has, where it has one. */
    private Body body(Case one) {
        Optional<JsonNode> given = one.body().or(() -> rule.good().body());
        if (given.isEmpty()) {
            return new Body("", "");
        }
        if (given.get().isString()) {
            return new Body(given.get().asString(), "");
        }
        Optional<String> member = rule.stores().flatMap(Stores::key);
        if (given.get() instanceof ObjectNode object
                && member.filter(object::has).isPresent()) {
            ObjectNode own = object.deepCopy();
            JsonNode was = own.get(member.get());
            String random = UUID.randomUUID().toString().replace("-", "");
            if (was.isNumber()) {
                long number = 1_000_000_000L + Long.parseLong(random.substring(0, 7), 16);
                own.put(member.get(), number);
                return new Body(Answer.json(own), String.valueOf(number));
            }
            String key = was.isString() ? was.asString() + "_" + random.substring(0, 12) : "";
            if (!key.isEmpty()) {
                own.put(member.get(), key);
                return new Body(Answer.json(own), key);
            }
        }
        return new Body(Answer.json(given.get()), "");
    }

    private Finding finding(String message, String expected, Answer answer) {
        return new Finding(message, expected, FunctionCaller.said(answer), Map.of("function", function));
    }
}
