package dev.assay.supabase.rest;

import java.util.List;
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
 */
public record RestSettings(
        String jdbcUrl,
        List<String> schemas,
        List<String> extraSearchPath,
        @Nullable Integer maxRows,
        int poolSize,
        boolean reloadOnMiss,
        boolean safeUpdate) {

    /** Supabase's defaults. */
    public static RestSettings of(String jdbcUrl) {
        return new RestSettings(
                jdbcUrl, List.of("public", "graphql_public"), List.of("public", "extensions"), 1000, 10, true, true);
    }

    /** The same with other schemas. */
    public RestSettings withSchemas(List<String> exposed) {
        return new RestSettings(
                jdbcUrl, List.copyOf(exposed), extraSearchPath, maxRows, poolSize, reloadOnMiss, safeUpdate);
    }

    /** The same with another bound of rows. */
    public RestSettings withMaxRows(@Nullable Integer most) {
        return new RestSettings(jdbcUrl, schemas, extraSearchPath, most, poolSize, reloadOnMiss, safeUpdate);
    }

    /** The same with or without the refusal of writes that have no filter. */
    public RestSettings withSafeUpdate(boolean safe) {
        return new RestSettings(jdbcUrl, schemas, extraSearchPath, maxRows, poolSize, reloadOnMiss, safe);
    }
}
