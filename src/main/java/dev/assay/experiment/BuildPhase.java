package dev.assay.experiment;

import java.util.Locale;
import java.util.Optional;

/** What a step of a plan is about. {@link #FIX} is never planned: it names the steps of fix loops. */
public enum BuildPhase {
    SETUP,
    SCHEMA,
    BACKEND,
    FRONTEND,
    TESTING,
    DEPLOYMENT,
    FIX;

    /** The name in plans, tables and file names: lower case. */
    public String id() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** The build phase of that name, in any case; empty when there is none. */
    public static Optional<BuildPhase> of(String id) {
        for (BuildPhase phase : values()) {
            if (phase.id().equalsIgnoreCase(id.strip())) {
                return Optional.of(phase);
            }
        }
        return Optional.empty();
    }
}
