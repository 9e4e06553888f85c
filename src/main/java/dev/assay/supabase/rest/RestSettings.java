package dev.assay.supabase.rest;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * How the REST surface of a project is set up.
 *
 * @param jdbcUrl of the project's database, with user {@code authenticator} and its password
 * @param schemas what requests may reach; the first is the default one
 * @param extraSearchPath schemas that statements see besides
 * @param maxRows the most rows of an answer, or {@code null} for no bound; Supabase's default is 1000
 * @param poolSize connections at most
 * @param reloadOnMiss whether a name that the schema cache does not know makes it read the catalog again before it is
 *     refused: a table is there right after its migration. The hosted service would refuse until it is notified
 * @param safeUpdate whether PATCH and DELETE without any filter are refused, as on Supabase
 * @param features what a project turns on by itself
 */
public record RestSettings(
        String jdbcUrl,
        List<String> schemas,
        List<String> extraSearchPath,
        @Nullable Integer maxRows,
        int poolSize,
        boolean reloadOnMiss,
        boolean safeUpdate,
        Features features) {

    private static final String PREFIX = "pgrst.";
    private static final Set<String> UNDERSTOOD = Set.of(
            "pgrst.db_schemas",
            "pgrst.db_extra_search_path",
            "pgrst.db_max_rows",
            "pgrst.db_aggregates_enabled",
            "pgrst.db_plan_enabled",
            "pgrst.db_pre_request",
            "pgrst.db_root_spec",
            "pgrst.db_tx_end",
            "pgrst.openapi_mode",
            // say nothing that an answer depends on
            "pgrst.db_prepared_statements",
            "pgrst.db_channel_enabled",
            "safeupdate.enabled");

    /**
     * What PostgREST leaves off unless it is told otherwise ("Configuration" of its reference).
     *
     * @param aggregates whether {@code select=total.sum()} is allowed
     * @param plan whether {@code Accept: application/vnd.pgrst.plan} is answered
     * @param preRequest a function that runs before each request, as it is written there; {@code null} for none
     * @param rootSpec a function that answers at the root instead of the OpenAPI document, or {@code null}
     * @param transactionEnd {@code commit}, {@code rollback}, or either with {@code -allow-override}
     * @param openApi {@code follow-privileges}, {@code ignore-privileges} or {@code disabled}
     */
    public record Features(
            boolean aggregates,
            boolean plan,
            @Nullable String preRequest,
            @Nullable String rootSpec,
            String transactionEnd,
            String openApi) {
        /** As on Supabase, but that {@code Prefer: tx=rollback} is heard. */
        public static final Features DEFAULT =
                new Features(false, false, null, null, "commit-allow-override", "follow-privileges");

        boolean rollsBack(@Nullable String preferred) {
            if (preferred != null && transactionEnd.endsWith("-allow-override")) {
                return preferred.equals("rollback");
            }
            return transactionEnd.startsWith("rollback");
        }

        boolean mayPreferEnd() {
            return transactionEnd.endsWith("-allow-override");
        }
    }

    /** Supabase's defaults. */
    public static RestSettings of(String jdbcUrl) {
        return new RestSettings(
                jdbcUrl,
                List.of("public", "graphql_public"),
                List.of("public", "extensions"),
                1000,
                10,
                true,
                true,
                Features.DEFAULT);
    }

    /**
     * The same after what a database says of itself, by {@code alter role authenticator set pgrst.… = '…'}.
     *
     * @param own by name
     */
    RestSettings with(Map<String, String> own) {
        Features base = features;
        return new RestSettings(
                jdbcUrl,
                names(own.get("pgrst.db_schemas"), schemas),
                names(own.get("pgrst.db_extra_search_path"), extraSearchPath),
                rows(own.get("pgrst.db_max_rows"), maxRows),
                poolSize,
                reloadOnMiss,
                isOn(own.get("safeupdate.enabled"), safeUpdate),
                new Features(
                        isOn(own.get("pgrst.db_aggregates_enabled"), base.aggregates()),
                        isOn(own.get("pgrst.db_plan_enabled"), base.plan()),
                        own.getOrDefault("pgrst.db_pre_request", base.preRequest()),
                        own.getOrDefault("pgrst.db_root_spec", base.rootSpec()),
                        own.getOrDefault("pgrst.db_tx_end", base.transactionEnd()),
                        own.getOrDefault("pgrst.openapi_mode", base.openApi())));
    }

    /** Names of PostgREST's settings that this surface does not follow. */
    static Set<String> notUnderstood(Set<String> names) {
        Set<String> unknown = new TreeSet<>(names);
        unknown.removeIf(name -> !name.startsWith(PREFIX) || UNDERSTOOD.contains(name));
        return unknown;
    }

    private static List<String> names(@Nullable String list, List<String> otherwise) {
        if (list == null || list.isBlank()) {
            return otherwise;
        }
        return List.of(list.strip().split("\\s*,\\s*"));
    }

    private static @Nullable Integer rows(@Nullable String number, @Nullable Integer otherwise) {
        return number == null || !number.strip().matches("\\d{1,9}") ? otherwise : Integer.valueOf(number.strip());
    }

    private static boolean isOn(@Nullable String value, boolean otherwise) {
        return value == null ? otherwise : Set.of("true", "on", "1", "yes", "t").contains(value.strip());
    }
}
