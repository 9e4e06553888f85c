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

    /** Whether it changes something or reaches out, so that CLIs may take such tools away where nobody has allowed them. */
    public boolean acts() {
        return this == FILE_WRITE || this == FILE_EDIT || this == SHELL || this == WEB_FETCH;
    }

    public String id() {
        return name().toLowerCase(Locale.ROOT);
    }
}
