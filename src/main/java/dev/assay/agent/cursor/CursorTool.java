package dev.assay.agent.cursor;

import dev.assay.agent.CanonicalTool;
import java.util.Map;

/** The common names of Cursor's tools. */
final class CursorTool {
    private static final Map<String, CanonicalTool> NAMES = Map.ofEntries(
            Map.entry("read", CanonicalTool.FILE_READ),
            Map.entry("write", CanonicalTool.FILE_WRITE),
            Map.entry("edit", CanonicalTool.FILE_EDIT),
            Map.entry("multiEdit", CanonicalTool.FILE_EDIT),
            Map.entry("applyPatch", CanonicalTool.FILE_EDIT),
            Map.entry("delete", CanonicalTool.FILE_EDIT),
            Map.entry("shell", CanonicalTool.SHELL),
            Map.entry("fetch", CanonicalTool.WEB_FETCH),
            Map.entry("webFetch", CanonicalTool.WEB_FETCH),
            Map.entry("webSearch", CanonicalTool.WEB_SEARCH),
            Map.entry("glob", CanonicalTool.GLOB),
            Map.entry("grep", CanonicalTool.GREP),
            Map.entry("semSearch", CanonicalTool.GREP),
            Map.entry("ls", CanonicalTool.LIST_DIR),
            Map.entry("task", CanonicalTool.AGENT_TASK),
            Map.entry("updateTodos", CanonicalTool.TODO),
            Map.entry("readTodos", CanonicalTool.TODO),
            Map.entry("mcp", CanonicalTool.TOOL_USE),
            Map.entry("readLints", CanonicalTool.TOOL_USE),
            Map.entry("createPlan", CanonicalTool.TOOL_USE),
            Map.entry("askQuestion", CanonicalTool.TOOL_USE));

    private CursorTool() {}

    static CanonicalTool canonical(String kind) {
        return NAMES.getOrDefault(kind, CanonicalTool.UNKNOWN);
    }
}
