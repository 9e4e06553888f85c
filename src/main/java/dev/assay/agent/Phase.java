package dev.assay.agent;

import java.util.Locale;

/** What one agent call is for. */
public enum Phase {
    PLAN,
    REPLAN,
    IMPLEMENT,
    RESEARCH,
    FIX,
    VERIFY,
    DIAGNOSE,
    CLASSIFY;

    public String id() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** Whether the call must leave the workspace as it is. */
    public boolean readOnly() {
        return this == PLAN || this == REPLAN || this == RESEARCH || this == VERIFY;
    }
}
