package dev.assay.experiment;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import tools.jackson.databind.JsonNode;

/**
 * What must hold of the finished app. Never shown to an agent, never in its reach.
 *
 * @param name {@code own}, or {@code default} for prompts without a contract
 * @param tables what is asked of tables, by the name the contract gives the rule, in the file's order
 * @param functions edge functions as the file spells them; empty where none are contracted
 * @param storage buckets as the file spells them; empty where none are contracted
 * @param flows browser flows, in order; empty where the browser layer is not contracted
 * @param resource what the flows create
 */
public record Contract(
        String name,
        Map<String, TableRule> tables,
        List<JsonNode> functions,
        List<JsonNode> storage,
        List<String> flows,
        Optional<Resource> resource) {

    /**
     * A rule for every exposed table whose name one of the patterns matches.
     *
     * @param id the rule's name in the contract
     * @param match patterns with {@code *}, split at {@code |}, as written
     * @param access who may do what
     * @param line the line of the file, from 1
     */
    public record TableRule(String id, String match, Access access, int line) {
        /** Whether one of the patterns matches the whole name; letter case does not count. */
        public boolean matches(String table) {
            return Pattern.matches(match, table);
        }
    }

    /** What the flows create: a row of {@code table}, made by typing into the field labelled {@code text}. */
    public record Resource(String table, String text) {}
}
