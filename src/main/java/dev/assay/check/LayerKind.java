package dev.assay.check;

import java.util.Locale;

/** The layers, in the order in which they are shown. */
public enum LayerKind {
    API,
    RLS,
    FUNCTIONS,
    SMOKE,
    BROWSER;

    public String id() {
        return name().toLowerCase(Locale.ROOT);
    }
}
