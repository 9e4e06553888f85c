package dev.assay.target;

import java.util.Locale;

/** The kinds of Supabase that an app can be built on. */
public enum TargetKind {
    EMBEDDED,
    LOCAL,
    HOSTED;

    public String id() {
        return name().toLowerCase(Locale.ROOT);
    }
}
