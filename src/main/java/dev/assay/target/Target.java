package dev.assay.target;

import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The Supabase that one run's app is built on, and what Assay does to it. Closing it gives back all it holds. */
public interface Target extends AutoCloseable {
    TargetKind kind();

    /** The API's base URL, without a slash at its end. */
    URI apiUrl();

    String anonKey();

    String serviceKey();

    /** JDBC URL with user and password, as the migrations' owner ({@code postgres}). */
    String jdbcUrl();

    /** The app's project folder: where {@code supabase/} lies. */
    Path project();

    /** Names that the app's environment needs, such as {@code SUPABASE_URL}; public values only. */
    Map<String, String> publicEnvironment();

    /**
     * Writes programs that agents and the app are to find first, such as a {@code supabase} command for this target;
     * false where it has none.
     *
     * @param programs a folder of its own, which is made where it is needed
     * @param path what PATH holds behind it
     */
    default boolean writeCommands(Path programs, String path) {
        return false;
    }

    /** Applies the migrations of the project that were not applied yet, in order, one transaction each. */
    Applied applyMigrations() throws InterruptedException;

    /** Deploys the project's edge functions that changed. */
    Applied deployFunctions() throws InterruptedException;

    /**
     * Sets what edge functions find in their environment besides, as {@code supabase secrets set}.
     *
     * @throws TargetUnavailable where the target cannot take them
     */
    default void setSecrets(Map<String, String> secrets) throws InterruptedException {
        throw new TargetUnavailable("This target takes no secrets of edge functions", null);
    }

    /** What an edge function printed last; empty where the target does not tell. */
    default List<String> functionLog(String function) {
        return List.of();
    }

    /** Makes the database as new: no user tables, no users; then migrations and seed, as {@code supabase db reset}. */
    Applied reset() throws InterruptedException;

    /**
     * Keeps the data of the database's tables (the app's, users, storage) in a folder, which must not be there.
     *
     * @throws TargetUnavailable where the database does not answer
     */
    void save(Path folder);

    /**
     * Puts back data that {@link #save} kept, into a database with the same migrations; what is in the tables goes.
     *
     * @return what could not be put back, for people
     * @throws TargetUnavailable where the database does not answer
     */
    List<String> restore(Path folder);

    /** Empty where the target answers; else what is wrong with it, for people. */
    Optional<String> trouble();

    /** A digest of what the database's user schemas look like (tables, columns, policies, grants, functions). */
    String catalogDigest();

    @Override
    void close();

    /**
     * What was applied.
     *
     * @param done names of what was applied now, in order
     * @param failure the first that failed, with the message; what comes after it was not tried
     */
    record Applied(List<String> done, Optional<Failure> failure) {
        public static final Applied NOTHING = new Applied(List.of(), Optional.empty());

        /**
         * @param name the file or function
         * @param message the target's own words, with SQLSTATE, statement and line where it has them
         * @param infrastructure whether the target could never have done it, such as a missing extension
         */
        public record Failure(String name, String message, boolean infrastructure) {}
    }
}
