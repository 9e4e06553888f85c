package dev.assay.analysis;

/** What can be shown of one run. */
public enum RunPart {
    SUMMARY,
    ERRORS,
    TOOLS,
    TIMELINE
}
