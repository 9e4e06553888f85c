package dev.assay.supabase;

/** One API of a Supabase project, as {@code /rest/v1} or {@code /auth/v1}; called by many threads at once. */
public interface Surface {

    /** The path it lives under, with a leading and without a trailing slash. */
    String prefix();

    /** Whether it answers preflights and sets CORS headers by itself; else the gateway does, for every origin. */
    default boolean ownCors() {
        return false;
    }

    /**
     * Answers one request by exactly one call of {@link Exchange#respond}.
     *
     * @throws RequestRefused to answer with its status and body
     * @throws Exception when the surface broke: the gateway logs it and answers 500
     */
    void handle(Exchange exchange) throws Exception;
}
