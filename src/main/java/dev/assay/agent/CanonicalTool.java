package dev.assay.agent;

import java.util.Locale;

/** Names that all tools' tool calls are mapped to. */
public enum CanonicalTool {
    FILE_READ,
    FILE_WRITE,
    FILE_EDIT,
    SHELL,
    WEB_FETCH,
    WEB_SEARCH,
    GLOB,
    GREP,
    LIST_DIR,
    AGENT_TASK,
    SKILL,
    TODO,
    TOOL_USE,
    UNKNOWN;

    public String id() {
        return name().toLowerCase(Locale.ROOT);
    }
}
