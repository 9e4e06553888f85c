package dev.assay.agent.opencode;

import dev.assay.agent.CanonicalTool;
import java.util.Map;

/** The common names of OpenCode's tools. */
final class OpenCodeTool {
    private static final Map<String, CanonicalTool> NAMES = Map.ofEntries(
            Map.entry("read", CanonicalTool.FILE_READ),
            Map.entry("write", CanonicalTool.FILE_WRITE),
            Map.entry("edit", CanonicalTool.FILE_EDIT),
            Map.entry("multiedit", CanonicalTool.FILE_EDIT),
            Map.entry("patch", CanonicalTool.FILE_EDIT),
            Map.entry("apply_patch", CanonicalTool.FILE_EDIT),
            Map.entry("bash", CanonicalTool.SHELL),
            Map.entry("webfetch", CanonicalTool.WEB_FETCH),
            Map.entry("websearch", CanonicalTool.WEB_SEARCH),
            Map.entry("codesearch", CanonicalTool.WEB_SEARCH),
            Map.entry("glob", CanonicalTool.GLOB),
            Map.entry("grep", CanonicalTool.GREP),
            Map.entry("list", CanonicalTool.LIST_DIR),
            Map.entry("task", CanonicalTool.AGENT_TASK),
            Map.entry("skill", CanonicalTool.SKILL),
            Map.entry("todowrite", CanonicalTool.TODO),
            Map.entry("todoread", CanonicalTool.TODO),
            Map.entry("invalid", CanonicalTool.UNKNOWN));

    private OpenCodeTool() {}

    static CanonicalTool canonical(String name) {
        return NAMES.getOrDefault(name, CanonicalTool.TOOL_USE);
    }
}
